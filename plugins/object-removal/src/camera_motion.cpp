#include "camera_motion.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
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

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double median_distance(const Pairs& pairs) {
  std::vector<double> distances;
  for (std::size_t i = 0; i < pairs.from.size(); ++i) distances.push_back(cv::norm(pairs.to[i] - pairs.from[i]));
  return median(std::move(distances));
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

cv::Mat estimated(const Pairs& pairs, std::vector<std::uint8_t>& agree) {
  constexpr double tolerance = 1.0;  // samples
  if (pairs.from.size() >= 30) return cv::findHomography(pairs.from, pairs.to, cv::RANSAC, tolerance, agree);
  cv::Mat similar = cv::estimateAffinePartial2D(pairs.from, pairs.to, agree, cv::RANSAC, tolerance);
  if (similar.empty()) return similar;
  cv::Mat whole = cv::Mat::eye(3, 3, CV_64F);
  similar.copyTo(whole.rowRange(0, 2));
  return whole;
}

using Complex = std::complex<double>;
Complex complex_of(const cv::Point2f& p) { return {p.x, p.y}; }

/// Turns and shifts points, with the least error if each counts for its weight.
struct Turned {
  Complex turn{1, 0}, shift{0, 0};

  static Turned best(const Pairs& pairs, const std::vector<double>& weights) {
    Complex from, to, product;
    double all = 0, square = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      from += weights[i] * complex_of(pairs.from[i]), to += weights[i] * complex_of(pairs.to[i]);
      all += weights[i];
    }
    from /= all, to /= all;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const Complex p = complex_of(pairs.from[i]) - from, q = complex_of(pairs.to[i]) - to;
      product += weights[i] * std::conj(p) * q, square += weights[i] * std::norm(p);
    }
    const Complex turn = square > 0 ? product / square : Complex(1, 0);
    return {turn, to - turn * from};
  }

  double error(const Pairs& pairs, std::size_t i) const {
    return std::abs(turn * complex_of(pairs.from[i]) + shift - complex_of(pairs.to[i]));
  }
};

/// What all corners have in common, the less of each the further it is off. Where a scene moves in several ways, that changes little
/// from picture to picture, unlike which way most of them go.
cv::Mat in_common(const Pairs& pairs, std::vector<std::uint8_t>& agree) {
  constexpr double tolerance_of_depth = 3.0;  // samples
  const std::size_t n = pairs.from.size();
  std::vector<double> x(n), y(n), errors(n), weights(n);
  for (std::size_t i = 0; i < n; ++i) x[i] = pairs.to[i].x - pairs.from[i].x, y[i] = pairs.to[i].y - pairs.from[i].y;
  Turned found{.shift = {median(x), median(y)}};
  for (int round = 0; round < 15; ++round) {
    for (std::size_t i = 0; i < n; ++i) errors[i] = found.error(pairs, i);
    const double scale = std::max(0.2, 1.5 * median(errors));
    for (std::size_t i = 0; i < n; ++i) weights[i] = 1 / std::pow(1 + errors[i] * errors[i] / (scale * scale), 2);
    found = Turned::best(pairs, weights);
  }
  agree.resize(n);
  for (std::size_t i = 0; i < n; ++i) agree[i] = found.error(pairs, i) < tolerance_of_depth ? 1 : 0;
  const Complex t = found.turn, s = found.shift;
  return (cv::Mat_<double>(3, 3) << t.real(), -t.imag(), s.real(), t.imag(), t.real(), s.imag(), 0, 0, 1);
}

template <class Estimate, class Believed>
Motion motion_by(const MotionView& from, const MotionView& to, const Pairs& pairs, Estimate estimate,
                 Believed believed) {
  Motion motion;
  if (pairs.from.size() >= 8) {
    std::vector<std::uint8_t> agree;
    const cv::Mat found = estimate(pairs, agree);
    motion.agreeing = double(std::ranges::count(agree, 1)) / double(pairs.from.size());
    const bool good = !found.empty() && believed(pairs, motion.agreeing);
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
  const auto moves = [](const Pairs& pairs, double agreeing) {
    return agreeing > 0.25 && median_distance(pairs) >= 0.12;
  };
  return motion_by(from, to, followed(from, to, cv::Matx33d::eye()), estimated, moves);
}

Motion shake_between(const MotionView& from, const MotionView& to, const cv::Matx33d& guess) {
  // In blurred pictures of a fast camera few are found well.
  const auto some = [](const Pairs&, double agreeing) { return agreeing > 0.1; };
  return motion_by(from, to, followed(from, to, guess), in_common, some);
}

}  // namespace reel::removal
