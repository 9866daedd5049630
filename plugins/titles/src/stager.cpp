#include "stager.hpp"

#include <algorithm>

namespace reel::titles {
namespace {

/// Makes sure that `picture` is one of that format, anew only if it has to be.
GstVideoFrame& fitted(std::unique_ptr<Picture>& picture, const VideoFormat& format) {
  if (!picture || !gst_video_info_is_equal(&picture->frame().info, &format))
    picture = std::make_unique<Picture>(format);
  return picture->frame();
}

VideoFormat argb64(const VideoFormat& like, int width, int height) {
  VideoFormat format;
  gst_video_info_set_format(&format, GST_VIDEO_FORMAT_ARGB64, static_cast<guint>(width), static_cast<guint>(height));
  format.colorimetry.primaries = like.colorimetry.primaries;
  format.colorimetry.transfer = like.colorimetry.transfer;
  return format;
}

constexpr std::uint32_t full = 65535;

template <class F>
void for_each_pixel(Picture& picture, F change) {
  for (int y = 0; y < picture.height(); ++y) {
    auto* pixel = picture.row<std::uint16_t>(y);
    for (int x = 0; x < picture.width(); ++x, pixel += 4) change(pixel);
  }
}

void premultiply(Picture& picture) {
  for_each_pixel(picture, [](std::uint16_t* p) {
    for (int c = 1; c < 4; ++c) p[c] = static_cast<std::uint16_t>((std::uint32_t{p[c]} * p[0] + full / 2) / full);
  });
}

void straighten(Picture& picture) {
  for_each_pixel(picture, [](std::uint16_t* p) {
    if (p[0] == 0) return;
    for (int c = 1; c < 4; ++c)
      p[c] = static_cast<std::uint16_t>(std::min<std::uint64_t>(full, (std::uint64_t{p[c]} * full + p[0] / 2U) / p[0]));
  });
}

}  // namespace

const GstVideoFrame& Stager::stage(const GstVideoFrame& picture, int width, int height, const VideoFormat& main) {
  GstVideoFrame& staged = fitted(staged_, staging_format(main, picture.info, width, height));
  const bool same_size = GST_VIDEO_FRAME_WIDTH(&picture) == width && GST_VIDEO_FRAME_HEIGHT(&picture) == height;
  // What is invisible must not bleed into the edges of what is visible.
  if (GST_VIDEO_INFO_HAS_ALPHA(&picture.info) && !same_size)
    finish_.run(premultiplied_scale(picture, width, height), staged);
  else
    finish_.run(picture, staged);
  return staged;
}

const GstVideoFrame& Stager::premultiplied_scale(const GstVideoFrame& picture, int width, int height) {
  const VideoFormat& from = picture.info;
  GstVideoFrame& unpacked = fitted(unpacked_, argb64(from, from.width, from.height));
  unpack_.run(picture, unpacked);
  premultiply(*unpacked_);
  GstVideoFrame& scaled = fitted(scaled_, argb64(from, width, height));
  scale_.run(unpacked, scaled);
  straighten(*scaled_);
  return scaled;
}

}  // namespace reel::titles
