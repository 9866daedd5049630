#include "hole.hpp"

#include <algorithm>
#include <opencv2/imgproc.hpp>

#include "pull_push.hpp"

namespace reel::removal {
namespace {

/// The mask for one of the planes: set wherever any pixel of a sample is.
cv::Mat mask_for(const cv::Mat& mask, cv::Size plane) {
  if (mask.size() == plane) return mask;
  cv::Mat made;
  cv::resize(mask, made, plane, 0, 0, cv::INTER_AREA);
  return made;
}

PlaneHole hole_in(const cv::Mat& mask, int ring, double feather, int step) {
  const cv::Rect box = cv::boundingRect(mask);
  PlaneHole made;
  made.step = step;
  made.area = widened(box, ring + 2, mask.size());
  made.hole = mask(made.area) != 0;
  made.zone = grown(made.hole, ring);
  cv::Mat distance;
  cv::distanceTransform(made.hole, distance, cv::DIST_L2, 3);
  made.depth = cvRound(cv::mean(distance, made.hole)[0] / step);
  cv::distanceTransform(made.hole == 0, distance, cv::DIST_L2, 5);  // the smaller ones put the nearest sample below 1
  distance.convertTo(made.opacity, CV_32F, -1 / (feather + 1), 1);
  made.opacity = cv::max(made.opacity, 0.0);
  made.wide = widened(box, ring + std::max({8, box.width / 2, box.height / 2}), mask.size());
  cv::Mat(coarse(mask(made.wide) != 0, step) == 0).convertTo(made.known, CV_32F, 1 / 255.0);
  return made;
}

}  // namespace

Clearance::Clearance(const cv::Mat& hole) : box_(widened(cv::boundingRect(hole), static_cast<int>(most), hole.size())) {
  cv::distanceTransform(hole(box_) == 0, distance_, cv::DIST_L2, 3);
  distance_ = cv::min(distance_, most);
}

Hole::Hole(const cv::Mat& mask, const WorkScale& scale, double feather)
    : size_(mask.size()),
      factor_(scale.factor()),
      feather_(feather),
      box_(cv::boundingRect(mask)),
      part_(mask(box_).clone()),
      work_(shrunk_mask(mask, scale)),
      clearance_(work_) {}

cv::Mat Hole::mask() const {
  cv::Mat mask(size_, CV_8U, cv::Scalar(0));
  part_.copyTo(mask(box_));
  return mask;
}

std::vector<PlaneHole> Hole::in_planes(const std::vector<cv::Size>& sizes) const {
  const cv::Mat whole = mask();
  std::vector<PlaneHole> planes;
  for (const cv::Size size : sizes) {
    const double share = double(size.width) / size_.width;
    const int ring = std::max(4, cvRound(ring_width * factor_ * share));
    planes.push_back(hole_in(mask_for(whole, size), ring, feather_ * share, std::max(1, cvRound(factor_ * share))));
  }
  return planes;
}

}  // namespace reel::removal
