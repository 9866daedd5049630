#include "steady/resample.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <type_traits>
#include <vector>

namespace reel::removal::steady {
namespace {

/// Of the four samples around a place, the second of which is `f` before it.
inline float cubic(float a, float b, float c, float d, float f) {
  return b + 0.5F * f * (c - a + f * (2 * a - 5 * b + 4 * c - d + f * (3 * (b - c) + d - a)));
}

/// Calls f(first, end, floor, rest) for each stretch of [0, count) in which start + step · x has the same floor; `rest` is what
/// is above that at `first`.
template <class F>
void in_stretches(int count, double start, double step, F f) {
  for (int x = 0; x < count;) {
    const double place = start + step * x, below = std::floor(place);
    const double to_next = step > 0 ? (below + 1 - place) / step : step < 0 ? (below - place) / step : count;
    const int end = std::min(count, x + 1 + static_cast<int>(std::min(to_next, double(count))));
    f(x, end, static_cast<int>(below), static_cast<float>(place - below));
    x = end;
  }
}

/// Samples [first, end) of what lies between the second and the third of four rows, `rest` behind the second at `first`.
template <class T>
void between(const std::array<const float*, 4>& rows, int first, int end, float rest, float step, float top, T* out) {
  const float *const a = rows[0], *const b = rows[1], *const c = rows[2], *const d = rows[3];
  for (int x = first; x < end; ++x) {
    const float value = cubic(a[x], b[x], c[x], d[x], rest + step * static_cast<float>(x - first));
    if constexpr (std::is_same_v<T, float>)
      out[x] = value;
    else
      out[x] = static_cast<T>(std::min(std::max(value + 0.5F, 0.0F), top));
  }
}

/// How far beyond a row its samples are asked for at most.
int overhang(int length, double start, double step) {
  return static_cast<int>(std::max(std::abs(start), std::abs(start + (step - 1) * length))) + 3;
}

/// One row at start, start + step, start + 2 step …
template <class T>
void stretch(const T* row, int length, double start, double step, float* out, std::vector<float>& padded) {
  const int rim = overhang(length, start, step);
  padded.resize(static_cast<std::size_t>(length + 2 * rim));
  float* const samples = padded.data() + rim;
  std::fill(samples - rim, samples, static_cast<float>(row[0]));
  for (int x = 0; x < length; ++x) samples[x] = static_cast<float>(row[x]);
  std::fill(samples + length, samples + length + rim, static_cast<float>(row[length - 1]));
  in_stretches(length, start, step - 1, [&](int first, int end, int by, float rest) {
    const float* const s = samples + by;
    between(std::array{s - 1, s, s + 1, s + 2}, first, end, rest, static_cast<float>(step - 1), 0, out);
  });
}

/// One row of the result, which crosses rows of `wide` at a small angle.
template <class T>
void climb(const cv::Mat& wide, double start, double step, float top, T* out) {
  const auto row = [&](int y) { return wide.ptr<float>(std::clamp(y, 0, wide.rows - 1)); };
  in_stretches(wide.cols, start, step, [&](int first, int end, int y, float rest) {
    between(std::array{row(y - 1), row(y), row(y + 1), row(y + 2)}, first, end, rest, static_cast<float>(step), top,
            out);
  });
}

/// Along the rows first, then along the columns: four samples each instead of sixteen.
template <class T>
void in_two_steps(const cv::Mat& from, cv::Mat& to, const cv::Matx23d& m, float top) {
  cv::Mat wide(from.size(), CV_32F);
  const double lean = m(0, 1) / m(1, 1), step = m(0, 0) - lean * m(1, 0);
  cv::parallel_for_({0, from.rows}, [&](const cv::Range& rows) {
    std::vector<float> padded;
    for (int y = rows.start; y < rows.end; ++y)
      stretch(from.ptr<T>(y), from.cols, m(0, 2) + lean * (y - m(1, 2)), step, wide.ptr<float>(y), padded);
  });
  cv::parallel_for_({0, to.rows}, [&](const cv::Range& rows) {
    for (int y = rows.start; y < rows.end; ++y) climb(wide, m(1, 1) * y + m(1, 2), m(1, 0), top, to.ptr<T>(y));
  });
}

}  // namespace

void resample(const cv::Mat& from, cv::Mat& to, const cv::Matx23d& matrix, int top) {
  const bool near = std::abs(matrix(0, 2)) < 2 * from.cols && std::abs(matrix(1, 2)) < 2 * from.rows;
  const bool small = near && std::abs(matrix(0, 1)) < 0.3 && std::abs(matrix(1, 0)) < 0.3 && matrix(1, 1) > 0.4;
  if (!small) {
    cv::warpAffine(from, to, matrix, to.size(), cv::INTER_CUBIC | cv::WARP_INVERSE_MAP, cv::BORDER_REPLICATE);
    cv::min(to, top, to);
  } else if (from.depth() == CV_8U) {
    in_two_steps<std::uint8_t>(from, to, matrix, static_cast<float>(top));
  } else {
    in_two_steps<std::uint16_t>(from, to, matrix, static_cast<float>(top));
  }
}

}  // namespace reel::removal::steady
