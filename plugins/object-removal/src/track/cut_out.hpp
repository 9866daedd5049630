#pragma once

#include <opencv2/core.hpp>

namespace reel::removal::track {

/// Divides `patch` (CV_8UC3) into object (255) and ground (0): each sample goes with its log odds (CV_32F, positive:
/// object), and the border between them keeps to edges of the picture.
cv::Mat cut_out(const cv::Mat& log_odds, const cv::Mat& patch);

/// The parts of `mask` that belong together: those that overlap `core` most, as long as all cover no more than `most`
/// samples; where none overlaps, none. Parts up to `gap` apart are one; gaps in the result close and holes fill.
cv::Mat tidy(const cv::Mat& mask, const cv::Mat& core, int gap, double most);

/// `mask` without holes.
cv::Mat filled(const cv::Mat& mask);

/// `mask` grown by `radius` samples on all sides.
cv::Mat dilated(const cv::Mat& mask, int radius);

/// Distance to the border of `mask`, CV_32F: positive outside, negative inside. Far away everywhere if it is empty.
cv::Mat signed_distance(const cv::Mat& mask);

}  // namespace reel::removal::track
