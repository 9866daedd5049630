#include "motion.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/calib3d.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/video/tracking.hpp>
#include <vector>

namespace reel::removal::track {

namespace {

using Points = std::vector<cv::Point2f>;

constexpr int pyramid = 2;
const cv::Size window(11, 11);

cv::Rect whole_samples(const cv::Rect2d& box, cv::Size picture) {
  const cv::Rect2d clipped = box & cv::Rect2d(0, 0, picture.width, picture.height);
  return cv::Rect(clipped) & cv::Rect({0, 0}, picture);
}

Points moved(const Points& points, const cv::Matx33d& map) {
  Points out;
  for (const cv::Point2f& p : points) out.emplace_back(apply(map, cv::Point2d(p)));
  return out;
}

/// Points that the flow leads back to where they came from.
void follow(const cv::Mat& before, const cv::Mat& now, const cv::Matx33d& guess, Points& from, Points& to) {
  const cv::TermCriteria enough(cv::TermCriteria::COUNT | cv::TermCriteria::EPS, 15, 0.03);
  std::vector<uchar> there, back;
  std::vector<float> error;
  to = moved(from, guess);
  cv::calcOpticalFlowPyrLK(before, now, from, to, there, error, window, pyramid, enough, cv::OPTFLOW_USE_INITIAL_FLOW);
  Points returned = from;
  cv::calcOpticalFlowPyrLK(now, before, to, returned, back, error, window, pyramid, enough,
                           cv::OPTFLOW_USE_INITIAL_FLOW);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (!there[i] || !back[i] || cv::norm(returned[i] - from[i]) > 1) continue;
    from[kept] = from[i];
    to[kept++] = to[i];
  }
  from.resize(kept);
  to.resize(kept);
}

cv::Point2d median_shift(const Points& from, const Points& to) {
  std::vector<float> x, y;
  for (std::size_t i = 0; i < from.size(); ++i) {
    x.push_back(to[i].x - from[i].x);
    y.push_back(to[i].y - from[i].y);
  }
  const auto half = static_cast<std::ptrdiff_t>(x.size() / 2);
  std::nth_element(x.begin(), x.begin() + half, x.end());
  std::nth_element(y.begin(), y.begin() + half, y.end());
  return {x[static_cast<std::size_t>(half)], y[static_cast<std::size_t>(half)]};
}

/// A shift, turn and scale, where enough points agree on one that an object can make between two pictures.
Motion fit(const Points& from, const Points& to) {
  Motion motion;
  std::vector<uchar> agree;
  const cv::Mat found =
      from.size() < 6 ? cv::Mat() : cv::estimateAffinePartial2D(from, to, agree, cv::RANSAC, 2.0, 500);
  if (!found.empty()) {
    const cv::Matx23d m(found);
    const double scale = std::hypot(m(0, 0), m(1, 0)), turn = std::atan2(m(1, 0), m(0, 0));
    motion.points = cv::countNonZero(agree);
    if (motion.points >= 6 && scale > 0.92 && scale < 1.09 && std::abs(turn) < 0.12) {
      motion.map = {m(0, 0), m(0, 1), m(0, 2), m(1, 0), m(1, 1), m(1, 2), 0, 0, 1};
      return motion;
    }
  }
  const cv::Point2d shift = median_shift(from, to);
  motion.points = static_cast<int>(from.size());
  motion.map = {1, 0, shift.x, 0, 1, shift.y, 0, 0, 1};
  return motion;
}

/// Points found on the object and where they went, in coordinates of `part`.
struct Tracks {
  cv::Rect part;
  Points from, to;
  cv::Matx33d out, in;  // to the picture's coordinates, and back
};

Tracks tracks(const WorkPicture& before, const WorkPicture& now, const cv::Mat& mask, const cv::Rect2d& box,
              const cv::Matx33d& guess, int most) {
  Tracks t;
  t.part = whole_samples(grown(box | apply(guess, box), 0.2, 24), now.size());
  t.out = {1, 0, double(t.part.x), 0, 1, double(t.part.y), 0, 0, 1};
  t.in = {1, 0, double(-t.part.x), 0, 1, double(-t.part.y), 0, 0, 1};
  if (t.part.width < 24 || t.part.height < 24) return t;
  const cv::Mat old_luma = before.luma(t.part), new_luma = now.luma(t.part);
  const double spacing = std::max(2.0, std::sqrt(box.area() / most) / 2);
  cv::goodFeaturesToTrack(old_luma, t.from, most, 0.02, spacing, mask(t.part), 3);
  if (!t.from.empty()) follow(old_luma, new_luma, t.in * guess * t.out, t.from, t.to);
  return t;
}

}  // namespace

Motion object_motion(const WorkPicture& before, const WorkPicture& now, const cv::Mat& mask, const cv::Rect2d& box,
                     const cv::Matx33d& guess) {
  const Tracks t = tracks(before, now, mask, box, guess, 80);
  if (t.from.size() < 3) return {guess, 0};
  Motion motion = fit(t.from, t.to);
  motion.map = t.out * motion.map * t.in;
  return motion;
}

Motion motion_against(const WorkPicture& before, const WorkPicture& now, const cv::Mat& mask, const cv::Rect2d& box,
                      const cv::Matx33d& ground) {
  const Tracks t = tracks(before, now, mask, box, ground, 200);
  const Points still = moved(t.from, t.in * ground * t.out);
  Points from, to;
  for (std::size_t i = 0; i < t.from.size(); ++i) {
    if (cv::norm(t.to[i] - still[i]) < 1.5) continue;
    from.push_back(t.from[i]);
    to.push_back(t.to[i]);
  }
  if (from.size() < std::max<std::size_t>(6, t.from.size() / 10)) return {ground, 0};
  Motion motion = fit(from, to);
  motion.map = t.out * motion.map * t.in;
  return motion;
}

}  // namespace reel::removal::track
