#pragma once

#include <memory>
#include <optional>

#include "layer.hpp"
#include "text_raster.hpp"

namespace reel::titles {

enum class TextAnimation { none, fade, slide_up, typewriter };

constexpr auto choices(TextAnimation) {
  return std::array{choice(TextAnimation::none, "none", "The text is there at once"),
                    choice(TextAnimation::fade, "fade", "It fades in, and out again at the end of during"),
                    choice(TextAnimation::slide_up, "slide-up", "It comes up from below, and goes down again"),
                    choice(TextAnimation::typewriter, "typewriter", "Its letters appear one after the other")};
}

struct Text : VideoFilter<Text> {
  static constexpr StageInfo stage{
      .name = "reel-text",
      .title = "Text",
      .summary = "Writes text over the picture",
      .formats = blendable_formats,
      .contract = "pointwise",
      .synonyms = "title,caption,subtitle,lower third,heading,write,label",
  };

  struct Params : TextLook {
    /// At this value of x or y, the text keeps to the edge that align names.
    static constexpr double by_align = -1;

    double x = by_align, y = by_align;
    double opacity = 1;
    TextAnimation animation = TextAnimation::none;
    Time animation_duration = std::chrono::milliseconds(500);
    Ranges during;
  };
  static constexpr auto params = reel::params(
      param("text", &Params::text, "What to write; {time} in it stands for the picture's time, as in 0:01:23.456")
          .required(),
      param("markup", &Params::markup, "Whether text holds Pango markup, such as <b>bold</b> or <span color=\"red\">"),
      param("font", &Params::font, "The font's family and style; another one is taken if it is not installed"),
      param("size", &Params::size, "Height of the letters, in percent of the picture's height")
          .range(0.5, 100)
          .unit("%"),
      param("color", &Params::color, "Colour of the letters"),
      param("outline", &Params::outline, "Width of the outline round each letter, in percent of size; 0 for none")
          .range(0, 50)
          .unit("%"),
      param("outline-color", &Params::outline_color, "Colour of the outline"),
      param("shadow", &Params::shadow, "How far a shadow falls to the lower right, in percent of size; 0 for none")
          .range(0, 100)
          .unit("%"),
      param("background", &Params::background, "Colour of a box behind the text; transparent for none"),
      param("padding", &Params::padding, "Room between the text and the rim of its box, in percent of size")
          .range(0, 200)
          .unit("%"),
      param("align", &Params::align,
            "The edge or corner of the picture that the text keeps to; with x and y, the point of the text that lies "
            "there"),
      param("margin", &Params::margin, "Distance from the picture's edges, in percent of its height")
          .range(0, 50)
          .unit("%"),
      param("x", &Params::x, "Where the text lies, from 0 (left) to 1 (right); -1: where align says").range(-1, 2),
      param("y", &Params::y, "Where the text lies, from 0 (top) to 1 (bottom); -1: where align says").range(-1, 2),
      param("opacity", &Params::opacity, "How much the text covers, from 0 (nothing) to 1").range(0, 1).identity("0"),
      param("animation", &Params::animation, "How the text comes at the beginning and goes at the end of during"),
      param("animation-duration", &Params::animation_duration, "How long it takes to come, and to go"));

  void start(const Params& p);
  void stop();
  void format(const VideoFormat& main, const Params&);
  bool idle(Time, const Params& p) const { return p.opacity <= 0 || p.text.empty(); }
  void process(VideoFrame& frame, const Params& p);

 private:
  void draw(const TextLook& look, double revealed, const VideoFormat& main);
  void lay(const Params& p, double drop, const VideoFormat& main);

  std::unique_ptr<TextRaster> raster_;
  Conversion conversion_;
  // What was drawn last, and what of it is laid where.
  std::optional<TextLook> drawn_;
  double drawn_share_ = 1;
  std::unique_ptr<Picture> staged_;
  std::optional<Layer> layer_;
  int layer_x_ = 0, layer_y_ = 0;
};

}  // namespace reel::titles
