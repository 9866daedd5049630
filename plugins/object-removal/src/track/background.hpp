#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "view.hpp"

namespace reel::removal::track {

/// What other pictures say about which samples of a view belong to the ground behind the object.
struct GroundEvidence {
  /// Natural logarithm of object : ground, CV_32F; 0 where no other picture shows what lies there.
  cv::Mat log_odds;
  /// CV_8U: how many earlier pictures show the ground there.
  cv::Mat seen;
  /// CV_8U: nonzero where earlier pictures show a ground that is not what is there now: something came between.
  cv::Mat covered;
  /// CV_8U: nonzero where what most of the other pictures show is darker now, as under a shadow.
  cv::Mat shadow;
};

/// A picture that shows the ground, and where the object hides it.
struct Reference {
  WorkPicture picture;
  /// CV_8U, picture size: nonzero where the object may be. Empty: not known, see `object`.
  cv::Mat mask;
  /// About where the object is, where there is no mask.
  cv::Rect2d object;
  /// Points of the present picture to points of this one.
  cv::Matx33d from_now = cv::Matx33d::eye();
  /// How many pictures ago it was; negative: it comes later.
  int age = 0;
};

/// Earlier pictures that show the ground where the object is now: near ones often, far ones seldom.
class GroundMemory {
 public:
  void clear() { references_.clear(); }
  bool empty() const { return references_.empty(); }
  /// The next picture has come; `camera` takes the points of the one before to it.
  void advance(const cv::Matx33d& camera);
  /// Remembers the present picture. `mask`: where the object may be in it.
  void add(const WorkPicture& picture, const cv::Mat& mask);

  /// Compares `patch` (what `view` shows of the present picture) with the earlier and the `later` pictures. `object`:
  /// where the object probably is; what lies outside serves to align the others with this one, and that is remembered.
  /// `alike`: which share of the object looks like the ground behind it (0..1).
  GroundEvidence compare(const cv::Mat& patch, const View& view, const cv::Rect2d& object, double alike,
                         std::vector<Reference>& later);

 private:
  void thin_out();

  std::vector<Reference> references_;  // the latest first
};

}  // namespace reel::removal::track
