#include "thumbnail.hpp"

#include <gdk-pixbuf/gdk-pixbuf.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "reel/task.hpp"

namespace reel::photoshop {

namespace {

constexpr std::uint32_t longest_side = 160;

std::uint32_t shrunk(std::uint32_t side, std::uint32_t longest) {
  if (longest <= longest_side) return side;
  return std::max(1U, static_cast<std::uint32_t>(std::uint64_t{side} * longest_side / longest));
}

}  // namespace

Thumbnail::Thumbnail(std::uint32_t width, std::uint32_t height)
    : full_height_(height),
      width_(shrunk(width, std::max(width, height))),
      height_(shrunk(height, std::max(width, height))),
      means_(std::size_t{width_} * height_) {}

void Thumbnail::add(std::uint32_t y, std::span<const Pixel> row) {
  const auto line = std::size_t{y} * height_ / full_height_ * width_;
  for (std::size_t x = 0; x < row.size(); ++x) {
    Mean& mean = means_[line + x * width_ / row.size()];
    const float white = 1 - row[x].alpha;
    mean.red += row[x].red + white;
    mean.green += row[x].green + white;
    mean.blue += row[x].blue + white;
    ++mean.count;
  }
}

std::vector<std::uint8_t> Thumbnail::jpeg() const {
  std::vector<guchar> pixels;
  for (const Mean& mean : means_)
    for (const double sum : {mean.red, mean.green, mean.blue})
      pixels.push_back(static_cast<guchar>(std::lround(255 * std::min(1.0, sum / static_cast<double>(mean.count)))));
  const std::unique_ptr<GdkPixbuf, decltype(&g_object_unref)> picture(
      gdk_pixbuf_new_from_data(pixels.data(), GDK_COLORSPACE_RGB, FALSE, 8, static_cast<int>(width_),
                               static_cast<int>(height_), static_cast<int>(width_ * 3), nullptr, nullptr),
      g_object_unref);
  gchar* bytes = nullptr;
  gsize size = 0;
  if (gdk_pixbuf_save_to_buffer(picture.get(), &bytes, &size, "jpeg", nullptr, "quality", "85", nullptr) == FALSE)
    throw ExtensionError(REEL_ERROR_FAILED, "the thumbnail cannot be encoded: gdk-pixbuf writes no JPEG");
  std::vector<std::uint8_t> made(bytes, bytes + size);
  g_free(bytes);
  return made;
}

}  // namespace reel::photoshop
