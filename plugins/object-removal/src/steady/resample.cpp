#include "steady/resample.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <vector>

namespace reel::removal::steady {
namespace {

/// Of the four samples around a place, the second of which is `f` before it.
inline float cubic(float a, float b, float c, float d, float f) {
  return b + 0.5F * f * (c - a + f * (2 * a - 5 * b + 4 * c - d + f * (3 * (b - c) + d - a)));
}

/// One row at start, start + step, start + 2 step …
template <class T>
void stretch(const T* row, int length, double start, double step, float* out, std::vector<float>& padded) {
  constexpr int rim = 2;
  padded.resize(static_cast<std::size_t>(length + 2 * rim));
  for (int x = -rim; x < length + rim; ++x)
    padded[static_cast<std::size_t>(x + rim)] = static_cast<float>(row[std::clamp(x, 0, length - 1)]);
  const float* const samples = padded.data() + rim;
  for (int x = 0; x < length; ++x) {
    const double place = std::clamp(start + step * x, -1.0, static_cast<double>(length));
    const int left = std::min(static_cast<int>(place + 1) - 1, length - 1);
    const float* const s = samples + left;
    out[x] = cubic(s[-1], s[0], s[1], s[2], static_cast<float>(place - left));
  }
}

/// Samples [first, end) of a row that lies between the second and the third of four.
template <class T>
void between(const std::array<const float*, 4>& rows, int first, int end, float place, float step, float top, T* out) {
  const float *const a = rows[0], *const b = rows[1], *const c = rows[2], *const d = rows[3];
  for (int x = first; x < end; ++x) {
    const float f = place + step * static_cast<float>(x - first);
    const float value = cubic(a[x], b[x], c[x], d[x], f) + 0.5F;
    out[x] = static_cast<T>(std::min(std::max(value, 0.0F), top));
  }
}

/// One row of the result, which crosses rows of `wide` at a small angle.
template <class T>
void climb(const cv::Mat& wide, double start, double step, float top, T* out) {
  const auto row = [&](int y) { return wide.ptr<float>(std::clamp(y, 0, wide.rows - 1)); };
  for (int x = 0; x < wide.cols;) {
    const double place = start + step * x, above = std::floor(place);
    const double to_next = step > 0 ? (above + 1 - place) / step : step < 0 ? (above - place) / step : wide.cols;
    const int end = std::min(wide.cols, x + 1 + static_cast<int>(std::min(to_next, double(wide.cols))));
    const int y = static_cast<int>(std::clamp(above, -2.0, wide.rows + 1.0));
    between(std::array{row(y - 1), row(y), row(y + 1), row(y + 2)}, x, end, static_cast<float>(place - above),
            static_cast<float>(step), top, out);
    x = end;
  }
}

/// Along the rows first, then along the columns: four samples each instead of sixteen.
template <class T>
void in_two_steps(const cv::Mat& from, cv::Mat& to, const cv::Matx23d& m, float top) {
  cv::Mat wide(from.size(), CV_32F);
  const double lean = m(0, 1) / m(1, 1);
  cv::parallel_for_({0, from.rows}, [&](const cv::Range& rows) {
    std::vector<float> padded;
    for (int y = rows.start; y < rows.end; ++y)
      stretch(from.ptr<T>(y), from.cols, m(0, 2) + lean * (y - m(1, 2)), m(0, 0) - lean * m(1, 0), wide.ptr<float>(y),
              padded);
  });
  cv::parallel_for_({0, to.rows}, [&](const cv::Range& rows) {
    for (int y = rows.start; y < rows.end; ++y) climb(wide, m(1, 1) * y + m(1, 2), m(1, 0), top, to.ptr<T>(y));
  });
}

}  // namespace

void resample(const cv::Mat& from, cv::Mat& to, const cv::Matx23d& matrix, int top) {
  const bool small = std::abs(matrix(0, 1)) < 0.3 && std::abs(matrix(1, 0)) < 0.3 && matrix(1, 1) > 0.4;
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
