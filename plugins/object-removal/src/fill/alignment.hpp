/// How another picture lies under the surroundings of a hole.
#pragma once

#include <opencv2/core.hpp>
#include <optional>
#include <vector>

#include "hole.hpp"

namespace reel::removal {

/// From a picture with a hole to a source, a picture that shows what is behind it. At work size.
struct Alignment {
  cv::Matx33d matrix = cv::Matx33d::eye();  ///< points of the picture to those of the source
  double gain = 1, bias = 0;                ///< the picture's samples = gain * the source's + bias
  double error = 12;                        ///< mean difference that is left around the hole, in samples of 8 bits

  /// Surroundings that say little, or change by themselves, can be met by a motion and a light that make no sense.
  bool plausible() const;
};

/// What an alignment's source looks like, at work size.
struct SourceView {
  cv::Mat smooth;                      ///< CV_8U: luma without its finest noise
  std::optional<Clearance> clearance;  ///< of the source's own hole, if it has one

  /// Samples from its own hole.
  float clear(cv::Point2f p) const { return clearance ? clearance->at(cvRound(p.x), cvRound(p.y)) : Clearance::most; }
};

/// Between samples, linearly. `picture`: CV_8U; `p`: inside it, and not in its last row or column.
inline float sampled(const cv::Mat& picture, cv::Point2f p) {
  const int x = static_cast<int>(p.x), y = static_cast<int>(p.y);
  const float fx = p.x - static_cast<float>(x), fy = p.y - static_cast<float>(y);
  const auto *const above = picture.ptr<std::uint8_t>(y) + x, *const below = picture.ptr<std::uint8_t>(y + 1) + x;
  const float top = static_cast<float>(above[0]) + fx * static_cast<float>(above[1] - above[0]);
  const float bottom = static_cast<float>(below[0]) + fx * static_cast<float>(below[1] - below[0]);
  return top + fy * (bottom - top);
}

/// Aligns sources with the surroundings of one hole, by what they look like there. Motions of whole pictures drift where many are
/// chained, and say nothing of a background that is nearer or farther than most: this mends both.
class Aligner {
 public:
  /// `smooth`: as SourceView's; `hole`: CV_8U.
  Aligner(const cv::Mat& smooth, const cv::Mat& hole);

  /// Makes it better, in so many steps at most, and says how good it is.
  void refine(Alignment& alignment, const SourceView& source, int steps) const;

 private:
  struct Sample {
    cv::Point2f at, unit;  ///< place, and the same in units of the surroundings' size
    float value, dx, dy;
  };
  struct Seen;
  struct Fit;
  std::vector<Seen> seen_by(const Alignment& alignment, const SourceView& source) const;
  static double median(const std::vector<Seen>& seen);
  Fit measured(const Alignment& alignment, const SourceView& source) const;

  std::vector<Sample> samples_;
  cv::Point2d centre_;
  double reach_ = 1;
};

}  // namespace reel::removal
