#include "mask/locator.hpp"

#include <algorithm>
#include <opencv2/imgproc.hpp>

namespace reel::removal {
namespace {

cv::Mat drawn(const Shape& shape, cv::Size size) {
  cv::Mat mask(size, CV_8U, cv::Scalar(0));
  for (int y = 0; y < size.height; ++y)
    for (const auto& [from, to] : shape.row(y, size.width)) mask.row(y).colRange(from, to) = 255;
  return mask;
}

/// A picture as trackers see it.
track::WorkPicture work_picture(const Analysis& seen) {
  const std::vector<cv::Mat>& planes = seen.picture.planes;
  if (planes.size() < 3) return {seen.motion.luma, {}, {}};
  const auto small = [&](const cv::Mat& plane) {
    const cv::Size size = seen.motion.luma.size();
    return shrunk(plane, seen.picture.depth, {std::min(plane.cols, size.width), std::min(plane.rows, size.height)});
  };
  return {seen.motion.luma, small(planes[1]), small(planes[2])};
}

constexpr std::int64_t every = 5;  // pictures in which a detector looks for more

/// All that any of them covers; empty: nothing.
cv::Mat all_of(const std::vector<cv::Mat>& masks) {
  cv::Mat all;
  for (const cv::Mat& mask : masks)
    if (!mask.empty()) all = all.empty() ? mask : cv::Mat(all | mask);
  return all;
}

void check(const Sought& sought) {
  const bool region = !sought.region.whole_picture(), mask = !sought.mask.path.empty(), target = !sought.target.empty();
  if (region + mask + target != 1) throw Error("where is it? Give one of `region`, `target` and `mask`");
  if (sought.track && !region)
    throw Error(mask ? "`track` follows a `region`; a `mask` has to show the object in each picture"
                     : "`track` follows a `region`; a `target` is followed anyway");
  if (sought.shadow && !sought.track && !target)
    throw Error("the shadow is found of what is followed: give `target`, or `track: true`");
  if (sought.which != Which::largest && !target) throw Error("`which` chooses among targets: give `target`");
}

}  // namespace

void Locator::start(const Sought& sought) {
  check(sought);
  mask_file_ = sought.mask.path.empty() ? nullptr : std::make_unique<MaskFile>(sought.mask.path);
  detector_ = sought.target.empty() ? nullptr : make_detector(sought.target);
  track_ = sought.track;
  scout_ = Follower(sought.shadow);
  boxes_ = sought.boxes;
  which_ = sought.which;
  target_ = sought.target;
  forget();
}

void Locator::forget() {
  scout_.forget();
  followed_.clear();
  entries_.clear();
  given_.clear();
  last_.reset();
  since_ = 0;
}

/// Where a region is that a person drew; throws where it cannot be meant.
cv::Mat Locator::region_at(Time time, const Region& region) const {
  cv::Mat mask = drawn(region.at(time, size_.width, size_.height), size_);
  if (region.times().size() < 2 && cv::countNonZero(mask) == 0)
    throw Error("the region '" + region.to_text() + "' lies outside the picture, which has " +
                std::to_string(size_.width) + "x" + std::to_string(size_.height) + " pixels");
  return mask;
}

cv::Mat Locator::drawn_at(Time time, const Region& region) {
  if (mask_file_) return mask_file_->at(time, size_);
  const Shape shape = region.at(time, size_.width, size_.height);
  if (drawn_.size() != size_ || shape.corners != shape_.corners) {
    shape_ = shape;
    drawn_ = region_at(time, region);
  }
  return drawn_;
}

std::vector<Located> Locator::add(std::int64_t number, Time time, bool wanted, const Analysis& seen,
                                  const Region& region) {
  const track::WorkPicture picture = work_picture(seen);
  if (!found() || seeks_more()) scout_.add(number, picture, seen.from_previous);
  for (Followed& f : followed_) f.follower.add(number, picture, seen.from_previous);
  entries_.push_back({number, time, wanted, picture});
  return follow_to(number + 1 - Follower::look_ahead, region);
}

std::vector<Located> Locator::rest(const Region& region) {
  return entries_.empty() ? std::vector<Located>() : follow_to(entries_.back().number + 1, region);
}

std::string Locator::nothing_found() const {
  return target_.empty() ? "what is in the region cannot be told from what is behind it"
                         : "no '" + target_ + "' was found";
}

std::vector<Located> Locator::follow_to(std::int64_t end, const Region& region) {
  std::vector<Located> located;
  while (!entries_.empty() && entries_.front().number < end) {
    Entry entry = std::move(entries_.front());
    entries_.pop_front();
    if (found())
      follow(entry, region, located);
    else if (entry.wanted)
      begin(entry, region, located);
    if (located.empty() || located.back().number != entry.number) located.push_back({entry.number, {}});
    last_ = std::move(entry);
  }
  return located;
}

void Locator::begin(const Entry& entry, const Region& region, std::vector<Located>& located) {
  const bool first = !last_ || !last_->wanted;
  if (detector_ && entry.number % every != 0 && !first) return;
  std::vector<cv::Mat> masks;
  for (const cv::Mat& shown : shown_in(entry, region)) {
    if (boxes_) masks.push_back(shown);
    Follower follower = scout_;
    if (follower.show(entry.number, shown).empty()) continue;
    masks.push_back(follower.first());
    followed_.push_back({std::move(follower)});
  }
  if (found() && !seeks_more()) scout_.forget();
  if (found()) look_back_from(entry.number, located);
  if (!masks.empty()) give(entry.number, masks, located);
}

/// What comes into the picture later is followed from there, and looked for in the pictures before.
void Locator::seek_more(const Entry& entry, const Region& region, std::vector<cv::Mat>& masks,
                        std::vector<Located>& located) {
  constexpr std::size_t most = 16;  // that are followed at a time
  const std::vector<cv::Mat> all_shown = shown_in(entry, region);
  drop_doubtful(all_shown, masks);
  const cv::Mat known = all_of(masks);
  for (const cv::Mat& shown : all_shown) {
    if (boxes_) masks.push_back(shown);
    const double covered = known.empty() ? 0 : cv::countNonZero(known & shown);
    if (covered > 0.3 * cv::countNonZero(shown) || followed_.size() >= most) continue;
    Follower follower = scout_;
    if (follower.show(entry.number, shown).empty()) continue;
    masks.push_back(follower.first());
    add_before(follower, entry.number, located);
    followed_.push_back({std::move(follower)});
  }
}

/// Who was found once, and not again where he was followed to, was never there. Whose mask has outgrown what the detector sees has gone
/// astray, and is begun anew. `masks`: of those that are followed.
void Locator::drop_doubtful(const std::vector<cv::Mat>& shown, std::vector<cv::Mat>& masks) {
  constexpr int most_missed = 2;
  constexpr double same = 0.3, outgrown = 2.5;
  for (std::size_t i = followed_.size(); i-- > 0;) {
    if (masks[i].empty()) continue;
    const double area = cv::countNonZero(masks[i]);
    double seen = 0;
    for (const cv::Mat& one : shown) {
      const double size = cv::countNonZero(one);
      if (cv::countNonZero(one & masks[i]) > same * std::min(size, area)) seen += size;
    }
    Followed& f = followed_[i];
    f.sure = f.sure || seen > 0;
    f.missed += f.sure ? 0 : 1;
    if (f.missed < most_missed && (seen == 0 || area <= outgrown * seen)) continue;
    followed_.erase(followed_.begin() + static_cast<std::ptrdiff_t>(i));
    masks.erase(masks.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

void Locator::add_before(const Follower& follower, std::int64_t number, std::vector<Located>& located) {
  const std::vector<cv::Mat> before = follower.before();
  for (Located& given : given_) {
    const std::int64_t back = number - 1 - given.number;
    if (back < 0 || back >= static_cast<std::int64_t>(before.size())) continue;
    given.mask = all_of({given.mask, before[static_cast<std::size_t>(back)]});
    located.push_back({given.number, together({given.mask})});
  }
}

void Locator::give(std::int64_t number, const std::vector<cv::Mat>& masks, std::vector<Located>& located) {
  located.push_back({number, together(masks)});
  if (!seeks_more()) return;
  given_.push_back({number, all_of(masks)});
  while (given_.front().number <= number - Follower::look_back) given_.pop_front();
}

/// All of them end at the same picture: the first of the shot that is known.
void Locator::look_back_from(std::int64_t number, std::vector<Located>& located) {
  std::vector<std::vector<cv::Mat>> before;
  for (const Followed& f : followed_) before.push_back(f.follower.before());
  since_ = number - static_cast<std::int64_t>(before.front().size());
  for (std::int64_t n = since_; n < number; ++n) {
    std::vector<cv::Mat> masks;
    for (const auto& of_one : before) masks.push_back(of_one[static_cast<std::size_t>(number - 1 - n)]);
    give(n, masks, located);
  }
}

void Locator::follow(const Entry& entry, const Region& region, std::vector<Located>& located) {
  // A person who gave keyframes corrects there.
  const Time before = last_ ? last_->time : entry.time;
  const bool corrected =
      !detector_ && std::ranges::any_of(region.times(), [&](Time t) { return before < t && t <= entry.time; });
  std::vector<cv::Mat> masks;
  for (Followed& f : followed_)
    masks.push_back(corrected ? f.follower.show(entry.number, shown_in(entry, region).front()) : f.follower.next());
  const bool first = !last_ || !last_->wanted;
  if (seeks_more() && entry.wanted && (first || entry.number % every == 0)) seek_more(entry, region, masks, located);
  give(entry.number, masks, located);
}

/// Where a person or a detector says that objects are: masks at work size.
std::vector<cv::Mat> Locator::shown_in(const Entry& entry, const Region& region) {
  std::vector<cv::Mat> masks;
  if (!detector_) {
    masks.push_back(shrunk_mask(region_at(entry.time, region), WorkScale(size_)));
    return masks;
  }
  for (const Found& found : chosen(detector_->find(bgr_of(entry.picture.samples())), which_)) {
    cv::Mat mask(entry.picture.size(), CV_8U, cv::Scalar(0));
    mask(found.box).setTo(255, found.mask);
    masks.push_back(mask);
  }
  return masks;
}

/// All that any of those at work size covers, at the picture's size.
cv::Mat Locator::together(const std::vector<cv::Mat>& masks) const {
  const cv::Mat all = all_of(masks);
  if (all.empty() || all.size() == size_) return all;
  cv::Mat whole;
  cv::resize(all, whole, size_, 0, 0, cv::INTER_LINEAR);
  return whole > 127;
}

}  // namespace reel::removal
