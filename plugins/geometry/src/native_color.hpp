/// Colours in the samples of a format.
#pragma once

#include <array>

#include "planes.hpp"

namespace reel::geometry {

/// Y, U, V, A or R, G, B, A at the depth of the format. GStreamer's own converter does the sum.
std::array<int, 4> native_color(const Color& color, const VideoFormat& format);

}  // namespace reel::geometry
