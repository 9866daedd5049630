#pragma once

#include <opencv2/core.hpp>

#include "view.hpp"

namespace reel::removal::track {

/// How the object moved from one picture to the next.
struct Motion {
  /// The earlier picture's points to the later one's: a shift, turn and scale.
  cv::Matx33d map = cv::Matx33d::eye();
  /// How many points of the object agree on it; 0: none could be followed, and `map` is the guess.
  int points = 0;
};

/// Follows corners under `mask` (CV_8U, picture size) from `before` to `now`, starting from `guess`.
Motion object_motion(const WorkPicture& before, const WorkPicture& now, const cv::Mat& mask, const cv::Rect2d& box,
                     const cv::Matx33d& guess);

/// The same for a `mask` that may hold much of the ground: points that move as `ground` says do not count. `points` is 0 if
/// few are left.
Motion motion_against(const WorkPicture& before, const WorkPicture& now, const cv::Mat& mask, const cv::Rect2d& box,
                      const cv::Matx33d& ground);

}  // namespace reel::removal::track
