/// What all stages of this plugin share: areas of samples, the choice of the sample type, and fast loops.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <reel/sdk.hpp>

/// Compiles a function for AVX2 too and picks at load time. The baseline of x86-64 is SSE2; others have one
/// version.
#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__SANITIZE_ADDRESS__)
#define REEL_PICTURE_FAST __attribute__((target_clones("arch=haswell", "default")))
#else
#define REEL_PICTURE_FAST
#endif

namespace reel::picture {

/// Pictures with brightness and colour apart, planar or semi-planar.
#define REEL_PICTURE_YUV                                                                                   \
  "I420, YV12, Y42B, Y444, NV12, NV21, I420_10LE, I422_10LE, Y444_10LE, I420_12LE, I422_12LE, Y444_12LE, " \
  "GRAY8, GRAY16_LE"
/// Those with alpha, at full resolution.
#define REEL_PICTURE_YUV_ALPHA "AYUV, VUYA, A444_10LE"
#define REEL_PICTURE_RGB "RGB, BGR, RGBx, BGRx, xRGB, xBGR, GBR, GBR_10LE, GBR_12LE"
#define REEL_PICTURE_RGB_ALPHA "RGBA, BGRA, ARGB, ABGR, RGBA64_LE, BGRA64_LE"

/// A rectangle of samples of one component; right and bottom lie outside.
struct Area {
  int left = 0, top = 0, right = 0, bottom = 0;

  int width() const { return right - left; }
  int height() const { return bottom - top; }
  bool empty() const { return right <= left || bottom <= top; }
  /// Grown on all sides, but not beyond a component of that size.
  Area grown(int x, int y, int width, int height) const {
    return {std::max(left - x, 0), std::max(top - y, 0), std::min(right + x, width), std::min(bottom + y, height)};
  }
  friend bool operator==(const Area&, const Area&) = default;
};

/// Calls f with a std::uint8_t or a std::uint16_t, whichever holds the frame's samples.
template <class F>
void with_sample_type(const VideoFrame& frame, F f) {
  if (frame.depth() > 8)
    f(std::uint16_t{});
  else
    f(std::uint8_t{});
}

/// Alpha is the last component; -1 where there is none.
inline int alpha_component(const VideoFrame& frame) {
  return GST_VIDEO_INFO_HAS_ALPHA(&frame.raw()->info) != 0 ? frame.components() - 1 : -1;
}

inline int full_scale(const VideoFrame& frame) { return (1 << frame.depth()) - 1; }

/// How many samples of the first component lie along one of component `c`, across and down.
inline int subsampling_x(const VideoFrame& frame, int c) {
  return 1 << GST_VIDEO_FORMAT_INFO_W_SUB(frame.raw()->info.finfo, static_cast<unsigned>(c));
}
inline int subsampling_y(const VideoFrame& frame, int c) {
  return 1 << GST_VIDEO_FORMAT_INFO_H_SUB(frame.raw()->info.finfo, static_cast<unsigned>(c));
}

/// `from` where `coverage` is 0, `to` where it is 255.
template <class T>
T mixed(T from, T to, std::uint8_t coverage) {
  const int difference = int{to} - int{from};
  return static_cast<T>(int{from} + (difference * coverage + (difference < 0 ? -127 : 127)) / 255);
}

}  // namespace reel::picture
