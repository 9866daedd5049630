#include "pull_push.hpp"

#include <algorithm>
#include <opencv2/imgproc.hpp>

namespace reel::removal {
namespace {

/// Weighted sums become means; how far those are known follows from the weights below them.
void normalise(cv::Mat& sums, cv::Mat& weights) {
  const int channels = sums.channels();
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
void add_unknown(cv::Mat& weighted, const cv::Mat& known, const cv::Mat& coarse) {
  const int channels = weighted.channels();
  for (int y = 0; y < weighted.rows; ++y) {
    auto* const out = weighted.ptr<float>(y);
    const auto* const weight = known.ptr<float>(y);
    const auto* const from = coarse.ptr<float>(y);
    for (int x = 0; x < weighted.cols; ++x)
      for (int c = 0; c < channels; ++c) out[x * channels + c] += (1 - weight[x]) * from[x * channels + c];
  }
}

}  // namespace

cv::Mat pull_push(const cv::Mat& values, const cv::Mat& known) {
  double least = 0;
  cv::minMaxLoc(known, &least, nullptr);
  if (least > 0 || std::min(values.rows, values.cols) <= 2) return values.clone();
  cv::Mat weighted(values.size(), values.type());
  const int channels = values.channels();
  for (int y = 0; y < values.rows; ++y) {
    const auto* const from = values.ptr<float>(y);
    const auto* const weight = known.ptr<float>(y);
    auto* const to = weighted.ptr<float>(y);
    for (int x = 0; x < values.cols; ++x)
      for (int c = 0; c < channels; ++c) to[x * channels + c] = weight[x] * from[x * channels + c];
  }
  cv::Mat sums, weights;
  cv::pyrDown(weighted, sums);
  cv::pyrDown(known, weights);
  double most = 0;
  cv::minMaxLoc(weights, nullptr, &most);
  if (most <= 0) return values.clone();
  normalise(sums, weights);
  cv::Mat coarse;
  cv::pyrUp(pull_push(sums, weights), coarse, values.size());
  add_unknown(weighted, known, coarse);
  return weighted;
}

}  // namespace reel::removal
