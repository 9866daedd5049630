/// Pictures in files.
#pragma once

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <librsvg/rsvg.h>

#include <string>

#include "handles.hpp"

namespace reel::titles {

/// A PNG, JPEG, SVG, PSD or other image. SVG is drawn at the size that is asked for, so it stays sharp.
class Image {
 public:
  /// Throws Error that names the file, if there is none or it holds no image.
  explicit Image(const std::string& path);

  /// Height divided by width.
  double proportion() const { return height_ / width_; }
  /// RGB or straight RGBA or BGRA of that size.
  std::unique_ptr<Picture> scaled(int width, int height) const;

 private:
  void load_svg(const std::string& path);
  void load_pixels(const std::string& path);
  std::unique_ptr<Picture> resampled(int width, int height) const;
  std::unique_ptr<Picture> drawn(int width, int height) const;

  GObjectPtr<RsvgHandle> svg_;
  GObjectPtr<GdkPixbuf> pixels_;
  double width_ = 0, height_ = 0;
};

}  // namespace reel::titles
