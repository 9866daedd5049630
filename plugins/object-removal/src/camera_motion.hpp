/// How the background moves from one picture to the next.
#pragma once

#include <opencv2/core.hpp>
#include <vector>

namespace reel::removal {

/// What the motion of a picture is measured by. All at work size.
struct MotionView {
  cv::Mat luma;                      ///< CV_8U
  cv::Mat hole;                      ///< CV_8U, nonzero where the object is; empty: nowhere
  std::vector<cv::Mat> pyramid;      ///< of luma
  std::vector<cv::Point2f> corners;  ///< that can be found again, outside the hole
};
MotionView view_of(const cv::Mat& luma, const cv::Mat& hole);

struct Motion {
  cv::Matx33d matrix = cv::Matx33d::eye();  ///< points of the first picture to those of the second
  bool cut = false;                         ///< they do not show the same scene
  double agreeing = 0;                      ///< share of the corners that move like that
};
Motion motion_between(const MotionView& from, const MotionView& to);

/// As far as it is moving, turning and coming nearer, however little. `guess`: about how, where it may be far.
Motion shake_between(const MotionView& from, const MotionView& to, const cv::Matx33d& guess = cv::Matx33d::eye());

}  // namespace reel::removal
