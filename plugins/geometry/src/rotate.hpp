#pragma once

#include <array>

#include "planes.hpp"

namespace reel::geometry {

enum class Flip { none, horizontal, vertical };
constexpr auto choices(Flip) {
  return std::array{choice(Flip::none, "none", "As it is"),
                    choice(Flip::horizontal, "horizontal", "Left and right change places, as in a mirror"),
                    choice(Flip::vertical, "vertical", "Top and bottom change places")};
}

enum class Sampling { bicubic, bilinear };
constexpr auto choices(Sampling) {
  return std::array{choice(Sampling::bicubic, "bicubic", "Sharp"),
                    choice(Sampling::bilinear, "bilinear", "Softer, and faster")};
}

struct Rotate : VideoFilter<Rotate> {
  static constexpr StageInfo stage{
      .name = "reel-rotate",
      .title = "Rotate",
      .summary = "Turns or mirrors the picture",
      .formats =
          "{ I420, YV12, Y42B, Y444, NV12, NV21, NV24, GRAY8, GRAY16_LE, A420, AYUV, "
          "I420_10LE, I422_10LE, Y444_10LE, I420_12LE, I422_12LE, Y444_12LE, Y444_16LE, "
          "A420_10LE, A422_10LE, A444_10LE, AYUV64, "
          "RGB, BGR, RGBx, xRGB, BGRx, xBGR, RGBA, ARGB, BGRA, ABGR, GBR, GBRA, "
          "GBR_10LE, GBR_12LE, GBRA_10LE, GBRA_12LE, ARGB64 }",
      .contract = "pointwise",
      .synonyms = "turn,flip,mirror,straighten,level,upside down",
      .during = false,
  };

  struct Params {
    double angle = 0;
    Flip flip = Flip::none;
    bool expand = false;
    Color background{0, 0, 0, 255};
    Sampling method = Sampling::bicubic;
  };
  static constexpr auto params = reel::params(
      param("angle", &Params::angle, "Degrees to turn clockwise; multiples of 90 lose nothing")
          .range(-360, 360)
          .unit("°")
          .fixed(),
      param("flip", &Params::flip, "How the picture is mirrored before it is turned").fixed(),
      param("expand", &Params::expand,
            "Whether the result grows so that no corner is cut off; quarter turns always fit exactly")
          .fixed(),
      param("background", &Params::background, "Colour of the corners that the turned picture leaves empty").fixed(),
      param("method", &Params::method, "How pixels are made at angles that are no multiple of 90").fixed());

  void output(VideoFormat& format, const Params& p) const;
  void format(const VideoFormat& in, const Params& p);
  void process(const VideoFrame& in, VideoFrame& out, const Params& p) const;

 private:
  std::array<int, 4> background_{};  ///< in the samples of the format
};

}  // namespace reel::geometry
