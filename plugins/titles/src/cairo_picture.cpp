#include "cairo_picture.hpp"

#include <algorithm>

namespace reel::titles {

std::unique_ptr<Picture> straightened(cairo_surface_t* surface) {
  cairo_surface_flush(surface);
  const int width = cairo_image_surface_get_width(surface), height = cairo_image_surface_get_height(surface);
  VideoFormat format;
  gst_video_info_set_format(&format, GST_VIDEO_FORMAT_BGRA, static_cast<guint>(width), static_cast<guint>(height));
  auto picture = std::make_unique<Picture>(format);
  for (int y = 0; y < height; ++y) {
    const auto* const from = reinterpret_cast<const std::uint32_t*>(
        cairo_image_surface_get_data(surface) + std::ptrdiff_t{y} * cairo_image_surface_get_stride(surface));
    std::uint8_t* const to = picture->row(y);
    for (int x = 0; x < width; ++x) {
      const std::uint32_t pixel = from[x], alpha = pixel >> 24U;
      for (unsigned c = 0; c < 3; ++c) {
        const std::uint32_t value = pixel >> (8 * c) & 0xFFU;
        to[4 * x + int(c)] =
            static_cast<std::uint8_t>(alpha == 0 ? 0 : std::min(255U, (value * 255 + alpha / 2) / alpha));
      }
      to[4 * x + 3] = static_cast<std::uint8_t>(alpha);
    }
  }
  return picture;
}

}  // namespace reel::titles
