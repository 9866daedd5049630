#include "native_color.hpp"

namespace reel::geometry {
namespace {

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

}  // namespace

std::array<int, 4> native_color(const Color& color, const VideoFormat& format) {
  VideoFormat wide = pixel_format(GST_VIDEO_INFO_IS_RGB(&format) ? GST_VIDEO_FORMAT_ARGB64 : GST_VIDEO_FORMAT_AYUV64);
  wide.colorimetry = format.colorimetry;
  if (!GST_VIDEO_INFO_IS_RGB(&format) && (wide.colorimetry.matrix == GST_VIDEO_COLOR_MATRIX_UNKNOWN ||
                                          wide.colorimetry.matrix == GST_VIDEO_COLOR_MATRIX_RGB))
    wide.colorimetry.matrix = GST_VIDEO_COLOR_MATRIX_BT601;
  VideoFormat plain = pixel_format(GST_VIDEO_FORMAT_ARGB64);
  OnePixel from(plain), to(wide);
  auto* const argb = static_cast<std::uint16_t*>(GST_VIDEO_FRAME_PLANE_DATA(&from.frame, 0));
  const std::array channels{color.alpha, color.red, color.green, color.blue};
  for (std::size_t i = 0; i < 4; ++i) argb[i] = static_cast<std::uint16_t>(channels[i] * 257);
  GstVideoConverter* const converter = gst_video_converter_new(&plain, &wide, nullptr);
  if (converter == nullptr) throw Error("the background's colour cannot be converted to the picture's format");
  gst_video_converter_frame(converter, &from.frame, &to.frame);
  gst_video_converter_free(converter);
  const auto* const samples = static_cast<const std::uint16_t*>(GST_VIDEO_FRAME_PLANE_DATA(&to.frame, 0));
  const unsigned shift = 16 - GST_VIDEO_INFO_COMP_DEPTH(&format, 0);
  const int max = (1 << GST_VIDEO_INFO_COMP_DEPTH(&format, 0)) - 1;
  const auto sample = [&](int i) { return std::min((samples[i] + (1 << shift >> 1)) >> shift, max); };
  return {sample(1), sample(2), sample(3), sample(0)};
}

}  // namespace reel::geometry
