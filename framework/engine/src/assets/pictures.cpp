#include <gst/video/video.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "assets/reader.hpp"
#include "picture_file.hpp"
#include "reel/base/error.hpp"
#include "reel/base/text.hpp"
#include "reel/engine/assets.hpp"

namespace reel::engine {
namespace {

using base::Time;

struct Size {
  int width = 0, height = 0;
};

/// Upright and with square pixels, no larger than it is.
Size fitted(const model::VideoStream& video, Size box) {
  double width = video.width * (video.pixel_aspect.num > 0 ? video.pixel_aspect.value() : 1);
  double height = video.height;
  if (video.rotation % 180 != 0) std::swap(width, height);
  const double shrink = std::min({1.0, box.width / width, box.height / height});
  const auto even = [](double side) { return std::max(2, 2 * static_cast<int>(std::lround(side / 2))); };
  return {even(width * shrink), even(height * shrink)};
}

std::string conversion(Size size) {
  return "videoconvert ! videoscale ! video/x-raw,format=RGB,pixel-aspect-ratio=1/1,width=" +
         std::to_string(size.width) + ",height=" + std::to_string(size.height);
}

const model::VideoStream& pictures_of(const model::MediaInfo& media) {
  const model::StreamInfo* const stream = media.video();
  if (stream == nullptr) throw base::InputError("'" + base::printable(media.uri) + "' has no picture");
  return *stream->video;
}

[[noreturn]] void undecodable(const model::MediaInfo& media) {
  throw base::InputError("no picture of '" + base::printable(media.uri) + "' can be decoded",
                         "check that it plays elsewhere; it may be damaged, or of a codec that is not installed");
}

/// Rows of bytes that belong to one picture of RGB.
class Canvas {
 public:
  explicit Canvas(Size size) : size_(size), buffer_(gst_buffer_new_allocate(nullptr, stride() * rows(), nullptr)) {
    gst_buffer_memset(buffer_.get(), 0, 0, stride() * rows());
  }
  void put(GstSample* picture, int x, int y) {
    GstVideoInfo info;
    GstVideoFrame frame;
    GstMapInfo map;
    if (gst_video_info_from_caps(&info, gst_sample_get_caps(picture)) == FALSE ||
        gst_video_frame_map(&frame, &info, gst_sample_get_buffer(picture), GST_MAP_READ) == FALSE)
      return;
    if (gst_buffer_map(buffer_.get(), &map, GST_MAP_WRITE) != FALSE) {
      const auto bytes = static_cast<std::size_t>(std::min(info.width, size_.width - x)) * 3;
      const auto* const from = static_cast<const guint8*>(GST_VIDEO_FRAME_PLANE_DATA(&frame, 0));
      const auto step = static_cast<std::size_t>(GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0));
      for (std::size_t row = 0; row < static_cast<std::size_t>(std::min(info.height, size_.height - y)); ++row)
        std::memcpy(map.data + (static_cast<std::size_t>(y) + row) * stride() + static_cast<std::size_t>(x) * 3,
                    from + row * step, bytes);
      gst_buffer_unmap(buffer_.get(), &map);
    }
    gst_video_frame_unmap(&frame);
  }
  gst::Ptr<GstSample> sample() const {
    const gst::CapsPtr caps(gst_caps_new_simple("video/x-raw", "format", G_TYPE_STRING, "RGB", "width", G_TYPE_INT,
                                                size_.width, "height", G_TYPE_INT, size_.height, "framerate",
                                                GST_TYPE_FRACTION, 0, 1, nullptr));
    return gst::Ptr<GstSample>(gst_sample_new(buffer_.get(), caps.get(), nullptr, nullptr));
  }

 private:
  /// GStreamer's rows begin at multiples of four bytes.
  std::size_t stride() const { return (static_cast<std::size_t>(size_.width) * 3 + 3) / 4 * 4; }
  std::size_t rows() const { return static_cast<std::size_t>(size_.height); }

  Size size_;
  gst::BufferPtr buffer_;
};

/// One a second, or so many that there are 100 in all.
SpriteInfo sprite_for(const model::MediaInfo& media) {
  constexpr int most = 100, most_columns = 10;
  constexpr Time shortest = std::chrono::seconds(1);
  const Time length = media.duration.value_or(Time{0});
  SpriteInfo info;
  info.interval = std::max(shortest, Time{(length.count() + most - 1) / most});
  info.count = static_cast<int>(std::clamp<std::int64_t>((length + info.interval - Time{1}) / info.interval, 1, most));
  info.columns = std::min(info.count, most_columns);
  info.rows = (info.count + info.columns - 1) / info.columns;
  const Size one = fitted(pictures_of(media), {160, 90});
  info.width = one.width;
  info.height = one.height;
  return info;
}

}  // namespace

PosterInfo write_poster(const model::MediaInfo& media, const std::filesystem::path& target) {
  constexpr Size most{1280, 720};
  const Size size = fitted(pictures_of(media), most);
  AssetReader reader(media.uri, "video", conversion(size));
  if (!reader.pause()) undecodable(media);
  auto picture = reader.picture_at(media.duration.value_or(Time{0}) / 10, true);
  // A damaged file may end earlier than it says.
  if (!picture) picture = reader.picture_at(Time{0}, false);
  if (!picture) undecodable(media);
  write_picture(picture.get(), target);
  return {size.width, size.height};
}

SpriteInfo write_sprite(const model::MediaInfo& media, const std::filesystem::path& target,
                        const AssetProgress& progress) {
  // In a short film, keyframes may be too far apart, and decoding costs little.
  constexpr Time is_short = std::chrono::seconds(60);
  const SpriteInfo info = sprite_for(media);
  const bool exactly = media.duration.value_or(Time{0}) <= is_short;
  Canvas canvas({info.columns * info.width, info.rows * info.height});
  AssetReader reader(media.uri, "video", conversion({info.width, info.height}));
  if (!reader.pause()) undecodable(media);
  gst::Ptr<GstSample> last;
  for (int i = 0; i < info.count; ++i) {
    auto picture = reader.picture_at(i * info.interval + (info.count > 1 ? info.interval / 2 : Time{0}), exactly);
    // Where there is none, the one before is still shown.
    if (picture) last = std::move(picture);
    if (last) canvas.put(last.get(), i % info.columns * info.width, i / info.columns * info.height);
    if (progress) progress(static_cast<double>(i + 1) / info.count);
  }
  write_picture(canvas.sample().get(), target);
  return info;
}

}  // namespace reel::engine
