#pragma once

#include <string>

#include "planes.hpp"

namespace reel::geometry {

/// What crop leaves, in pixels of the input.
struct Cut {
  int x = 0, y = 0, width = 0, height = 0;
};

struct Crop : VideoFilter<Crop> {
  static constexpr StageInfo stage{
      .name = "reel-crop",
      .title = "Crop",
      .summary = "Keeps a part of the picture and cuts off the rest",
      .formats = plain_formats,
      .contract = "pointwise",
      .synonyms = "trim edges,cut off,reframe,remove borders",
      .during = false,
  };

  struct Params {
    Region region;
    unsigned left = 0, right = 0, top = 0, bottom = 0;
    std::string aspect;
  };
  static constexpr auto params = reel::params(
      param("region", &Params::region, "The box that is kept; the whole picture if empty").fixed(),
      param("left", &Params::left, "Pixels to cut off at the left").range(0, 32767).unit("px").fixed(),
      param("right", &Params::right, "Pixels to cut off at the right").range(0, 32767).unit("px").fixed(),
      param("top", &Params::top, "Pixels to cut off at the top").range(0, 32767).unit("px").fixed(),
      param("bottom", &Params::bottom, "Pixels to cut off at the bottom").range(0, 32767).unit("px").fixed(),
      param("aspect", &Params::aspect,
            "Proportions, such as 16:9 or 1.85, to which what is left is then cut round its centre")
          .fixed());

  void output(VideoFormat& format, const Params& p) const;
  void format(const VideoFormat& in, const Params& p);
  void process(const VideoFrame& in, VideoFrame& out, const Params& p) const;

 private:
  Cut cut_;
};

/// What is left of a picture. Offsets and sizes are rounded down to whole chroma samples; a size that reaches from edge to
/// edge stays as it is. Throws Error if nothing is left or a parameter makes no sense.
Cut cut_of(const VideoFormat& format, const Crop::Params& p);

}  // namespace reel::geometry
