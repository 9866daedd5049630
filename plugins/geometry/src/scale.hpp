#pragma once

#include <array>
#include <memory>

#include "resampler.hpp"

namespace reel::geometry {

enum class Fit { stretch, contain, cover, inside };
constexpr auto choices(Fit) {
  return std::array{choice(Fit::stretch, "stretch", "Exactly this size, whatever that does to proportions"),
                    choice(Fit::contain, "contain", "All of the picture, with bars of the background's colour"),
                    choice(Fit::cover, "cover", "No bars; what does not fit is cut off at the edges"),
                    choice(Fit::inside, "inside", "As large as fits, without bars; one side may be shorter")};
}

struct Scale : VideoFilter<Scale> {
  static constexpr StageInfo stage{
      .name = "reel-scale",
      .title = "Scale",
      .summary = "Changes the size of the picture",
      .formats =
          "{ I420, YV12, Y42B, Y41B, Y444, NV12, NV21, NV16, NV24, GRAY8, GRAY16_LE, A420, AYUV, "
          "I420_10LE, I422_10LE, Y444_10LE, I420_12LE, I422_12LE, Y444_12LE, Y444_16LE, "
          "A420_10LE, A422_10LE, A444_10LE, AYUV64, "
          "RGB, BGR, RGBx, xRGB, BGRx, xBGR, RGBA, ARGB, BGRA, ABGR, GBR, GBRA, "
          "GBR_10LE, GBR_12LE, GBRA_10LE, GBRA_12LE, ARGB64 }",
      .contract = "pointwise",
      .synonyms = "resize,resolution,shrink,enlarge,letterbox",
      .during = false,
  };

  struct Params {
    unsigned width = 0, height = 0;
    Fit fit = Fit::contain;
    Method method = Method::lanczos;
    Color background{0, 0, 0, 255};
  };
  static constexpr auto params = reel::params(
      param("width", &Params::width, "Width of the result; 0: as the height and the picture's proportions make it")
          .range(0, 32766)
          .unit("px")
          .fixed(),
      param("height", &Params::height, "Height of the result; 0: as the width and the picture's proportions make it")
          .range(0, 32766)
          .unit("px")
          .fixed(),
      param("fit", &Params::fit, "What happens when width and height are given, and have other proportions").fixed(),
      param("method", &Params::method, "How new pixels are made from old ones").fixed(),
      param("background", &Params::background, "Colour of the bars").fixed());

  void output(VideoFormat& format, const Params& p) const;
  void format(const VideoFormat& in, const VideoFormat& out, const Params& p);
  void process(const VideoFrame& in, VideoFrame& out, const Params& p) const;

 private:
  std::unique_ptr<Resampler> resampler_;  ///< none where every pixel stays as it is
};

/// Where a picture goes. The result has square pixels; sizes are rounded to whole chroma samples.
Placement place(const VideoFormat& in, const Scale::Params& p);

}  // namespace reel::geometry
