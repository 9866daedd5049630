/// Where things lie in the picture.
#pragma once

#include <array>
#include <cmath>

#include "reel/sdk.hpp"

namespace reel::titles {

enum class Anchor { top_left, top, top_right, left, center, right, bottom_left, bottom, bottom_right };

constexpr auto choices(Anchor) {
  return std::array{choice(Anchor::top_left, "top-left", "The top left corner"),
                    choice(Anchor::top, "top", "The middle of the top edge"),
                    choice(Anchor::top_right, "top-right", "The top right corner"),
                    choice(Anchor::left, "left", "The middle of the left edge"),
                    choice(Anchor::center, "center", "The centre"),
                    choice(Anchor::right, "right", "The middle of the right edge"),
                    choice(Anchor::bottom_left, "bottom-left", "The bottom left corner"),
                    choice(Anchor::bottom, "bottom", "The middle of the bottom edge"),
                    choice(Anchor::bottom_right, "bottom-right", "The bottom right corner")};
}

/// 0, 0.5 or 1 from left to right, and from top to bottom.
constexpr double across(Anchor a) { return static_cast<int>(a) % 3 * 0.5; }
constexpr double down(Anchor a) { return static_cast<int>(a) / 3 * 0.5; }

/// Where something of length `size` begins, in a picture of length `whole`, so that it keeps to the edge (`share` 0 or 1)
/// or the middle (0.5), `margin` away from the edges.
inline int at_edge(double share, int whole, int size, double margin) {
  return static_cast<int>(std::lround(margin + share * (whole - 2 * margin - size)));
}

/// How much wider than high a pixel is shown.
inline double pixel_aspect(const VideoFormat& format) {
  return format.par_n > 0 && format.par_d > 0 ? static_cast<double>(format.par_n) / format.par_d : 1.0;
}

}  // namespace reel::titles
