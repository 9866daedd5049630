/// One component of a picture as numbers, with a rim, so that filters may look beyond the edges.
#pragma once

#include <cstring>
#include <vector>

#include "samples.hpp"

namespace reel::picture {

class Grid {
 public:
  static constexpr int rim = 8;  ///< samples around the picture that row() may be asked for; the edge goes on there

  void resize(int width, int height) {
    if (width == width_ && height == height_) return;
    width_ = width, height_ = height;
    stride_ = width + 2 * rim;
    data_.assign(static_cast<std::size_t>(stride_) * static_cast<std::size_t>(height + 2 * rim), 0.0F);
  }
  int width() const { return width_; }
  int height() const { return height_; }
  float* row(int y) { return &data_[static_cast<std::size_t>(y + rim) * static_cast<std::size_t>(stride_) + rim]; }
  const float* row(int y) const { return const_cast<Grid*>(this)->row(y); }

  template <class T>
  void load(const Plane<T>& from) {
    resize(from.width(), from.height());
    for (int y = 0; y < height_; ++y) {
      const T* const in = from.row_data(y);
      float* const out = row(y);
      for (int x = 0; x < width_; ++x) out[x] = static_cast<float>(in[x]);
    }
    extend();
  }

  /// Fills the rim.
  void extend() {
    for (int y = 0; y < height_; ++y) {
      float* const line = row(y);
      std::fill(line - rim, line, line[0]);
      std::fill(line + width_, line + width_ + rim, line[width_ - 1]);
    }
    const std::size_t bytes = static_cast<std::size_t>(stride_) * sizeof(float);
    for (int y = 1; y <= rim; ++y) {
      std::memcpy(row(-y) - rim, row(0) - rim, bytes);
      std::memcpy(row(height_ - 1 + y) - rim, row(height_ - 1) - rim, bytes);
    }
  }

 private:
  int width_ = 0, height_ = 0, stride_ = 0;
  std::vector<float> data_;
};

}  // namespace reel::picture
