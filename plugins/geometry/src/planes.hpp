/// How the planes of a picture are made up.
#pragma once

#include <algorithm>
#include <bit>

#include "reel/sdk.hpp"

namespace reel::geometry {

/// Formats in which every sample has bytes of its own and a row's samples lie side by side.
inline constexpr const char* plain_formats =
    "{ I420, YV12, Y42B, Y41B, Y444, NV12, NV21, NV16, NV24, GRAY8, GRAY16_LE, A420, AYUV, "
    "P010_10LE, I420_10LE, I422_10LE, Y444_10LE, I420_12LE, I422_12LE, Y444_12LE, Y444_16LE, "
    "A420_10LE, A422_10LE, A444_10LE, AYUV64, "
    "RGB, BGR, RGBx, xRGB, BGRx, xBGR, RGBA, ARGB, BGRA, ABGR, GBR, GBRA, "
    "GBR_10LE, GBR_12LE, GBRA_10LE, GBRA_12LE, ARGB64 }";

/// One plane: groups of bytes, each of which stands for 1 or more pixels in each direction.
struct PlaneShape {
  int x_shift = 0, y_shift = 0;
  int group = 1;              ///< bytes from one to the next
  int sample_bytes = 1;       ///< 1 or 2
  int width = 0, height = 0;  ///< in groups
};

inline PlaneShape plane_shape(const VideoFormat& format, unsigned plane) {
  for (unsigned c = 0; c < GST_VIDEO_INFO_N_COMPONENTS(&format); ++c)
    if (GST_VIDEO_INFO_COMP_PLANE(&format, c) == plane)
      return {static_cast<int>(GST_VIDEO_FORMAT_INFO_W_SUB(format.finfo, c)),
              static_cast<int>(GST_VIDEO_FORMAT_INFO_H_SUB(format.finfo, c)),
              GST_VIDEO_INFO_COMP_PSTRIDE(&format, c),
              GST_VIDEO_INFO_COMP_DEPTH(&format, c) > 8 ? 2 : 1,
              GST_VIDEO_INFO_COMP_WIDTH(&format, c),
              GST_VIDEO_INFO_COMP_HEIGHT(&format, c)};
  return {};
}

/// The smallest step, in pixels, in which a picture of this format can be cut without splitting a chroma sample.
struct Unit {
  int x = 1, y = 1;
};
inline Unit unit_of(const VideoFormat& format) {
  Unit unit;
  for (unsigned p = 0; p < GST_VIDEO_INFO_N_PLANES(&format); ++p) {
    const PlaneShape shape = plane_shape(format, p);
    unit = {std::max(unit.x, 1 << shape.x_shift), std::max(unit.y, 1 << shape.y_shift)};
  }
  return unit;
}

constexpr int floor_to(int value, int unit) { return value / unit * unit; }

inline std::byte* plane_row(GstVideoFrame* frame, unsigned plane, int y) {
  return static_cast<std::byte*>(GST_VIDEO_FRAME_PLANE_DATA(frame, plane)) +
         std::ptrdiff_t{y} * GST_VIDEO_FRAME_PLANE_STRIDE(frame, plane);
}

/// How much wider than high a pixel is shown.
inline double pixel_aspect(const VideoFormat& format) {
  return format.par_n > 0 && format.par_d > 0 ? static_cast<double>(format.par_n) / format.par_d : 1.0;
}

}  // namespace reel::geometry
