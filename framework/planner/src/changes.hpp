/// When a stage changes what passes through it. Private to the planner.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reel/base/time.hpp"
#include "reel/model/pipeline.hpp"

namespace reel::planner {

/// The ranges of a stage's input clock outside which it is the identity: its `during`, without the times at which its
/// parameters have the value that changes nothing, and without the middle of a stage that changes only the edges (`contract`).
/// `length` is that of its input. Frame numbers must have been replaced by times.
std::vector<base::TimeRange> changed_ranges(const model::Stage& stage, const model::Contract& contract,
                                            std::optional<base::Time> length);

/// The time that a parameter was given, or its default; nothing for a name that is empty or of no time.
std::optional<base::Time> time_setting(const model::Stage& stage, const std::string& name);

}  // namespace reel::planner
