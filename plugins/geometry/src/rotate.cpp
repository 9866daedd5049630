#include "rotate.hpp"

#include <cmath>
#include <memory>
#include <numbers>
#include <optional>

#include "free_turn.hpp"
#include "quarter_turn.hpp"

namespace reel::geometry {
namespace {

/// 0 to 3 where the angle is a multiple of 90 degrees.
std::optional<int> quarters_of(double angle) {
  const double quarters = angle / 90;
  if (std::abs(quarters - std::round(quarters)) > 1e-9) return std::nullopt;
  return (static_cast<int>(std::lround(quarters)) % 4 + 4) % 4;
}

struct OnePixel {
  explicit OnePixel(const VideoFormat& format) : buffer(gst_buffer_new_allocate(nullptr, format.size, nullptr)) {
    gst_video_frame_map(&frame, &format, buffer.get(), GST_MAP_READWRITE);
  }
  OnePixel(const OnePixel&) = delete;
  OnePixel& operator=(const OnePixel&) = delete;
  ~OnePixel() { gst_video_frame_unmap(&frame); }

  BufferPtr buffer;
  GstVideoFrame frame{};
};

VideoFormat pixel_format(GstVideoFormat format) {
  VideoFormat info;
  gst_video_info_set_format(&info, format, 1, 1);
  return info;
}

/// A colour in the samples of a format. GStreamer's own converter does the sum.
std::array<int, 4> native(const Color& color, const VideoFormat& format) {
  VideoFormat wide =
      pixel_format(GST_VIDEO_INFO_IS_RGB(&format) ? GST_VIDEO_FORMAT_ARGB64 : GST_VIDEO_FORMAT_AYUV64);
  wide.colorimetry = format.colorimetry;
  if (!GST_VIDEO_INFO_IS_RGB(&format) && (wide.colorimetry.matrix == GST_VIDEO_COLOR_MATRIX_UNKNOWN ||
                                          wide.colorimetry.matrix == GST_VIDEO_COLOR_MATRIX_RGB))
    wide.colorimetry.matrix = GST_VIDEO_COLOR_MATRIX_BT601;
  VideoFormat plain = pixel_format(GST_VIDEO_FORMAT_ARGB);
  OnePixel from(plain), to(wide);
  auto* const argb = static_cast<std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&from.frame, 0));
  argb[0] = color.alpha, argb[1] = color.red, argb[2] = color.green, argb[3] = color.blue;
  GstVideoConverter* const converter = gst_video_converter_new(&plain, &wide, nullptr);
  if (converter == nullptr) throw Error("rotate: the background's colour cannot be converted to the picture's format");
  gst_video_converter_frame(converter, &from.frame, &to.frame);
  gst_video_converter_free(converter);
  const auto* const samples = static_cast<const std::uint16_t*>(GST_VIDEO_FRAME_PLANE_DATA(&to.frame, 0));
  const unsigned shift = 16 - GST_VIDEO_INFO_COMP_DEPTH(&format, 0);
  const int max = (1 << GST_VIDEO_INFO_COMP_DEPTH(&format, 0)) - 1;
  const auto sample = [&](int i) { return std::min((samples[i] + (1 << shift >> 1)) >> shift, max); };
  return {sample(1), sample(2), sample(3), sample(0)};
}

int rounded_up(double value, int unit) { return std::max(1, static_cast<int>(std::ceil(value / unit - 1e-6)) * unit); }

}  // namespace

void Rotate::output(VideoFormat& format, const Params& p) const {
  if (const auto quarters = quarters_of(p.angle)) {
    if (*quarters % 2 == 0) return;
    std::swap(format.width, format.height);
    std::swap(format.par_n, format.par_d);
    return;
  }
  if (!p.expand) return;
  const double angle = p.angle * std::numbers::pi / 180;
  const double c = std::abs(std::cos(angle)), s = std::abs(std::sin(angle)), aspect = pixel_aspect(format);
  const double width = format.width * aspect, height = format.height;
  const Unit unit = unit_of(format);
  format.width = rounded_up((width * c + height * s) / aspect, unit.x);
  format.height = rounded_up(width * s + height * c, unit.y);
}

void Rotate::format(const VideoFormat& in, const Params& p) { background_ = native(p.background, in); }

void Rotate::process(const VideoFrame& in, VideoFrame& out, const Params& p) const {
  if (const auto quarters = quarters_of(p.angle)) quarter_turn(in, out, *quarters, p.flip);
  else free_turn(in, out, p, background_);
}

}  // namespace reel::geometry
