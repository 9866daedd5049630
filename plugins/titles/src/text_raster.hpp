/// Text drawn by Pango and Cairo.
#pragma once

#include <pango/pangocairo.h>

#include <string>

#include "handles.hpp"
#include "placement.hpp"

namespace reel::titles {

/// Everything that says what drawn text looks like. Lengths in % are of the text size, unless said otherwise.
struct TextLook {
  std::string text;
  bool markup = false;
  std::string font = "DejaVu Sans Bold";
  double size = 6;    ///< % of the picture's height
  double margin = 4;  ///< % of the picture's height
  Color color{255, 255, 255, 255};
  double outline = 8;
  Color outline_color{0, 0, 0, 255};
  double shadow = 0;
  Color background{0, 0, 0, 0};
  double padding = 30;
  Anchor align = Anchor::bottom;

  friend bool operator==(const TextLook&, const TextLook&) = default;
};

/// Throws Error if `text` is no Pango markup.
void check_markup(const std::string& text);

class TextRaster {
 public:
  TextRaster();

  /// The text as straight BGRA, just as large as needed and wrapped to the width of a picture like `main`. Null if there
  /// is nothing to see. `revealed`: the share of its letters that show, 0..1. Throws Error for bad markup.
  std::unique_ptr<Picture> draw(const TextLook& look, const VideoFormat& main, double revealed);

 private:
  GObjectPtr<PangoFontMap> fonts_;
};

}  // namespace reel::titles
