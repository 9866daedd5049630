/// Smooth completion of what is unknown.
#pragma once

#include <opencv2/core.hpp>

namespace reel::removal {

/// Extends known values smoothly over the others: means of ever larger surroundings (pull), spread back where nothing finer is known
/// (push). `values`: CV_32FC1 or CV_32FC2; `known`: CV_32FC1, 0 to 1, the same size. Where all is unknown, the values as they are.
cv::Mat pull_push(const cv::Mat& values, const cv::Mat& known);

/// The same on cells of `step` x `step` samples, the last ones of a row or column perhaps smaller: values are means of what is known
/// in each.
cv::Mat coarse_pull_push(const cv::Mat& values, const cv::Mat& known, int step);
/// The means of cells. CV_32F.
cv::Mat coarse(const cv::Mat& values, int step);
/// Between the middles of cells, linearly. `size`: in samples.
cv::Mat refined(const cv::Mat& cells, int step, cv::Size size);

}  // namespace reel::removal
