#include "picture_file.hpp"

#include <gst/video/video.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "artifacts.hpp"
#include "files/temporary_file.hpp"
#include "reel/base/error.hpp"
#include "reel/base/text.hpp"

namespace reel::engine {
namespace {

namespace fs = std::filesystem;

/// Encoded, as the target's name says.
gst::Ptr<GstSample> encoded(GstSample* picture, const fs::path& target) {
  std::string extension = target.extension().string();
  std::ranges::transform(extension, extension.begin(), [](char c) { return static_cast<char>(g_ascii_tolower(c)); });
  const bool jpeg = extension == ".jpg" || extension == ".jpeg";
  if (!jpeg && extension != ".png")
    throw base::InputError("'" + base::printable(target.string()) + "' is no name for a picture",
                           "end it in .png or .jpg");
  const gst::CapsPtr caps(gst_caps_new_empty_simple(jpeg ? "image/jpeg" : "image/png"));
  GError* raw = nullptr;
  gst::Ptr<GstSample> image(gst_video_convert_sample(picture, caps.get(), 30 * GST_SECOND, &raw));
  const gst::Ptr<GError> error(raw);
  if (!image)
    throw base::RunError(
        "the picture could not be encoded: " + base::printable(error ? error->message : "unknown error"),
        "apt install gstreamer1.0-plugins-good");
  return image;
}

void write_file(GstBuffer* bytes, const fs::path& target) {
  TemporaryFile temporary(target);
  GstMapInfo map;
  if (gst_buffer_map(bytes, &map, GST_MAP_READ) == FALSE) throw base::RunError("the picture cannot be read");
  std::ofstream out(temporary.path(), std::ios::binary);
  out.write(reinterpret_cast<const char*>(map.data), static_cast<std::streamsize>(map.size));
  gst_buffer_unmap(bytes, &map);
  out.close();
  if (!out)
    throw base::RunError("cannot write '" + base::printable(target.string()) + "': " + std::strerror(errno),
                         "check that its folder has room");
  PendingFiles files;
  files.add({}, temporary.release(), target.string());
  files.publish();
}

}  // namespace

void write_picture(GstSample* picture, const fs::path& target) {
  const auto image = encoded(picture, target);
  write_file(gst_sample_get_buffer(image.get()), target);
}

}  // namespace reel::engine
