#pragma once

#include <optional>

#include "image.hpp"
#include "layer.hpp"
#include "placement.hpp"

namespace reel::titles {

struct Watermark : VideoFilter<Watermark> {
  static constexpr StageInfo stage{
      .name = "reel-watermark",
      .title = "Watermark",
      .summary = "Lays an image, such as a logo, over the picture",
      .formats = blendable_formats,
      .contract = "pointwise",
      .synonyms = "logo,stamp,brand,bug,sticker",
  };

  struct Params {
    File file;
    Anchor position = Anchor::bottom_right;
    double width = 15;
    double margin = 3;
    double opacity = 0.8;
  };
  static constexpr auto params = reel::params(
      param("file", &Params::file, "The image: PNG, JPEG, SVG, PSD or another that gdk-pixbuf or GStreamer reads")
          .required(),
      param("position", &Params::position, "The edge or corner of the picture that the image keeps to"),
      param("width", &Params::width, "Width of the image, in percent of the picture's width").range(0.1, 100).unit("%"),
      param("margin", &Params::margin, "Distance from the picture's edges, in percent of its width")
          .range(0, 50)
          .unit("%"),
      param("opacity", &Params::opacity, "How much the image covers, from 0 (nothing) to 1").range(0, 1).identity("0"));

  void start(const Params& p);
  void stop();
  void format(const VideoFormat&, const Params&) { layer_.reset(); }
  bool idle(Time, const Params& p) const { return p.opacity <= 0; }
  void process(VideoFrame& frame, const Params& p);

 private:
  /// All that the prepared layer depends on, beside the format.
  struct Look {
    std::string path;
    Anchor position;
    double width, margin;
    friend bool operator==(const Look&, const Look&) = default;
  };
  void prepare(const Look& look, const VideoFormat& main);

  std::optional<Image> image_;
  std::optional<Look> look_;
  std::optional<Layer> layer_;
};

}  // namespace reel::titles
