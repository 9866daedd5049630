/// Turns by any angle.
#pragma once

#include "rotate.hpp"

namespace reel::geometry {

/// Mirrors `in`, then turns it clockwise by p.angle degrees about its centre into `out`, whose centre that becomes.
/// `background`: a value for each component.
void free_turn(const VideoFrame& in, VideoFrame& out, const Rotate::Params& p, const std::array<int, 4>& background);

}  // namespace reel::geometry
