#include "exif.hpp"

#include <gst/tag/tag.h>

#include <array>
#include <cstdint>
#include <fstream>
#include <string_view>
#include <vector>

#include "reel/handles.hpp"

namespace reel::local {
namespace {

constexpr std::string_view exif_mark("Exif\0\0", 6);
constexpr int start_of_image = 0xD8, start_of_scan = 0xDA, application_1 = 0xE1;

/// The TIFF structure in the first EXIF segment before the picture's data; empty if there is none.
std::vector<char> exif_of(std::ifstream file) {
  const auto marker = [&file] { return file.get() == 0xFF ? file.get() : EOF; };
  if (marker() != start_of_image) return {};
  for (int kind = marker(); kind != EOF && kind != start_of_scan; kind = marker()) {
    const int high = file.get(), low = file.get();
    if (low == EOF || high * 256 + low < 2) return {};
    std::vector<char> segment(static_cast<std::size_t>(high * 256 + low - 2));
    if (!file.read(segment.data(), static_cast<std::streamsize>(segment.size()))) return {};
    if (kind == application_1 && std::string_view(segment.data(), segment.size()).starts_with(exif_mark))
      return {segment.begin() + exif_mark.size(), segment.end()};
  }
  return {};
}

}  // namespace

GstVideoOrientationMethod orientation_of_photo(const std::string& path) {
  auto method = GST_VIDEO_ORIENTATION_IDENTITY;
  const std::vector<char> exif = exif_of(std::ifstream(path, std::ios::binary));
  if (exif.empty()) return method;
  const BufferPtr buffer(gst_buffer_new_memdup(exif.data(), exif.size()));
  GstTagList* const tags = gst_tag_list_from_exif_buffer_with_tiff_header(buffer.get());
  if (tags == nullptr) return method;
  gst_video_orientation_from_tag(tags, &method);
  gst_tag_list_unref(tags);
  return method;
}

}  // namespace reel::local
