#include "picture_mix.hpp"

namespace reel::timeline {
namespace {

std::array<double, 3> yuv_of(const std::array<double, 3>& rgb, GstVideoColorMatrix matrix) {
  gdouble red = 0, blue = 0;
  if (gst_video_color_matrix_get_Kr_Kb(matrix, &red, &blue) == FALSE) red = 0.299, blue = 0.114;
  const double y = red * rgb[0] + (1 - red - blue) * rgb[1] + blue * rgb[2];
  return {y, (rgb[2] - y) / (2 * (1 - blue)), (rgb[0] - y) / (2 * (1 - red))};
}

template <class T, int Step>
void mix_row_with(T* row, int width, std::uint32_t color, std::uint32_t share) {
  const std::uint32_t offset = color * (65536 - share) + 32768;
  for (int x = 0; x < width; ++x) row[x * Step] = static_cast<T>((row[x * Step] * share + offset) >> 16U);
}

template <class T>
void mix_plane(const Plane<T>& plane, std::uint32_t color, std::uint32_t share) {
  for (int y = 0; y < plane.height(); ++y) {
    T* const row = plane.row_data(y);
    switch (plane.step()) {
      case 1:
        mix_row_with<T, 1>(row, plane.width(), color, share);
        break;
      case 2:
        mix_row_with<T, 2>(row, plane.width(), color, share);
        break;
      case 3:
        mix_row_with<T, 3>(row, plane.width(), color, share);
        break;
      default:
        mix_row_with<T, 4>(row, plane.width(), color, share);
        break;
    }
  }
}

}  // namespace

Components components_of(Color color, const GstVideoInfo& info) {
  const std::array rgb{color.red / 255.0, color.green / 255.0, color.blue / 255.0};
  const std::array value = GST_VIDEO_INFO_IS_RGB(&info) != 0 ? rgb : yuv_of(rgb, info.colorimetry.matrix);
  std::array<gint, GST_VIDEO_MAX_COMPONENTS> offset{}, scale{};
  gst_video_color_range_offsets(info.colorimetry.range, info.finfo, offset.data(), scale.data());
  Components stored{};
  for (std::size_t c = 0; c < 3; ++c) {
    const double top = (1U << static_cast<unsigned>(GST_VIDEO_FORMAT_INFO_DEPTH(info.finfo, c))) - 1;
    stored[c] = static_cast<std::uint16_t>(std::clamp(std::round(value[c] * scale[c] + offset[c]), 0.0, top));
  }
  stored[3] = color.alpha;
  return stored;
}

void mix_with_color(VideoFrame& picture, const Components& color, std::uint32_t share) {
  for (int c = 0; c < picture.components(); ++c) {
    if (is_alpha(picture.raw()->info, c)) continue;
    const std::uint32_t value = color[static_cast<std::size_t>(c)];
    if (picture.depth() > 8)
      mix_plane(picture.component<std::uint16_t>(c), value, share);
    else
      mix_plane(picture.component<std::uint8_t>(c), value, share);
  }
}

}  // namespace reel::timeline
