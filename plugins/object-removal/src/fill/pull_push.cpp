#include "pull_push.hpp"

#include <algorithm>
#include <opencv2/imgproc.hpp>
#include <vector>

namespace reel::removal {
namespace {

cv::Mat weighted_by(const cv::Mat& values, const cv::Mat& known) {
  if (values.channels() == 1) return values.mul(known);
  cv::Mat twice;
  cv::merge(std::vector{known, known}, twice);
  return values.mul(twice);
}

/// Weighted sums become means; how far those are known follows from the weights below them.
template <int channels>
void normalise(cv::Mat& sums, cv::Mat& weights) {
  for (int y = 0; y < sums.rows; ++y) {
    auto* const sum = sums.ptr<float>(y);
    auto* const weight = weights.ptr<float>(y);
    for (int x = 0; x < sums.cols; ++x) {
      const float inverse = 1.0F / std::max(weight[x], 1e-6F);
      for (int c = 0; c < channels; ++c) sum[x * channels + c] *= inverse;
      weight[x] = weight[x] < 1e-3F ? 0.0F : std::min(weight[x] * 4, 1.0F);
    }
  }
}

/// `weighted` is values x known; mixes in `coarse` where they are not known.
template <int channels>
void add_unknown(cv::Mat& weighted, const cv::Mat& known, const cv::Mat& coarse) {
  for (int y = 0; y < weighted.rows; ++y) {
    auto* const out = weighted.ptr<float>(y);
    const auto* const weight = known.ptr<float>(y);
    const auto* const from = coarse.ptr<float>(y);
    for (int x = 0; x < weighted.cols; ++x)
      for (int c = 0; c < channels; ++c) out[x * channels + c] += (1 - weight[x]) * from[x * channels + c];
  }
}

template <int channels>
cv::Mat completed(const cv::Mat& values, const cv::Mat& known) {
  double least = 0;
  cv::minMaxLoc(known, &least, nullptr);
  if (least > 0 || std::min(values.rows, values.cols) <= 2) return values.clone();
  cv::Mat weighted = weighted_by(values, known), sums, weights;
  cv::pyrDown(weighted, sums);
  cv::pyrDown(known, weights);
  double most = 0;
  cv::minMaxLoc(weights, nullptr, &most);
  if (most <= 0) return values.clone();
  normalise<channels>(sums, weights);
  cv::Mat coarse;
  cv::pyrUp(completed<channels>(sums, weights), coarse, values.size());
  add_unknown<channels>(weighted, known, coarse);
  return weighted;
}

}  // namespace

cv::Mat pull_push(const cv::Mat& values, const cv::Mat& known) {
  return values.channels() == 1 ? completed<1>(values, known) : completed<2>(values, known);
}

cv::Mat coarse_pull_push(const cv::Mat& values, const cv::Mat& known, int step) {
  if (step == 1) return pull_push(values, known);
  cv::Mat sums = coarse(weighted_by(values, known), step), weights = coarse(known, step);
  sums.channels() == 1 ? normalise<1>(sums, weights) : normalise<2>(sums, weights);
  return pull_push(sums, weights);
}

cv::Mat coarse(const cv::Mat& values, int step) {
  cv::Mat whole = values, made;
  const int right = (step - values.cols % step) % step, bottom = (step - values.rows % step) % step;
  if (right + bottom > 0) cv::copyMakeBorder(values, whole, 0, bottom, 0, right, cv::BORDER_REPLICATE);
  if (step > 1) cv::resize(whole, made, whole.size() / step, 0, 0, cv::INTER_AREA);
  (step > 1 ? made : whole).convertTo(made, CV_32F);
  return made;
}

cv::Mat refined(const cv::Mat& cells, int step, cv::Size size) {
  if (step == 1) return cells;
  cv::Mat made;
  cv::resize(cells, made, cells.size() * step, 0, 0, cv::INTER_LINEAR);
  return made({{}, size});
}

}  // namespace reel::removal
