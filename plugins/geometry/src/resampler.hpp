/// Making a picture of another size.
#pragma once

#include <array>
#include <memory>

#include "planes.hpp"

namespace reel::geometry {

enum class Method { lanczos, bicubic, bilinear, nearest };
constexpr auto choices(Method) {
  return std::array{choice(Method::lanczos, "lanczos", "Sharpest"),
                    choice(Method::bicubic, "bicubic", "Sharp, and faster"),
                    choice(Method::bilinear, "bilinear", "Soft and fast"),
                    choice(Method::nearest, "nearest", "Hard pixels, for pixel art and masks")};
}

/// A part of the input, where it comes to lie in the output, and the output's size. In pixels.
struct Placement {
  struct Box {
    int x = 0, y = 0, width = 0, height = 0;
  };
  Box from, to;
  int width = 0, height = 0;
};

/// Scales pictures of one format and size, again and again. Over GstVideoConverter, which takes short and exact ways for
/// 8 bit formats; deeper planar ones it would carry through 4:4:4 and back, so they are given to it plane by plane.
class Resampler {
 public:
  /// Throws Error if such pictures cannot be scaled.
  static std::unique_ptr<Resampler> make(const VideoFormat& in, const VideoFormat& out, const Placement& at,
                                         Method method, const Color& background);
  virtual ~Resampler() = default;
  virtual void run(const GstVideoFrame& in, GstVideoFrame& out) = 0;
};

}  // namespace reel::geometry
