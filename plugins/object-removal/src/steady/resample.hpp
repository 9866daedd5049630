/// A picture shifted, slightly turned and enlarged.
#pragma once

#include <opencv2/core.hpp>

namespace reel::removal::steady {

/// `to` at (x, y) becomes `from` at matrix · (x, y, 1), by Catmull-Rom's cubic; what lies outside is the rim. Both CV_8U or CV_16U, of one
/// size; nothing becomes more than `top`.
void resample(const cv::Mat& from, cv::Mat& to, const cv::Matx23d& matrix, int top);

}  // namespace reel::removal::steady
