/// Pictures as the stages of this plugin work on them.
#pragma once

#include <memory>
#include <opencv2/core.hpp>
#include <vector>

namespace reel::removal {

/// Planes Y, U and V, or Y alone, each at its own size: CV_8UC1, or CV_16UC1 for deeper pictures.
struct Picture {
  std::vector<cv::Mat> planes;
  int depth = 8;                 ///< bits a sample
  std::shared_ptr<void> memory;  ///< that the planes lie in, unless it is their own

  cv::Size size() const { return planes.front().size(); }
};

/// Where things move is found out on smaller pictures: whole samples of the picture lie on one of these.
class WorkScale {
 public:
  WorkScale() = default;
  explicit WorkScale(cv::Size picture) : picture_(picture), factor_((picture.width + most - 1) / most) {}

  /// Picture samples on one work sample, in each direction.
  int factor() const { return factor_; }
  cv::Size size() const {
    return {(picture_.width + factor_ - 1) / factor_, (picture_.height + factor_ - 1) / factor_};
  }
  /// From samples of a plane to those at work size. `step`: picture samples on one of the plane's.
  cv::Matx33d from_plane(int step_x, int step_y) const {
    const double x = step_x / double(factor_), y = step_y / double(factor_);
    return {x, 0, 0.5 * x - 0.5, 0, y, 0.5 * y - 0.5, 0, 0, 1};
  }

 private:
  static constexpr int most = 960;  // samples in a row
  cv::Size picture_;
  int factor_ = 1;
};

/// A plane at work size, 8 bits.
cv::Mat shrunk(const cv::Mat& plane, int depth, cv::Size size);
/// A mask at work size: set wherever any of its samples is.
cv::Mat shrunk_mask(const cv::Mat& mask, const WorkScale& scale);

/// With a border of so many samples, as far as there is room.
cv::Rect widened(cv::Rect box, int by, cv::Size limit);
/// A mask with a square border of so many samples.
cv::Mat grown(const cv::Mat& mask, int by);
/// A mask with a round border.
cv::Mat grown_by(const cv::Mat& mask, double by);

/// Blue, green, red from luma and chroma, and back (both CV_8UC3), as if they were of limited range and as BT.601 says: near enough for
/// networks, and what is not changed comes back as it was.
cv::Mat bgr_of(const cv::Mat& yuv);
cv::Mat yuv_of(const cv::Mat& bgr);

/// Does something for each plane, side by side.
template <class Act>
void for_each_plane(std::size_t count, const Act& act) {
  cv::parallel_for_({0, static_cast<int>(count)}, [&](const cv::Range& planes) {
    for (int p = planes.start; p < planes.end; ++p) act(static_cast<std::size_t>(p));
  });
}

/// Where a homography takes a point.
inline cv::Point2d apply(const cv::Matx33d& h, cv::Point2d p) {
  const double w = h(2, 0) * p.x + h(2, 1) * p.y + h(2, 2);
  return {(h(0, 0) * p.x + h(0, 1) * p.y + h(0, 2)) / w, (h(1, 0) * p.x + h(1, 1) * p.y + h(1, 2)) / w};
}

}  // namespace reel::removal
