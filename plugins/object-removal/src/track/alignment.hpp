#pragma once

#include <opencv2/core.hpp>

namespace reel::removal::track {

/// What brings one patch over another.
struct Adjustment {
  /// Points of the one patch to points of the other, an affine map near the identity.
  cv::Matx33d map = cv::Matx33d::eye();
  /// What to add to the other's luma.
  double brighter = 0;
  /// Whether `map` was found and differs from the identity enough to matter.
  bool useful = false;
};

/// Aligns `other` with `patch` (both CV_8UC3, luma first) on the samples under `common` (CV_8U), which differ by a few
/// samples at most.
Adjustment align(const cv::Mat& patch, const cv::Mat& other, const cv::Mat& common);

}  // namespace reel::removal::track
