#include "motion.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/calib3d.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/video/tracking.hpp>

#include "picture.hpp"

namespace reel::removal {
namespace {

constexpr int levels = 3;
const cv::Size search{15, 15};

struct Pairs {
  std::vector<cv::Point2f> from, to;
};

bool in_hole(const cv::Mat& hole, cv::Point2f p) {
  const cv::Point at(cvRound(p.x), cvRound(p.y));
  return !hole.empty() && cv::Rect({}, hole.size()).contains(at) && hole.at<std::uint8_t>(at) != 0;
}

Pairs followed(const MotionView& from, const MotionView& to, const cv::Matx33d& guess) {
  Pairs pairs;
  if (from.corners.size() < 8) return pairs;
  std::vector<cv::Point2f> found;
  cv::perspectiveTransform(from.corners, found, guess);
  std::vector<std::uint8_t> good;
  std::vector<float> error;
  cv::calcOpticalFlowPyrLK(from.pyramid, to.pyramid, from.corners, found, good, error, search, levels,
                           {cv::TermCriteria::COUNT + cv::TermCriteria::EPS, 30, 0.01}, cv::OPTFLOW_USE_INITIAL_FLOW);
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (good[i] == 0 || in_hole(to.hole, found[i])) continue;
    pairs.from.push_back(from.corners[i]);
    pairs.to.push_back(found[i]);
  }
  return pairs;
}

double median_distance(const Pairs& pairs) {
  std::vector<double> distances;
  for (std::size_t i = 0; i < pairs.from.size(); ++i) distances.push_back(cv::norm(pairs.to[i] - pairs.from[i]));
  const auto middle = distances.begin() + static_cast<std::ptrdiff_t>(distances.size() / 2);
  std::nth_element(distances.begin(), middle, distances.end());
  return *middle;
}

/// Whether the picture is what it was, but for the motion: the mean difference of samples that both know.
double difference(const MotionView& from, const MotionView& to, const cv::Matx33d& matrix) {
  constexpr int step = 8;
  double sum = 0;
  int count = 0;
  for (int y = step / 2; y < from.luma.rows; y += step)
    for (int x = step / 2; x < from.luma.cols; x += step) {
      const cv::Point at = apply(matrix, cv::Point2d(x, y));
      if (!cv::Rect({}, to.luma.size()).contains(at)) continue;
      sum += std::abs(from.luma.at<std::uint8_t>(y, x) - to.luma.at<std::uint8_t>(at));
      ++count;
    }
  return count > 0 ? sum / count : 255;
}

/// A homography that folds the picture is none of a camera's.
bool plausible(const cv::Matx33d& h, cv::Size size) {
  const double area = h(0, 0) * h(1, 1) - h(0, 1) * h(1, 0);
  const double bend = std::abs(h(2, 0)) * size.width + std::abs(h(2, 1)) * size.height;
  return area > 0.5 && area < 2 && bend < 0.3;
}

constexpr double tolerance = 1.0;  // samples

cv::Mat similarity(const Pairs& pairs, std::vector<std::uint8_t>& agree) {
  cv::Mat similar = cv::estimateAffinePartial2D(pairs.from, pairs.to, agree, cv::RANSAC, tolerance);
  if (similar.empty()) return similar;
  cv::Mat whole = cv::Mat::eye(3, 3, CV_64F);
  similar.copyTo(whole.rowRange(0, 2));
  return whole;
}

cv::Mat estimated(const Pairs& pairs, std::vector<std::uint8_t>& agree) {
  if (pairs.from.size() >= 30) return cv::findHomography(pairs.from, pairs.to, cv::RANSAC, tolerance, agree);
  return similarity(pairs, agree);
}

template <class Estimate, class Believed>
Motion motion_by(const MotionView& from, const MotionView& to, const Pairs& pairs, Estimate estimate,
                 Believed believed) {
  Motion motion;
  if (pairs.from.size() >= 8) {
    std::vector<std::uint8_t> agree;
    const cv::Mat found = estimate(pairs, agree);
    motion.agreeing = double(std::ranges::count(agree, 1)) / double(pairs.from.size());
    const bool good = !found.empty() && motion.agreeing > 0.25 && believed(pairs);
    if (good && plausible(cv::Matx33d(found), from.luma.size())) motion.matrix = cv::Matx33d(found);
  }
  motion.cut = motion.agreeing < 0.5 && difference(from, to, motion.matrix) > 24;
  return motion;
}

}  // namespace

MotionView view_of(const cv::Mat& luma, const cv::Mat& hole) {
  MotionView view{.luma = luma, .hole = hole, .pyramid = {}, .corners = {}};
  cv::buildOpticalFlowPyramid(luma, view.pyramid, search, levels, false);
  // Corners are looked for on the half size: they are found as well there, in a quarter of the time.
  cv::Mat half, allowed;
  cv::pyrDown(luma, half);
  if (!hole.empty()) {
    cv::resize(hole, allowed, half.size(), 0, 0, cv::INTER_NEAREST);
    cv::dilate(allowed, allowed, cv::Mat::ones(5, 5, CV_8U));
    allowed = allowed == 0;
  }
  cv::goodFeaturesToTrack(half, view.corners, 400, 0.005, 5, allowed, 5);
  for (cv::Point2f& corner : view.corners) corner *= 2;
  return view;
}

Motion motion_between(const MotionView& from, const MotionView& to) {
  const auto moves = [](const Pairs& pairs) { return median_distance(pairs) >= 0.12; };
  return motion_by(from, to, followed(from, to, cv::Matx33d::eye()), estimated, moves);
}

Motion shake_between(const MotionView& from, const MotionView& to, const cv::Matx33d& guess) {
  const auto always = [](const Pairs&) { return true; };
  return motion_by(from, to, followed(from, to, guess), similarity, always);
}

}  // namespace reel::removal
