#include "rivals.hpp"

#include <algorithm>
#include <opencv2/imgproc.hpp>

#include "cut_out.hpp"
#include "motion.hpp"

namespace reel::removal::track {

namespace {

/// Not worth following: noise, leaves, a shadow's edge.
constexpr int smallest_box = 25;
constexpr std::size_t most_rivals = 8;

/// Parts of a mask, and which of them are taken.
struct Parts {
  explicit Parts(const cv::Mat& mask) {
    cv::Mat centroids;
    count = cv::connectedComponentsWithStats(mask, labels, stats, centroids, 8, CV_32S);
    taken.assign(static_cast<std::size_t>(count), 0);
  }
  int area(int part) const { return stats.at<int>(part, cv::CC_STAT_AREA); }
  /// How many samples of each part lie under `mask`.
  std::vector<int> under(const cv::Mat& mask) const {
    std::vector<int> out(static_cast<std::size_t>(count), 0);
    for (int y = 0; y < labels.rows; ++y)
      for (int x = 0; x < labels.cols; ++x)
        if (mask.at<uchar>(y, x)) ++out[static_cast<std::size_t>(labels.at<int>(y, x))];
    return out;
  }
  /// Takes the parts of which more than `share` lies under `mask`.
  cv::Mat take(const cv::Mat& mask, double share) {
    cv::Mat out = cv::Mat::zeros(labels.size(), CV_8U);
    const std::vector<int> inside = under(mask);
    for (int i = 1; i < count; ++i) {
      const auto at = static_cast<std::size_t>(i);
      if (taken[at] || inside[at] <= share * area(i)) continue;
      taken[at] = 1;
      out.setTo(255, labels == i);
    }
    return out;
  }

  cv::Mat labels, stats;
  int count = 0;
  std::vector<char> taken;
};

}  // namespace

void Rivals::learn(const GroundEvidence& ground, const cv::Mat& own, const View& view, cv::Size picture, int gap) {
  cv::Mat others;
  cv::morphologyEx(ground.covered & ~dilated(own, gap), others, cv::MORPH_OPEN, cv::Mat());
  Parts parts(others);
  for (Rival& r : all_) {
    const cv::Mat was = view.crop(r.mask, cv::INTER_NEAREST);
    // What it hides of the object, or the object of it, stays its own.
    const cv::Mat is = parts.take(dilated(was, 2 * gap), 0.4) | (was & ground.covered);
    r.mask = cv::countNonZero(is) < smallest_box ? cv::Mat() : cv::Mat(view.put_back(is, picture) > 127);
  }
  std::erase_if(all_, [](const Rival& r) { return r.mask.empty(); });
  // What touches the object and was no rival before may be an arm that it stretches.
  const std::vector<int> near = parts.under(dilated(own, gap + 2));
  for (int i = 1; i < parts.count && all_.size() < most_rivals; ++i) {
    const auto at = static_cast<std::size_t>(i);
    if (!parts.taken[at] && near[at] == 0 && parts.area(i) >= smallest_box)
      all_.push_back({view.put_back(parts.labels == i, picture) > 127, {}, 0});
  }
}

void Rivals::follow(const WorkPicture& before, const WorkPicture& now, const cv::Matx33d& camera) {
  for (Rival& r : all_) {
    const cv::Rect2d box = cv::boundingRect(r.mask);
    const cv::Matx33d guess = cv::Matx33d(1, 0, r.speed.x, 0, 1, r.speed.y, 0, 0, 1) * camera;
    const Motion motion = object_motion(before, now, r.mask, box, guess);
    const cv::Point2d step = apply(motion.map, middle(box)) - apply(camera, middle(box));
    const double rate = r.pictures++ < 3 ? 0.6 : 0.15;
    r.speed += rate * (step - r.speed);
    cv::Mat moved;
    cv::warpPerspective(r.mask, moved, motion.map, r.mask.size(), cv::INTER_NEAREST);
    r.mask = moved;
  }
  std::erase_if(all_, [](const Rival& r) { return cv::countNonZero(r.mask) == 0; });
}

cv::Mat Rivals::seen_in(const View& view) const {
  cv::Mat out = cv::Mat::zeros(view.size, CV_8U);
  for (const Rival& r : all_) out |= view.crop(r.mask, cv::INTER_NEAREST);
  return out;
}

void Rivals::claim(cv::Mat& odds, const cv::Mat& distance, const View& view, double unit) const {
  const cv::Mat here = seen_in(view);
  if (cv::countNonZero(here) < smallest_box) return;
  const cv::Mat theirs = signed_distance(here);
  for (int y = 0; y < odds.rows; ++y)
    for (int x = 0; x < odds.cols; ++x) {
      const double nearer = (distance.at<float>(y, x) - theirs.at<float>(y, x)) / unit;
      // Inside both, the picture decides.
      if (nearer > 0 && distance.at<float>(y, x) > 0)
        odds.at<float>(y, x) -= static_cast<float>(std::min(5.0, 5 * nearer));
    }
}

}  // namespace reel::removal::track
