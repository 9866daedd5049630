/// Turns by multiples of 90 degrees and mirror images, which move samples and change none.
#pragma once

#include "rotate.hpp"

namespace reel::geometry {

/// Mirrors `in`, then turns it clockwise by `quarters` * 90 degrees into `out`, which has the fitting size. Chroma of 4:2:2
/// is resampled by odd quarters, for it is as wide apart one way as it is close the other; all else is exact.
void quarter_turn(const VideoFrame& in, VideoFrame& out, int quarters, Flip flip);

}  // namespace reel::geometry
