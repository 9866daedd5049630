#include "watermark.hpp"

#include <algorithm>

namespace reel::titles {

void Watermark::start(const Params& p) {
  image_.emplace(p.file.path);
  look_ = Look{p.file.path, p.position, p.width, p.margin};
}

void Watermark::stop() {
  layer_.reset();
  image_.reset();
}

void Watermark::process(VideoFrame& frame, const Params& p) {
  const Look look{p.file.path, p.position, p.width, p.margin};
  if (look_->path != look.path) image_.emplace(look.path);
  if (!layer_ || *look_ != look) prepare(look, frame.raw()->info);
  layer_->blend(frame, p.opacity);
}

void Watermark::prepare(const Look& look, const VideoFormat& main) {
  const double aspect = pixel_aspect(main), margin = look.margin / 100 * main.width;
  const int width = std::max(1, static_cast<int>(std::lround(look.width / 100 * main.width)));
  const int height = std::max(1, static_cast<int>(std::lround(width * aspect * image_->proportion())));
  const auto picture = image_->scaled(width, height);
  Picture staged(staging_format(main, picture->frame().info, width, height));
  Conversion().run(picture->frame(), staged.frame());
  layer_.emplace(staged.frame(), main, at_edge(across(look.position), main.width, width, margin),
                 at_edge(down(look.position), main.height, height, margin * aspect));
  look_ = look;
}

}  // namespace reel::titles
