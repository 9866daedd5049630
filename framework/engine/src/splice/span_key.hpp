/// What a rendered span depends on. Private to the engine.
#pragma once

#include <optional>
#include <string>

#include "reel/engine/media_check.hpp"
#include "reel/planner/plan.hpp"
#include "splice/picture_encoder.hpp"

namespace reel::engine {

/// The name under which a rendered span can be kept: the same for two spans only if they are the same to the bit. It stands for the
/// source's packets that are decoded for it, the stages that change it with all they are told, their clocks, and how it is
/// encoded. Nothing where a part of that is not known.
std::optional<std::string> key_of(const Prepared& prepared, const planner::Span& span, const FileIndex& index,
                                  const PictureFormat& format);

}  // namespace reel::engine
