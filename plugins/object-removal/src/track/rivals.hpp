#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "background.hpp"
#include "view.hpp"

namespace reel::removal::track {

/// Other things that move near the object. They, too, differ from the ground; who was one before they touched is not
/// part of the object after.
class Rivals {
 public:
  void clear() { all_.clear(); }
  /// What covers the ground in `view` and is not the object. `own`: CV_8U, of the view, where the object is and may be.
  void learn(const GroundEvidence& ground, const cv::Mat& own, const View& view, cv::Size picture, int gap);
  /// Follows them from the picture before to the present one.
  void follow(const WorkPicture& before, const WorkPicture& now, const cv::Matx33d& camera);
  /// Takes from `odds` (CV_32F) where a rival is nearer than the object; `distance`: signed distance to the object, both
  /// of the view. `unit`: how many samples make the difference certain.
  void claim(cv::Mat& odds, const cv::Mat& distance, const View& view, double unit) const;
  /// Where they are, CV_8U, of the view.
  cv::Mat seen_in(const View& view) const;

 private:
  struct Rival {
    cv::Mat mask;  // CV_8U, picture size, in the latest picture
    cv::Point2d speed;
    int pictures = 0;
  };

  std::vector<Rival> all_;
};

}  // namespace reel::removal::track
