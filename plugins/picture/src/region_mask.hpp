/// Which samples of a picture a region covers, and how much of each.
#pragma once

#include <array>
#include <vector>

#include "gaussian.hpp"

namespace reel::picture {

/// The part of each component that a stage changes. Edges are anti-aliased, a feathered one is soft; where
/// chroma is subsampled, each of its samples has the mean coverage of its pixels.
class RegionMask {
 public:
  /// For this frame; costs nothing while the region does not move. `feather`: width of the soft edge in
  /// pixels.
  void update(const Region& region, double feather, const VideoFrame& frame);

  bool whole() const { return whole_; }
  bool nothing() const { return !whole_ && area_.empty(); }
  /// The samples of component `c` that may change.
  Area area(const VideoFrame& frame, int c) const;
  /// Coverage of row `y` of component `c`, 0..255, from `area().left` on. Null for the whole picture.
  const std::uint8_t* row(const VideoFrame& frame, int c, int y) const;

 private:
  struct Level {  ///< the mask at the resolution of some component
    int x = 1, y = 1;
    Area area;
    std::vector<std::uint8_t> coverage;
  };
  void draw(const Shape& shape);
  void draw_box(const Shape& shape);
  void draw_polygon(const Shape& shape);
  void soften(double feather);
  void shrink(int x, int y);
  const Level& level(const VideoFrame& frame, int c) const;

  bool whole_ = true;
  Area area_;
  std::vector<Level> levels_;  ///< the first has the picture's own resolution
  std::vector<Point> corners_;
  double feather_ = -1;
  GstVideoInfo info_{};
  GaussianBlur blur_;
};

/// Writes `value(x)` into row `y` of component `c`, as far as the mask covers it.
template <class T, class F>
void write_row(const RegionMask& mask, const VideoFrame& frame, int c, const Plane<T>& plane, int y, const Area& area,
               F value) {
  T* const row = plane.row_data(y);
  const std::uint8_t* const coverage = mask.row(frame, c, y);
  const auto write = [&](auto step) {
    if (coverage == nullptr)
      for (int x = area.left; x < area.right; ++x) row[x * step] = value(x);
    else
      for (int x = area.left; x < area.right; ++x)
        row[x * step] = mixed<T>(row[x * step], value(x), coverage[x - area.left]);
  };
  if (plane.step() == 1)
    write(std::integral_constant<std::ptrdiff_t, 1>{});
  else
    write(static_cast<std::ptrdiff_t>(plane.step()));
}

}  // namespace reel::picture
