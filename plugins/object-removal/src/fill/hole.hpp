/// The part of a picture that an object covers, in all the forms in which filling needs it.
#pragma once

#include <memory>
#include <opencv2/core.hpp>
#include <vector>

#include "picture.hpp"

namespace reel::removal {

/// How far places are from a hole, in samples; from `most` on, that far.
class Clearance {
 public:
  static constexpr float most = 12;

  Clearance() = default;
  /// `hole`: CV_8U.
  explicit Clearance(const cv::Mat& hole);

  float at(int x, int y) const {
    const bool near = x >= box_.x && y >= box_.y && x < box_.x + box_.width && y < box_.y + box_.height;
    return near ? distance_.ptr<float>(y - box_.y)[x - box_.x] : most;
  }

 private:
  cv::Rect box_;
  cv::Mat distance_;  ///< CV_32F
};

/// A hole in one plane.
struct PlaneHole {
  cv::Rect area;    ///< the hole and its ring, in the plane; hole, zone and opacity are of it
  cv::Mat hole;     ///< CV_8U
  cv::Mat zone;     ///< CV_8U: the hole and a ring around it, where sources are compared with what is there
  cv::Mat opacity;  ///< CV_32F: 1 in the hole, falling to 0 outside
  cv::Rect wide;    ///< as much around it as a guess at what is in the hole is made by
  int step =
      1;  ///< what is smooth is worked out on cells of so many samples in each direction, about those of work size
  int depth = 0;  ///< how far a sample in the hole is from its edge on average, in cells
  cv::Mat known;  ///< CV_32F, of the cells of `wide`: 1 where nothing of the hole is in them
};

/// Does not change once it is made, so what a mask that stays costs, it costs once. As small as can be: many wait.
class Hole {
 public:
  /// `mask`: CV_8U, nonzero where the object is, and somewhere it is; `feather`: pixels.
  Hole(const cv::Mat& mask, const WorkScale& scale, double feather);

  /// In planes of those sizes.
  std::vector<PlaneHole> in_planes(const std::vector<cv::Size>& sizes) const;
  cv::Mat mask() const;                                      ///< CV_8U, as it was given
  const cv::Mat& work() const { return work_; }              ///< CV_8U, at work size
  const Clearance& clearance() const { return clearance_; }  ///< at work size

 private:
  cv::Size size_;
  int factor_;
  double feather_;
  cv::Rect box_;
  cv::Mat part_;  ///< of the mask, in the box
  cv::Mat work_;
  Clearance clearance_;
};
using HolePtr = std::shared_ptr<const Hole>;

/// Samples of a hole's surroundings that are compared, at work size.
inline constexpr int ring_width = 16;

}  // namespace reel::removal
