#pragma once

#include <array>
#include <opencv2/core.hpp>

#include "picture.hpp"

namespace reel::removal::track {

/// A picture as the tracker sees it: luma and chroma interleaved, with a half and a quarter of its size beside it. Build
/// it once a picture; a copy shares the samples. At most about 960 samples wide, or tracking gets slow.
class WorkPicture {
 public:
  WorkPicture() = default;
  /// All planes CV_8U; `u` and `v` of any size, or empty for grey.
  WorkPicture(const cv::Mat& luma, const cv::Mat& u, const cv::Mat& v);

  bool empty() const { return levels_[0].empty(); }
  cv::Size size() const { return levels_[0].size(); }
  const cv::Mat& samples() const { return levels_[0]; }
  /// Luma alone of a part of the picture.
  cv::Mat luma(const cv::Rect& part) const;
  /// What lies at `from` (points of the result to points of this picture); `step`: how many of this picture's samples
  /// one of the result covers. Outside the picture the nearest sample stands.
  cv::Mat sample(const cv::Matx33d& from, double step, cv::Size size) const;
  /// Which share of the samples clearly differs, 0..1; 1 if the sizes do.
  double unlike(const WorkPicture& other) const;

 private:
  std::array<cv::Mat, 3> levels_;
};

/// A part of a picture, shrunk so that work on it takes about the same time whatever the size of the object.
struct View {
  /// The part of a picture of size `picture` round `box`, at most about `budget` samples.
  static View around(const cv::Rect2d& box, cv::Size picture, double budget);

  /// A plane of the whole picture (a mask), seen here.
  cv::Mat crop(const cv::Mat& plane, int interpolation) const;
  /// A plane of this view put back into a picture of size `picture`, zero round it.
  cv::Mat put_back(const cv::Mat& plane, cv::Size picture) const;
  /// A box of the picture in this view's samples, clipped to it.
  cv::Rect locate(const cv::Rect2d& box) const;
  cv::Rect2d in_picture(const cv::Rect& box) const;

  cv::Rect2d area;
  cv::Size size;
  double step = 1;
  cv::Matx33d to_picture = cv::Matx33d::eye();
};

/// `box` with `share` of its size and `more` added on each side.
cv::Rect2d grown(const cv::Rect2d& box, double share, double more);
cv::Point2d middle(const cv::Rect2d& box);
using removal::apply;
/// Where `box` goes: its middle moves as the homography says there, and it scales as the homography does.
cv::Rect2d apply(const cv::Matx33d& homography, const cv::Rect2d& box);

}  // namespace reel::removal::track
