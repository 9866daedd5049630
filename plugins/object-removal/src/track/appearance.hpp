#pragma once

#include <opencv2/core.hpp>
#include <vector>

namespace reel::removal::track {

/// The colours of the object against those round it: two histograms over luma and both chromas.
class Appearance {
 public:
  Appearance();

  /// Mixes in the colours of `patch` (CV_8UC3) under `object` and under `ground` (CV_8U masks); `rate` 1 forgets all
  /// before.
  void learn(const cv::Mat& patch, const cv::Mat& object, const cv::Mat& ground, double rate);
  /// For each sample how much more often its colour is the object's than the ground's: natural logarithm, CV_32F.
  cv::Mat log_odds(const cv::Mat& patch) const;
  /// How well the colours under `mask` agree with the object's: 0..1 (Bhattacharyya coefficient).
  double likeness(const cv::Mat& patch, const cv::Mat& mask) const;

 private:
  using Histogram = std::vector<float>;
  static Histogram count(const cv::Mat& patch, const cv::Mat& mask);

  Histogram object_, ground_;
};

}  // namespace reel::removal::track
