/// Arithmetic on pictures that fade and transition share: exact at both ends, at any depth up to 16 bit.
#pragma once

#include <array>
#include <reel/sdk.hpp>

namespace reel::timeline {

/// The pictures that the functions here take.
constexpr const char* mixable_pictures =
    "video/x-raw, format = (string) { I420, YV12, Y42B, Y444, NV12, NV21, A420, AYUV, GRAY8, I420_10LE, I422_10LE, "
    "Y444_10LE, I420_12LE, I422_12LE, Y444_12LE, Y444_16LE, GRAY16_LE, RGB, BGR, RGBA, BGRA, ARGB, ABGR, RGBx, BGRx, "
    "xRGB, xBGR, GBR, GBRA, GBR_10LE, GBR_12LE }";

/// A share of 0..1 in 1/65536: 0 and 65536 give exactly the one side or the other.
inline std::uint32_t share_of(double share) {
  return static_cast<std::uint32_t>(std::lround(std::clamp(share, 0.0, 1.0) * 65536));
}

/// A colour's components in a picture format: Y, U, V, A or R, G, B, A, as stored.
using Components = std::array<std::uint16_t, 4>;
Components components_of(Color color, const GstVideoInfo& info);

/// Whether the component is alpha, which fades leave alone.
inline bool is_alpha(const GstVideoInfo& info, int component) {
  return GST_VIDEO_INFO_HAS_ALPHA(&info) != 0 && component == static_cast<int>(GST_VIDEO_INFO_N_COMPONENTS(&info)) - 1;
}

/// picture = color + (picture - color) * share / 65536, all but alpha.
void mix_with_color(VideoFrame& picture, const Components& color, std::uint32_t share);

/// One row: a = a + (b - a) * share / 65536.
template <class T>
void mix_row(T* __restrict a, const T* __restrict b, int count, std::uint32_t share) {
  const std::uint32_t rest = 65536 - share;
  for (int i = 0; i < count; ++i) a[i] = static_cast<T>((a[i] * rest + b[i] * share + 32768) >> 16U);
}

}  // namespace reel::timeline
