#include "finish.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "pull_push.hpp"

namespace reel::removal {
namespace {

constexpr int fewest = 16;  // samples around a hole that anything can be told by

/// How wrong something is that nothing is known of.
cv::Mat unknown(const PlaneHole& hole) {
  constexpr double error = 10;
  return {(hole.area.height + hole.step - 1) / hole.step, (hole.area.width + hole.step - 1) / hole.step, CV_32F,
          cv::Scalar(error)};
}

}  // namespace

cv::Mat meet_seam(const PlaneHole& hole, const cv::Mat& values, Composite& composite) {
  constexpr float most = 25, strange = 40;  // steps of 8 bits
  cv::Mat differences(values.size(), CV_32FC2, cv::Scalar(0, 0)), weights(values.size(), CV_32F, cv::Scalar(0));
  for (int y = 0; y < values.rows; ++y) {
    const auto* const in_hole = hole.hole.ptr<std::uint8_t>(y);
    const auto *const is = values.ptr<float>(y), *const shown = composite.values.ptr<float>(y),
                      *const known = composite.known.ptr<float>(y);
    auto* const difference = differences.ptr<cv::Vec2f>(y);
    auto* const weight = weights.ptr<float>(y);
    for (int x = 0; x < values.cols; ++x) {
      if (in_hole[x] != 0 || known[x] <= 0) continue;
      const float d = is[x] - shown[x];
      difference[x] = {d, std::abs(d)};
      weight[x] = known[x] * (std::abs(d) > strange ? 0.05F : 1);
    }
  }
  if (cv::countNonZero(weights) < fewest) return unknown(hole);
  cv::Mat spread[2];
  cv::split(coarse_pull_push(differences, weights, hole.step), spread);
  const cv::Mat shift = cv::max(cv::min(spread[0], most), -most);
  composite.values += 0.8 * refined(shift, hole.step, values.size());
  return spread[1];
}

cv::Mat spatial_fill(const PlaneHole& hole, const cv::Mat& wide_cells) {
  const cv::Mat filled = refined(pull_push(wide_cells, hole.known), hole.step, hole.wide.size());
  return filled(hole.area - hole.wide.tl());
}

cv::Mat spatial_error(const PlaneHole& hole, const cv::Mat& values) {
  // A hole is tried out that is grown by what a sample in it is away from what is known. In a thin one that is near, and on both
  // sides, where the trial knows one of them.
  constexpr int far = 6;  // cells
  const int reach = std::clamp(hole.depth, far / 2, far), soft = std::max(reach - 4, 0);
  const cv::Mat wide = grown(hole.hole, reach * hole.step), near = grown(hole.hole, soft * hole.step);
  cv::Mat outside, test, wrong;
  cv::Mat(~wide).convertTo(outside, CV_32F, 1 / 255.0);
  cv::Mat(wide & ~near).convertTo(test, CV_32F, 1 / 255.0);
  if (cv::countNonZero(test) < fewest) return unknown(hole);
  const cv::Mat guess = coarse_pull_push(values, outside, hole.step);
  cv::absdiff(refined(guess, hole.step, values.size()), values, wrong);
  cv::min(wrong, 40.0, wrong);
  return std::sqrt(double(reach) / far) * coarse_pull_push(wrong, test, hole.step);
}

cv::Mat belief(const cv::Mat& composite_error, const cv::Mat& spatial_error) {
  cv::Mat made(composite_error.size(), CV_32F);
  for (int y = 0; y < made.rows; ++y) {
    const auto *const temporal = composite_error.ptr<float>(y), *const spatial = spatial_error.ptr<float>(y);
    auto* const out = made.ptr<float>(y);
    for (int x = 0; x < made.cols; ++x) {
      const float s = spatial[x] * spatial[x], t = temporal[x] * temporal[x];
      out[x] = std::clamp((s / (s + t + 1e-3F) - 0.5F) / 0.3F, 0.0F, 1.0F);
    }
  }
  cv::blur(made, made, {9, 9});
  return cv::min(1.05 * made, 1.0);
}

}  // namespace reel::removal
