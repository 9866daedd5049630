#include "quarter_turn.hpp"

#include <cstring>

namespace reel::geometry {
namespace {

/// Which place of the source a place of the result comes from: x = x0 + x_by_x * X + x_by_y * Y, and so on.
struct Mapping {
  int x0, x_by_x, x_by_y, y0, y_by_x, y_by_y;

  Mapping(int quarters, Flip flip, int width, int height) {
    const int right = width - 1, bottom = height - 1;
    switch (quarters) {
      case 0:
        *this = {0, 1, 0, 0, 0, 1};
        break;
      case 1:
        *this = {0, 0, 1, bottom, -1, 0};
        break;
      case 2:
        *this = {right, -1, 0, bottom, 0, -1};
        break;
      default:
        *this = {right, 0, -1, 0, 1, 0};
        break;
    }
    if (flip == Flip::horizontal) x0 = right - x0, x_by_x = -x_by_x, x_by_y = -x_by_y;
    if (flip == Flip::vertical) y0 = bottom - y0, y_by_x = -y_by_x, y_by_y = -y_by_y;
  }
  int x(int X, int Y) const { return x0 + x_by_x * X + x_by_y * Y; }
  int y(int X, int Y) const { return y0 + y_by_x * X + y_by_y * Y; }

 private:
  Mapping(int x, int xx, int xy, int y, int yx, int yy)
      : x0(x), x_by_x(xx), x_by_y(xy), y0(y), y_by_x(yx), y_by_y(yy) {}
};

struct Pixels {
  std::byte* data;
  std::ptrdiff_t stride;
  int width, height;  ///< in groups
};

Pixels pixels_of(const VideoFrame& frame, unsigned plane) {
  const PlaneShape shape = plane_shape(frame.raw()->info, plane);
  return {plane_row(frame.raw(), plane, 0), GST_VIDEO_FRAME_PLANE_STRIDE(frame.raw(), plane), shape.width,
          shape.height};
}

/// Moves groups of `Group` bytes. By tiles: a quarter turn reads columns, and those should stay in the cache.
template <std::size_t Group>
void move_groups(const Pixels& in, const Pixels& out, const Mapping& map) {
  constexpr int tile = 32;
  const std::ptrdiff_t step = map.x_by_x * std::ptrdiff_t{Group} + map.y_by_x * in.stride;
  for (int top = 0; top < out.height; top += tile)
    for (int left = 0; left < out.width; left += tile)
      for (int y = top; y < std::min(top + tile, out.height); ++y) {
        const std::byte* from = in.data + map.y(left, y) * in.stride + map.x(left, y) * std::ptrdiff_t{Group};
        std::byte* to = out.data + y * out.stride + left * std::ptrdiff_t{Group};
        const int count = std::min(tile, out.width - left);
        for (int i = 0; i < count; ++i, from += step, to += Group) std::memcpy(to, from, Group);
      }
}

void move_plane(const Pixels& in, const Pixels& out, const Mapping& map, int group) {
  switch (group) {
    case 1:
      return move_groups<1>(in, out, map);
    case 2:
      return move_groups<2>(in, out, map);
    case 3:
      return move_groups<3>(in, out, map);
    case 4:
      return move_groups<4>(in, out, map);
    default:
      return move_groups<8>(in, out, map);
  }
}

/// 4:2:2 chroma after an odd quarter turn: each new sample is the mean of two rows of the old, and lies between two columns.
template <class T>
void resample_plane(const Pixels& in, const Pixels& out, int luma_width, int luma_height, const Mapping& luma) {
  const auto at = [&](int x, int y) {
    x = std::clamp(x, 0, in.width - 1), y = std::clamp(y, 0, luma_height - 1);
    return unsigned{reinterpret_cast<const T*>(in.data + y * in.stride)[x]};
  };
  for (int y = 0; y < out.height; ++y) {
    T* const row = reinterpret_cast<T*>(out.data + y * out.stride);
    for (int x = 0; x < out.width; ++x) {
      const int from_x = std::clamp(luma.x(2 * x, y), 0, luma_width - 1);
      const int column = from_x / 2, beside = from_x % 2 == 0 ? column - 1 : column + 1;
      const int row1 = luma.y(2 * x, y), row2 = luma.y(2 * x + 1, y);
      row[x] =
          static_cast<T>((3 * (at(column, row1) + at(column, row2)) + at(beside, row1) + at(beside, row2) + 4) / 8);
    }
  }
}

}  // namespace

void quarter_turn(const VideoFrame& in, VideoFrame& out, int quarters, Flip flip) {
  for (unsigned p = 0; p < static_cast<unsigned>(in.planes()); ++p) {
    const PlaneShape shape = plane_shape(in.raw()->info, p);
    const Pixels from = pixels_of(in, p), to = pixels_of(out, p);
    if (quarters % 2 == 0 || shape.x_shift == shape.y_shift) {
      move_plane(from, to, Mapping(quarters, flip, shape.width, shape.height), shape.group);
      continue;
    }
    const Mapping luma(quarters, flip, in.width(), in.height());
    shape.sample_bytes == 2 ? resample_plane<std::uint16_t>(from, to, in.width(), in.height(), luma)
                            : resample_plane<std::uint8_t>(from, to, in.width(), in.height(), luma);
  }
}

}  // namespace reel::geometry
