/// Gaussian blur in constant time per sample, whatever the radius.
#pragma once

#include <vector>

#include "samples.hpp"

namespace reel::picture {

/// Three passes of a box whose outermost samples count in part, so that the standard deviation is met exactly
/// and changes smoothly, below one pixel too (Gwosdek et al., "Theoretical foundations of Gaussian
/// convolution by extended box filtering", 2011).
struct Box {
  int radius;          ///< samples on each side that count in full
  float inner, outer;  ///< weights of those and of the next one on each side

  static Box of_sigma(double sigma);
  /// How far three passes reach.
  int support() const { return 3 * (radius + 1); }
};

/// Sixteen lines that are filtered side by side. The struct says the alignment that AVX wants: that of the
/// bare vector type depends on the options of the file.
constexpr int lane_count = 16;
struct alignas(64) Lanes {
  float v __attribute__((vector_size(64)));
};

/// Three box passes along the `n` entries of `lines`, in place; `scratch` has room for 2 n. Beyond both ends
/// they go on mirrored, which commutes with the passes.
void blur_lanes(Lanes* lines, Lanes* scratch, int n, Box box);

/// Blurs a part of a component into a buffer of its own. Keeps its memory from frame to frame.
class GaussianBlur {
 public:
  /// `source(y)` gives a row: something that gives the sample at x as a number below 65536 / `scale`. Outside
  /// `width` x `height` the picture goes on mirrored.
  template <class Source>
  void run(const Source& source, int width, int height, const Area& area, double sigma_x, double sigma_y, float scale);

  /// A row of the last run's area: sample x of the component is `row(y)[x - area.left]`, times `scale`.
  const std::uint16_t* row(int y) const { return &blurred_[static_cast<std::size_t>(y - area_.top) * stride_ + skip_]; }

 private:
  template <class Source>
  void down(const Source& source, const Area& from, Box box, float scale);
  void across(int columns, Box box);
  void reserve(std::size_t entries) {
    if (lines_.size() < entries) lines_.resize(entries), scratch_.resize(2 * entries);
  }

  Area area_;
  std::size_t stride_ = 0, skip_ = 0;
  std::vector<std::uint16_t> blurred_;
  std::vector<Lanes> lines_, scratch_;
};

/// The rows of a component. `Step` 1 is known when compiling, for speed; 0 is the plane's own.
template <class T, int Step>
struct PlaneSource {
  const Plane<T>& plane;
  auto operator()(int y) const {
    const T* const row = plane.row_data(y);
    const int step = Step != 0 ? Step : plane.step();
    return [row, step](int x) { return static_cast<float>(row[static_cast<std::ptrdiff_t>(x) * step]); };
  }
};

/// Blurs a component of depth `16 - shift` bits.
template <class T>
void blur_plane(GaussianBlur& blur, const Plane<T>& plane, const Area& area, double sigma_x, double sigma_y,
                int shift) {
  const auto scale = static_cast<float>(1 << shift);
  const auto go = [&](const auto& source) {
    blur.run(source, plane.width(), plane.height(), area, sigma_x, sigma_y, scale);
  };
  if (plane.step() == 1)
    go(PlaneSource<T, 1>{plane});
  else
    go(PlaneSource<T, 0>{plane});
}

template <class Source>
void GaussianBlur::run(const Source& source, int width, int height, const Area& area, double sigma_x, double sigma_y,
                       float scale) {
  const Box x = Box::of_sigma(sigma_x), y = Box::of_sigma(sigma_y);
  const Area from = area.grown(x.support(), y.support(), width, height);
  area_ = area;
  skip_ = static_cast<std::size_t>(area.left - from.left);
  stride_ = static_cast<std::size_t>(from.width());
  blurred_.resize(stride_ * static_cast<std::size_t>(area.height()));
  reserve(static_cast<std::size_t>(std::max(from.width(), from.height())));
  down(source, from, y, scale);
  across(from.width(), x);
}

template <class Source>
void GaussianBlur::down(const Source& source, const Area& from, Box box, float scale) {
  for (int left = from.left; left < from.right; left += lane_count) {
    const int lanes = std::min(lane_count, from.right - left);
    for (int y = from.top; y < from.bottom; ++y) {
      const auto row = source(y);
      Lanes& line = lines_[static_cast<std::size_t>(y - from.top)];
      if (lanes == lane_count)
        for (int i = 0; i < lane_count; ++i) line.v[i] = row(left + i);
      else
        for (int i = 0; i < lanes; ++i) line.v[i] = row(left + i);
    }
    blur_lanes(lines_.data(), scratch_.data(), from.height(), box);
    for (int y = area_.top; y < area_.bottom; ++y) {
      const auto line = lines_[static_cast<std::size_t>(y - from.top)].v * scale + 0.5F;
      auto* const out =
          &blurred_[static_cast<std::size_t>(y - area_.top) * stride_ + static_cast<std::size_t>(left - from.left)];
      for (int i = 0; i < lanes; ++i) out[i] = static_cast<std::uint16_t>(static_cast<int>(line[i]));
    }
  }
}

}  // namespace reel::picture
