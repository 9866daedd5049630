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
  sought_ = found_ = false;
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
  if (seeks()) scout_.add(number, picture, seen.from_previous);
  for (Followed& f : followed_) f.follower.add(number, picture, seen.from_previous);
  entries_.push_back({number, time, wanted, picture});
  return follow_to(number + 1 - Follower::look_ahead, region);
}

std::vector<Located> Locator::rest(const Region& region) {
  return entries_.empty() ? std::vector<Located>() : follow_to(entries_.back().number + 1, region);
}

std::string Locator::in_vain() const {
  if (!sought_ || found_) return {};
  return target_.empty() ? "what is in the region cannot be told from what is behind it"
                         : "no '" + target_ + "' was found";
}

std::vector<Located> Locator::follow_to(std::int64_t end, const Region& region) {
  constexpr std::int64_t every = 5;  // pictures in which a detector looks for more
  std::vector<Located> located;
  while (!entries_.empty() && entries_.front().number < end) {
    Entry entry = std::move(entries_.front());
    entries_.pop_front();
    std::vector<cv::Mat> masks = followed_in(entry, region);
    const bool first = !last_ || !last_->wanted;
    if (entry.wanted && seeks() && (!detector_ || first || entry.number % every == 0))
      seek(entry, region, masks, located);
    give(entry.number, masks, located);
    sought_ = sought_ || entry.wanted;
    last_ = std::move(entry);
  }
  return located;
}

/// Where what is followed has got to: masks of each.
std::vector<cv::Mat> Locator::followed_in(const Entry& entry, const Region& region) {
  // A person who gave keyframes corrects there.
  const Time before = last_ ? last_->time : entry.time;
  const bool corrected =
      !detector_ && std::ranges::any_of(region.times(), [&](Time t) { return before < t && t <= entry.time; });
  std::vector<cv::Mat> masks;
  for (Followed& f : followed_)
    masks.push_back(corrected ? f.follower.show(entry.number, shown_in(entry, region).front()) : f.follower.next());
  return masks;
}

/// What is found now is followed from here, and looked for in the pictures before.
void Locator::seek(const Entry& entry, const Region& region, std::vector<cv::Mat>& masks,
                   std::vector<Located>& located) {
  constexpr std::size_t most = 16;  // that are followed at a time
  const std::vector<cv::Mat> all_shown = shown_in(entry, region);
  if (which_ == Which::all) drop_doubtful(all_shown, masks);
  const cv::Mat known = all_of(masks);
  const bool first = followed_.empty();
  for (const cv::Mat& shown : all_shown) {
    if (boxes_) masks.push_back(shown);
    const double covered = known.empty() ? 0 : cv::countNonZero(known & shown);
    if (covered > 0.3 * cv::countNonZero(shown) || followed_.size() >= most) continue;
    Follower follower = scout_;
    if (follower.show(entry.number, shown).empty()) continue;
    masks.push_back(follower.first());
    const std::int64_t since = add_before(follower, entry.number, located);
    // All that begin together end at the same picture: the first of the shot that is known.
    if (first) since_ = since;
    followed_.push_back({std::move(follower)});
  }
  found_ = found_ || !followed_.empty() || (boxes_ && !all_shown.empty());
  if (!seeks()) scout_.forget(), given_.clear();
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

/// Adds where it was before to what those pictures have already. Returns the first one that was looked into.
std::int64_t Locator::add_before(const Follower& follower, std::int64_t number, std::vector<Located>& located) {
  const std::vector<cv::Mat> before = follower.before();
  for (Located& given : given_) {
    const std::int64_t back = number - 1 - given.number;
    if (back >= static_cast<std::int64_t>(before.size())) continue;
    given.mask = all_of({given.mask, before[static_cast<std::size_t>(back)]});
    located.push_back({given.number, together({given.mask})});
  }
  return number - static_cast<std::int64_t>(before.size());
}

void Locator::give(std::int64_t number, const std::vector<cv::Mat>& masks, std::vector<Located>& located) {
  located.push_back({number, together(masks)});
  if (!seeks()) return;
  given_.push_back({number, all_of(masks)});
  while (given_.front().number <= number - Follower::look_back) given_.pop_front();
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
