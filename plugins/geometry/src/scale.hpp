#pragma once

#include <array>
#include <memory>

#include "planes.hpp"

namespace reel::geometry {

enum class Fit { stretch, contain, cover, inside };
constexpr auto choices(Fit) {
  return std::array{choice(Fit::stretch, "stretch", "Exactly this size, whatever that does to proportions"),
                    choice(Fit::contain, "contain", "All of the picture, with bars of the background's colour"),
                    choice(Fit::cover, "cover", "No bars; what does not fit is cut off at the edges"),
                    choice(Fit::inside, "inside", "As large as fits, without bars; one side may be shorter")};
}

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

struct Scale : VideoFilter<Scale> {
  static constexpr StageInfo stage{
      .name = "reel-scale",
      .title = "Scale",
      .summary = "Changes the size of the picture",
      .formats = plain_formats,
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
  struct Free {
    void operator()(GstVideoConverter* c) const { gst_video_converter_free(c); }
  };
  std::unique_ptr<GstVideoConverter, Free> converter_;  ///< none where every pixel stays as it is
};

/// Where a picture goes. The result has square pixels; sizes are rounded to whole chroma samples.
Placement place(const VideoFormat& in, const Scale::Params& p);

}  // namespace reel::geometry
