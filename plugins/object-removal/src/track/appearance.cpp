#include "appearance.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace reel::removal::track {

namespace {

constexpr int per_channel = 16;
constexpr std::size_t bins = per_channel * per_channel * per_channel;
// What one bin holds at the least, so that a colour never seen says nothing either way.
constexpr float unseen = 0.3f / bins;

/// Chroma is finer than luma, since most of what a camera sees is near grey.
int chroma_bin(int value) { return std::clamp((value - 80) / 6, 0, per_channel - 1); }

std::size_t bin(const cv::Vec3b& sample) {
  return static_cast<std::size_t>(((sample[0] >> 4) * per_channel + chroma_bin(sample[1])) * per_channel +
                                  chroma_bin(sample[2]));
}

std::size_t step_of(int dimension) {
  return dimension == 0 ? per_channel * per_channel : dimension == 1 ? per_channel : 1;
}

/// Spreads each bin over its neighbours along each axis, so that a little light more or less does not change a colour.
void smooth(std::vector<float>& histogram) {
  std::vector<float> from;
  for (int dimension = 0; dimension < 3; ++dimension) {
    from = histogram;
    const std::size_t step = step_of(dimension);
    for (std::size_t i = 0; i < bins; ++i) {
      const std::size_t at = i / step % per_channel;
      const float below = at > 0 ? from[i - step] : from[i];
      const float above = at + 1 < per_channel ? from[i + step] : from[i];
      histogram[i] = 0.5f * from[i] + 0.25f * (below + above);
    }
  }
}

}  // namespace

Appearance::Appearance() : object_(bins, 1.0f / bins), ground_(object_) {}

Appearance::Histogram Appearance::count(const cv::Mat& patch, const cv::Mat& mask) {
  Histogram out(bins, 0);
  for (int y = 0; y < patch.rows; ++y) {
    const cv::Vec3b* sample = patch.ptr<cv::Vec3b>(y);
    const uchar* in = mask.ptr(y);
    for (int x = 0; x < patch.cols; ++x)
      if (in[x]) out[bin(sample[x])] += 1;
  }
  const float sum = std::accumulate(out.begin(), out.end(), 0.0f);
  if (sum > 0)
    for (float& v : out) v /= sum;
  smooth(out);
  return out;
}

void Appearance::learn(const cv::Mat& patch, const cv::Mat& object, const cv::Mat& ground, double rate) {
  const auto mix = [&](Histogram& into, const cv::Mat& mask) {
    if (cv::countNonZero(mask) < 12) return;
    const Histogram fresh = count(patch, mask);
    const float share = static_cast<float>(rate);
    for (std::size_t i = 0; i < bins; ++i) into[i] += share * (fresh[i] - into[i]);
  };
  mix(object_, object);
  mix(ground_, ground);
}

cv::Mat Appearance::log_odds(const cv::Mat& patch) const {
  Histogram table(bins);
  for (std::size_t i = 0; i < bins; ++i) table[i] = std::log((object_[i] + unseen) / (ground_[i] + unseen));
  cv::Mat out(patch.size(), CV_32F);
  for (int y = 0; y < patch.rows; ++y) {
    const cv::Vec3b* sample = patch.ptr<cv::Vec3b>(y);
    float* to = out.ptr<float>(y);
    for (int x = 0; x < patch.cols; ++x) to[x] = table[bin(sample[x])];
  }
  return out;
}

double Appearance::likeness(const cv::Mat& patch, const cv::Mat& mask) const {
  if (cv::countNonZero(mask) == 0) return 0;
  const Histogram seen = count(patch, mask);
  double sum = 0;
  for (std::size_t i = 0; i < bins; ++i) sum += std::sqrt(static_cast<double>(seen[i]) * object_[i]);
  return sum;
}

}  // namespace reel::removal::track
