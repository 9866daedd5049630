#include "track/follower.hpp"

#include <algorithm>

namespace reel::removal {

void Follower::add(std::int64_t number, track::WorkPicture picture, const Motion& from_previous) {
  pictures_.push_back({number, std::move(picture), from_previous});
  const std::int64_t needed = follows() ? at_ : number - look_ahead - look_back;
  while (pictures_.front().number < needed) pictures_.pop_front();
}

std::vector<track::Ahead> Follower::ahead_of(std::int64_t number) const {
  std::vector<track::Ahead> found;
  cv::Matx33d way = cv::Matx33d::eye();
  for (std::int64_t n = number + 1; n <= std::min(pictures_.back().number, number + look_ahead); ++n) {
    if (seen(n).from_previous.cut) break;
    way = seen(n).from_previous.matrix * way;
    const int distance = static_cast<int>(n - number);
    if (std::ranges::count(track::Tracker::looks_ahead, distance) > 0)
      found.push_back({seen(n).picture, way, distance});
  }
  return found;
}

cv::Mat Follower::show(std::int64_t number, const cv::Mat& object) {
  const auto ahead = ahead_of(number);
  if (follows()) {
    if (number != at_) next();
    return tracker_.correct(object, ahead).mask;
  }
  at_ = from_ = number;
  first_ = tracker_.begin(seen(number).picture, object, ahead).mask;
  return first_;
}

cv::Mat Follower::next() {
  ++at_;
  const Seen& now = seen(at_);
  return tracker_.next(now.picture, now.from_previous.matrix, now.from_previous.cut, ahead_of(at_)).mask;
}

std::vector<cv::Mat> Follower::before() const {
  std::vector<cv::Mat> masks;
  if (first_.empty()) return masks;
  track::Tracker back(with_shadow_);
  back.begin(seen(from_).picture, first_);
  for (std::int64_t n = from_ - 1; n >= pictures_.front().number; --n) {
    const Motion& motion = seen(n + 1).from_previous;
    if (motion.cut) break;
    masks.push_back(back.next(seen(n).picture, motion.matrix.inv(), false).mask);
  }
  return masks;
}

void Follower::forget() { *this = Follower(with_shadow_); }

}  // namespace reel::removal
