/// Prepares pictures of any format for laying them over others.
#pragma once

#include <memory>

#include "layer.hpp"

namespace reel::titles {

class Stager {
 public:
  /// `picture` at that size, as staging_format() of `main`; valid until the next call. Its alpha, if any, is kept.
  const GstVideoFrame& stage(const GstVideoFrame& picture, int width, int height, const VideoFormat& main);

 private:
  const GstVideoFrame& premultiplied_scale(const GstVideoFrame& picture, int width, int height);

  Conversion unpack_, scale_, finish_;
  std::unique_ptr<Picture> unpacked_, scaled_, staged_;
};

}  // namespace reel::titles
