#include "alignment.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <vector>

namespace reel::removal::track {

namespace {

constexpr int unknowns = 7;  // an affine map's six, and brightness
using Normal = cv::Matx<double, unknowns, unknowns>;
using Vector = cv::Vec<double, unknowns>;

cv::Mat smooth_luma(const cv::Mat& patch) {
  cv::Mat luma, out;
  cv::extractChannel(patch, luma, 0);
  luma.convertTo(out, CV_32F);
  cv::GaussianBlur(out, out, {5, 5}, 1.2);
  return out;
}

/// Where coordinates start and how long their unit is, so that the equations are well conditioned.
struct Frame {
  explicit Frame(cv::Size size)
      : x(size.width / 2.0), y(size.height / 2.0), unit(std::max(size.width, size.height) / 2.0) {}
  double x, y, unit;
};

struct Equations {
  Normal normal = Normal::zeros();
  Vector right{};
  int samples = 0;
};

/// Every second sample; what differs by more than `outlier` is another thing, not another place.
Equations gather(const cv::Mat& here, const cv::Mat& there, const cv::Mat& common, double brighter, double outlier) {
  Equations sum;
  const Frame frame(here.size());
  for (int y = 1; y + 1 < here.rows; y += 2) {
    const float* t = there.ptr<float>(y);
    const float *above = there.ptr<float>(y - 1), *below = there.ptr<float>(y + 1);
    for (int x = 1 + (y / 2) % 2; x + 1 < here.cols; x += 2) {
      if (!common.at<uchar>(y, x)) continue;
      const double error = here.at<float>(y, x) - t[x] - brighter;
      if (std::abs(error) > outlier) continue;
      const double gx = (t[x + 1] - t[x - 1]) / 2.0, gy = (below[x] - above[x]) / 2.0;
      const double u = (x - frame.x) / frame.unit, v = (y - frame.y) / frame.unit;
      const Vector row(gx, gx * u, gx * v, gy, gy * u, gy * v, 1);
      for (int i = 0; i < unknowns; ++i) {
        sum.right[i] += row[i] * error;
        for (int j = i; j < unknowns; ++j) sum.normal(i, j) += row[i] * row[j];
      }
      ++sum.samples;
    }
  }
  for (int i = 0; i < unknowns; ++i)
    for (int j = 0; j < i; ++j) sum.normal(i, j) = sum.normal(j, i);
  return sum;
}

cv::Matx33d affine(const Vector& p, const Frame& f) {
  const double a = p[1] / f.unit, b = p[2] / f.unit, c = p[4] / f.unit, d = p[5] / f.unit;
  return {1 + a, b, p[0] - a * f.x - b * f.y, c, 1 + d, p[3] - c * f.x - d * f.y, 0, 0, 1};
}

double brightness_offset(const cv::Mat& here, const cv::Mat& there, const cv::Mat& common) {
  cv::Mat difference = here - there;
  std::vector<float> values;
  for (int y = 0; y < difference.rows; y += 2)
    for (int x = 0; x < difference.cols; x += 2)
      if (common.at<uchar>(y, x)) values.push_back(difference.at<float>(y, x));
  if (values.empty()) return 0;
  const auto half = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), half, values.end());
  return *half;
}

}  // namespace

Adjustment align(const cv::Mat& patch, const cv::Mat& other, const cv::Mat& common) {
  Adjustment out;
  const cv::Mat here = smooth_luma(patch), there = smooth_luma(other);
  const Frame frame(patch.size());
  out.brighter = brightness_offset(here, there, common);
  cv::Mat moved = there;
  for (int round = 0; round < 3; ++round) {
    Equations sum = gather(here, moved, common, out.brighter, round == 0 ? 40 : 25);
    if (sum.samples < 150) return out;
    // Holds back what the picture does not determine: a blank wall has no position.
    for (int i = 0; i < 6; ++i) sum.normal(i, i) += 1.5 * sum.samples;
    Vector step;
    if (!cv::solve(sum.normal, sum.right, step, cv::DECOMP_CHOLESKY)) return out;
    const cv::Matx33d map = out.map * affine(step, frame);
    const double most = std::abs(step[0]) + std::abs(step[1]) + std::abs(step[2]) + std::abs(step[3]) +
                        std::abs(step[4]) + std::abs(step[5]);
    if (most > 12) return out;
    out.map = map;
    out.brighter += step[6];
    out.useful = out.useful || most > 0.15;
    if (most < 0.15) break;
    cv::warpPerspective(there, moved, out.map, there.size(), cv::INTER_LINEAR | cv::WARP_INVERSE_MAP,
                        cv::BORDER_REPLICATE);
  }
  return out;
}

}  // namespace reel::removal::track
