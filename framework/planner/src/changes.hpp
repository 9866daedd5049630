/// When a stage changes what passes through it. Private to the planner.
#pragma once

#include <vector>

#include "reel/base/time.hpp"
#include "reel/model/pipeline.hpp"

namespace reel::planner {

/// The ranges of a stage's input clock outside which it is the identity: its `during`, without the times at which its
/// parameters have the value that changes nothing. Frame numbers must have been replaced by times.
std::vector<base::TimeRange> changed_ranges(const model::Stage& stage);

}  // namespace reel::planner
