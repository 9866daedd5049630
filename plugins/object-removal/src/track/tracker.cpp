#include "tracker.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "cut_out.hpp"
#include "motion.hpp"

namespace reel::removal::track {

namespace {

constexpr double view_budget = 16000;
constexpr double search_budget = 30000;
constexpr int remember_every = 3;
constexpr double least_in_box = -1.3;
constexpr double output_growth = 1.3, least_margin = 0.025, most_margin = 0.06;

/// One length for how large a thing is.
double extent(const cv::Rect2d& box) { return std::sqrt(std::max(1.0, box.area())); }

bool is_box(const cv::Mat& object, const cv::Rect& box) { return cv::countNonZero(object(box)) > 0.93 * box.area(); }

cv::Matx33d shift(const cv::Point2d& by) { return {1, 0, by.x, 0, 1, by.y, 0, 0, 1}; }

/// 0 in the middle of the box, 1 on the ellipse that touches its sides; CV_32F.
cv::Mat ellipse_radius(const View& view, const cv::Rect2d& box) {
  cv::Mat out(view.size, CV_32F);
  const cv::Point2d centre = middle(box);
  for (int y = 0; y < out.rows; ++y)
    for (int x = 0; x < out.cols; ++x) {
      const cv::Point2d p = apply(view.to_picture, cv::Point2d(x, y));
      out.at<float>(y, x) = static_cast<float>(
          std::hypot((p.x - centre.x) / (box.width / 2 + 1e-3), (p.y - centre.y) / (box.height / 2 + 1e-3)));
    }
  return out;
}

/// Log odds that fall from the middle of a box to its sides, and fast outside it.
cv::Mat box_odds(const View& view, const cv::Rect2d& box, float middle_odds) {
  cv::Mat radius = ellipse_radius(view, box), out(view.size, CV_32F, cv::Scalar(-8));
  const cv::Rect inside = view.locate(grown(box, 0.02, 1));
  for (int y = inside.y; y < inside.y + inside.height; ++y)
    for (int x = inside.x; x < inside.x + inside.width; ++x)
      out.at<float>(y, x) = middle_odds - 1.0f * radius.at<float>(y, x) * radius.at<float>(y, x);
  return out;
}

void limit(cv::Mat& values, double least, double most) {
  cv::max(values, least, values);
  cv::min(values, most, values);
}

}  // namespace

std::vector<Reference> Tracker::later(std::span<const Ahead> ahead) const {
  std::vector<Reference> out;
  for (const Ahead& a : ahead) {
    if (a.picture.empty() || a.picture.size() != now_.size()) continue;
    const double doubt = 0.1 + 0.008 * a.distance;
    const cv::Point2d by = speed_ * static_cast<double>(a.distance);
    out.push_back({a.picture, {}, apply(a.from_now, grown(box_ + by, doubt, 3)), a.from_now, -a.distance});
  }
  return out;
}

Tracker::Division Tracker::look(const cv::Rect2d& box, std::span<const Ahead> ahead) {
  Division out;
  const double margin = 12 + 0.3 * std::max({box.width, box.height, usual_extent()});
  out.view = View::around(grown(box, 0, margin), now_.size(), view_budget);
  out.patch = now_.sample(out.view.to_picture, out.view.step, out.view.size);
  std::vector<Reference> references = later(ahead);
  out.ground = ground_.compare(out.patch, out.view, grown(box, 0.06, 2), alike_, references);
  return out;
}

void Tracker::divide(Division& d, const cv::Mat& shape) {
  cv::Mat color = appearance_.log_odds(d.patch);
  limit(color, -2, 2);
  cv::GaussianBlur(color, color, {3, 3}, 0.8);
  // Where the ground itself has that colour, colour tells nothing for the object.
  cv::Mat pale;
  cv::min(color, 0.5, pale);
  pale.copyTo(color, (d.ground.seen > 1) & (d.ground.log_odds < 0));
  d.odds = d.ground.log_odds + 0.6 * color + shape;
  d.object = cut_out(d.odds, d.patch);
}

/// Where much round the object differs from the ground too (leaves in the wind, another large thing that moves, a ground
/// that is not flat), a difference says less. Rivals are known, and do not count.
void Tracker::temper(Division& d, const Guess& guess) const {
  const double unit = std::max(extent(guess.box), usual_extent()) / d.view.step;
  const int margin = std::max(2, static_cast<int>(0.12 * unit)),
            reach = 2 * std::max(4, static_cast<int>(0.3 * unit)) + 1;
  const cv::Mat own = dilated(d.view.crop(guess.shape, cv::INTER_NEAREST), margin);
  const cv::Mat around = ~own & ~dilated(rivals_.seen_in(d.view), margin) & (d.ground.seen > 0);
  cv::Mat all, covered;
  cv::boxFilter(around / 255, all, CV_32F, {reach, reach}, {-1, -1}, true, cv::BORDER_CONSTANT);
  cv::boxFilter((around & d.ground.covered) / 255, covered, CV_32F, {reach, reach}, {-1, -1}, true,
                cv::BORDER_CONSTANT);
  for (int y = 0; y < all.rows; ++y)
    for (int x = 0; x < all.cols; ++x) {
      const float share = (covered.at<float>(y, x) + 0.001f) / (all.at<float>(y, x) + 0.04f);
      float& odds = d.ground.log_odds.at<float>(y, x);
      odds = std::min(odds, std::max(0.3f, -1.1f * std::log(std::min(share, 1.0f))));
    }
}

Tracked Tracker::begin(const WorkPicture& picture, const cv::Mat& object, std::span<const Ahead> ahead) {
  *this = Tracker(with_shadow_);
  now_ = picture;
  return start(object, ahead);
}

Tracked Tracker::correct(const cv::Mat& object, std::span<const Ahead> ahead) {
  if (now_.empty()) return {};
  // If it was elsewhere all the time, what was taken for ground is the object.
  if (object_.empty() || cv::countNonZero(object_ & (object > 0)) < 0.3 * cv::countNonZero(object_)) ground_.clear();
  return start(object, ahead);
}

Tracked Tracker::start(const cv::Mat& object, std::span<const Ahead> ahead) {
  lost_ = 0;
  const cv::Rect bounds = cv::boundingRect(object);
  if (bounds.area() == 0) return {};
  box_ = bounds;
  object_ = object > 0;
  speed_ = speed_ahead(ahead);
  Division d = look(box_, ahead);
  const bool box = is_box(object, bounds);
  cv::Mat shape;
  if (box) {
    shape = box_odds(d.view, box_, 0.8f);
  } else {
    shape = signed_distance(d.view.crop(object, cv::INTER_NEAREST)) * (-8.0 * d.view.step / extent(box_));
    limit(shape, -6, 3);
  }
  const cv::Mat outside = shape < -5;
  cv::Mat inside = box ? cv::Mat(ellipse_radius(d.view, box_) < 0.8) : cv::Mat(shape > 0);
  inside = inside & (d.ground.log_odds > -0.3);
  appearance_.learn(d.patch, inside, outside, 1);
  for (int round = 0; round < 3; ++round) {
    divide(d, shape);
    if (cv::countNonZero(d.object) * d.view.step * d.view.step < 0.15 * bounds.area()) break;
    appearance_.learn(d.patch, d.object, outside, 0.6);
  }
  if (cv::countNonZero(d.object) * d.view.step * d.view.step < 0.15 * bounds.area())
    d.object = ellipse_radius(d.view, box_) < 1.0;
  d.object = filled(d.object);
  object_ = d.view.put_back(d.object, now_.size()) > 127;
  shape_ = object_;
  area_ = cv::countNonZero(object_);
  usual_ = box_.size();
  rivals_.clear();
  rivals_.learn(d.ground, d.object, d.view, now_.size(), 3);
  since_added_ = 0;
  // In the picture that starts it all of the box may be the object.
  ground_.add(now_, dilated(object > 0, std::max(2, static_cast<int>(0.03 * extent(box_)))));
  return tracked(d, 0.8, ahead);
}

/// How fast the object moves against the ground, by where its corners are a few pictures later.
cv::Point2d Tracker::speed_ahead(std::span<const Ahead> ahead) const {
  if (ahead.empty() || ahead.front().picture.size() != now_.size()) return {};
  const Ahead& later = ahead.front();
  const Motion motion = motion_against(now_, later.picture, object_, box_, later.from_now);
  if (motion.points < 6) return {};
  return (apply(motion.map, middle(box_)) - apply(later.from_now, middle(box_))) / std::max(1, later.distance);
}

/// Whether the object can have moved there. Next to others its corners may be theirs: then it keeps its speed.
bool Tracker::believable(const cv::Rect2d& moved, const cv::Rect2d& expected) const {
  const double most = crowded_ ? std::max(1.0, 0.03 * extent(expected)) : 0.6 * extent(expected);
  return cv::norm(middle(moved) - middle(expected)) < most;
}

Tracker::Guess Tracker::predict(const WorkPicture& picture, const cv::Matx33d& camera) const {
  Guess guess;
  guess.motion = shift(speed_) * camera;
  guess.box = apply(guess.motion, box_);
  if (object_.empty()) return guess;
  const Motion motion = object_motion(now_, picture, object_, box_, guess.motion);
  const cv::Rect2d moved = apply(motion.map, box_);
  if (motion.points >= 4 && believable(moved, guess.box)) {
    guess.followed = true;
    guess.motion = motion.map;
    guess.box = moved;
  }
  cv::warpPerspective(shape_, guess.shape, guess.motion, shape_.size(), cv::INTER_NEAREST);
  return guess;
}

/// How much less than usual the box measures.
double Tracker::missing(const cv::Rect2d& box) const {
  const double most = std::max(usual_.width - box.width, usual_.height - box.height);
  return most > 0.2 * usual_extent() ? most : 0;
}

/// Where the object was, moved as it moves, and less and less likely away from there.
cv::Mat Tracker::shape_odds(const View& view, const Guess& guess) const {
  const double unit = std::max(extent(guess.box), usual_extent());
  const cv::Mat distance = signed_distance(view.crop(guess.shape, cv::INTER_NEAREST));
  // What has just come out from behind something, or into the picture, shows more of itself from picture to picture.
  const double absent = missing(guess.box);
  const double fall = absent > 0.2 * unit ? -5 : -10;
  cv::Mat odds = distance * (fall * view.step / unit);
  limit(odds, -6, guess.followed ? 1.6 : 1.0);
  // A leg that was missed once must be able to come back: the box stays large when the shape shrinks.
  cv::Mat within = odds(view.locate(grown(guess.box, 0.02, 1 + 0.5 * absent)));
  cv::max(within, least_in_box, within);
  cv::Mat far(view.size, CV_8U, cv::Scalar(255));
  far(view.locate(grown(guess.box, 0.18, 5 + absent))).setTo(0);
  odds.setTo(-8, far);
  rivals_.claim(odds, distance, view, 0.08 * unit / view.step);
  return odds;
}

void Tracker::change_scene(const WorkPicture& picture) {
  Scene old{now_, ground_, box_};
  ground_.clear();
  if (left_ && picture.unlike(left_->last) < 0.3) {
    ground_ = left_->ground;
    box_ = left_->box;
  }
  left_ = old;
  object_.release();
  rivals_.clear();
  speed_ = {};
  lost_ = std::max(lost_, 1);
}

Tracked Tracker::next(const WorkPicture& picture, const cv::Matx33d& camera, bool cut, std::span<const Ahead> ahead) {
  if (now_.empty() || box_.area() <= 0) return {};
  const cv::Matx33d known = cut || !(std::abs(cv::determinant(camera)) > 1e-6) ? cv::Matx33d::eye() : camera;
  // A flash or a jolt may pass for a scene change.
  if (cut && picture.unlike(now_) > 0.3) change_scene(picture);
  ground_.advance(known);
  Guess guess = predict(picture, known);
  rivals_.follow(now_, picture, known);
  now_ = picture;
  if (object_.empty()) {
    box_ = guess.box;
    if (!find_again()) return lose(guess);
    guess.motion = cv::Matx33d::eye();
    guess.box = box_;
    guess.shape = shape_ = object_;
  }
  Division d = look(guess.box, ahead);
  temper(d, guess);
  const cv::Mat shape = shape_odds(d.view, guess);
  divide(d, shape);
  if (cv::countNonZero(d.object) * d.view.step * d.view.step > 1.6 * area_) {
    // Others have joined it, or the ground is nothing to go by: the shape that it had decides.
    cv::Mat held;
    cv::min(d.ground.log_odds, 0.8, held);
    held.copyTo(d.ground.log_odds, shape < -0.6);
    divide(d, shape);
  }
  return settle(d, guess, known, ahead);
}

Tracked Tracker::settle(const Division& found, const Guess& guess, const cv::Matx33d& camera,
                        std::span<const Ahead> ahead) {
  Division d = found;
  const cv::Mat core = d.view.crop(guess.shape, cv::INTER_NEAREST);
  const double scale = std::clamp(guess.box.area() / std::max(1.0, box_.area()), 0.96, 1.05);
  area_ *= scale;
  usual_ = {usual_.width * std::sqrt(scale), usual_.height * std::sqrt(scale)};
  const double samples = d.view.step * d.view.step;
  const int gap = std::max(1, static_cast<int>(std::lround(0.02 * extent(guess.box) / d.view.step)));
  d.object = tidy(d.object, core, gap, 1.3 * area_ / samples);
  if (cv::countNonZero(d.object) * samples > 1.8 * area_) d.object &= dilated(core, 3 * gap);
  const double area = cv::countNonZero(d.object) * samples;
  const double likeness = appearance_.likeness(d.patch, d.object);
  if (area < 0.02 * area_ || (area < 0.1 * area_ && likeness < 0.35)) return lose(guess);
  // All that was there is other colours now: another scene.
  if (area > 0.5 * area_ && likeness < 0.4) return lose(guess);
  object_ = d.view.put_back(d.object, now_.size()) > 127;
  const double share = area / area_;
  follow_box(d, guess, share, camera);
  if (!crowded_) area_ += 0.04 * (std::clamp(area, area_, 1.4 * area_) - area_) + 0.01 * std::min(0.0, area - area_);
  if (share > 0.6 && share < 1.4 && likeness > 0.6 && !crowded_) {
    cv::Mat ground = dilated(d.object, 2 * gap + 1) == 0;
    appearance_.learn(d.patch, d.object, ground, 0.05);
    learn_contrast(d, core, gap);
  }
  lost_ = 0;
  remember_shape(d, guess, share, gap);
  remember();
  const double confidence = std::clamp(likeness, 0.0, 1.0) * std::min(1.0, share);
  return tracked(d, confidence, ahead);
}

/// Each side follows the object: fast outwards, slowly inwards, and not at all while something hides much of it.
/// `share`: how much of what it usually covers is in sight.
void Tracker::follow_box(const Division& d, const Guess& guess, double share, const cv::Matx33d& camera) {
  const cv::Rect2d seen = d.view.in_picture(cv::boundingRect(d.object)), from = guess.box;
  const double outwards = crowded_ ? 0.01 : 0.06;
  const double inwards = 0.05 * std::clamp(2 * share - 1, 0.0, 1.0);
  const auto side = [&](double at, double to, double sign, double length, double usual) {
    const double by = to - at, most = length < 0.9 * usual ? 0.3 * usual : outwards * length;
    return at + (by * sign > 0 ? std::clamp(by, -most, most) : inwards * by);
  };
  const double left = side(from.x, seen.x, -1, from.width, usual_.width);
  const double right = side(from.x + from.width, seen.x + seen.width, 1, from.width, usual_.width);
  const double top = side(from.y, seen.y, -1, from.height, usual_.height);
  const double bottom = side(from.y + from.height, seen.y + seen.height, 1, from.height, usual_.height);
  const cv::Point2d carried = apply(camera, middle(box_));
  box_ = {left, top, right - left, bottom - top};
  if (share > 0.7 && !crowded_) {
    usual_.width += 0.05 * (box_.width - usual_.width);
    usual_.height += 0.05 * (box_.height - usual_.height);
  }
  if (crowded_) return;
  if (guess.followed || share > 0.5) speed_ += 0.25 * (middle(guess.followed ? from : box_) - carried - speed_);
}

/// What other things hide of the object keeps the shape that it had before.
void Tracker::remember_shape(const Division& d, const Guess& guess, double share, int gap) {
  const cv::Mat core = d.view.crop(guess.shape, cv::INTER_NEAREST);
  cv::Mat own = d.object | core;
  // What appears where the rest of it must come out is its own.
  if (const double absent = missing(guess.box); absent > 0)
    own(d.view.locate(grown(guess.box, 0.02, absent))).setTo(255);
  rivals_.learn(d.ground, own, d.view, now_.size(), gap + 1);
  const cv::Mat rivals = rivals_.seen_in(d.view);
  crowded_ = cv::countNonZero(dilated(rivals, gap + 1) & core) > 0.02 * cv::countNonZero(core);
  if (share > (crowded_ ? 1.05 : 1.3))
    shape_ = guess.shape;
  else if (!crowded_)
    shape_ = share > 0.75 ? object_ : cv::Mat(guess.shape | object_);
  else
    shape_ = d.view.put_back(core | (d.object & dilated(core, 2 * gap) & ~dilated(rivals, gap)), now_.size()) > 127;
}

/// How much of the object cannot be told from the ground by what the ground looks like.
void Tracker::learn_contrast(const Division& d, const cv::Mat& shape, int gap) {
  cv::Mat inner;
  cv::erode(d.object | shape, inner, cv::getStructuringElement(cv::MORPH_ELLIPSE, {2 * gap + 1, 2 * gap + 1}));
  inner &= d.ground.seen > 0;
  const int all = cv::countNonZero(inner);
  if (all < 50) return;
  const double alike = cv::countNonZero(inner & (d.ground.log_odds < 0)) / static_cast<double>(all);
  alike_ += 0.15 * (alike - alike_);
}

void Tracker::remember() {
  if (++since_added_ < remember_every) return;
  since_added_ = 0;
  const int margin = std::max(2, static_cast<int>(0.08 * extent(box_)));
  ground_.add(now_, dilated(object_, margin));
}

Tracked Tracker::lose(const Guess& guess) {
  object_.release();
  box_ = guess.box;
  speed_ *= 0.95;
  if (++lost_ % 5 == 0) ground_.add(now_, cv::Mat::zeros(now_.size(), CV_8U));
  return {};
}

double Tracker::usual_extent() const { return std::sqrt(std::max(1.0, usual_.area())); }

/// Looks in the whole picture for what covers the ground and has the object's colours.
bool Tracker::find_again() {
  const View view = View::around({0, 0, 1e6, 1e6}, now_.size(), search_budget);
  const cv::Mat patch = now_.sample(view.to_picture, view.step, view.size);
  std::vector<Reference> none;
  const GroundEvidence ground = ground_.compare(patch, view, {}, alike_, none);
  cv::Mat color = appearance_.log_odds(patch);
  limit(color, -2, 2);
  cv::GaussianBlur(color, color, {3, 3}, 0.8);
  const cv::Mat odds = ground.log_odds + 0.7 * color;
  // Without a picture of the ground, colour alone has to do.
  cv::Mat candidates = odds > (ground_.empty() ? 0.7 : 1.2);
  const Candidate best = best_candidate(candidates, patch, view);
  if (best.mask.empty()) return false;
  object_ = view.put_back(best.mask, now_.size()) > 127;
  // As much of its box as can be told: the object comes out from behind something, or in over a side of the picture.
  box_ = best.box;
  speed_ = {};
  return true;
}

Tracker::Candidate Tracker::best_candidate(const cv::Mat& candidates, const cv::Mat& patch, const View& view) const {
  const int gap = std::max(1, static_cast<int>(0.05 * usual_extent() / view.step));
  cv::Mat labels, stats, centroids;
  const int count = cv::connectedComponentsWithStats(dilated(candidates, gap), labels, stats, centroids, 8, CV_32S);
  const cv::Rect2d here = box_ & cv::Rect2d(0, 0, now_.size().width, now_.size().height);
  const cv::Point2d expected = here.area() > 0 ? middle(here) : middle(box_);
  Candidate best;
  for (int i = 1; i < count; ++i) {
    const cv::Mat mask = (labels == i) & candidates;
    const int area = cv::countNonZero(mask);
    if (area < 6) continue;
    const cv::Rect2d box = view.in_picture(cv::boundingRect(mask));
    const double likeness = appearance_.likeness(patch, mask);
    const double size = area * view.step * view.step / area_;
    const double away = cv::norm(middle(box) - expected) / usual_extent();
    const double reach = 1.5 + 0.15 * lost_;
    const double score = likeness + 0.3 * std::exp(-away * away / (reach * reach)) - 0.12 * std::abs(std::log(size));
    if (size > 2.5 || score < 0.55 || score < best.score) continue;
    best = {mask, box, score};
  }
  return best;
}

Tracked Tracker::tracked(const Division& d, double confidence, std::span<const Ahead> ahead) {
  cv::Mat mask = grown_for_output(d);
  if (with_shadow_)
    if (const cv::Mat cast = shadow(ahead); !cast.empty()) mask |= cast;
  return {mask, confidence};
}

/// What lies at the object's feet and is darker than the ground is elsewhen. What was a shadow goes on with the object where that
/// cannot be told: other pictures are too near, or it stands still. Empty: none.
cv::Mat Tracker::shadow(std::span<const Ahead> ahead) {
  const cv::Point2d at = middle(box_);
  cv::Mat cast = crowded_ ? cv::Mat() : shadow_seen(ahead);
  constexpr int most_guessed = 25;  // pictures
  if (!cast_.empty() && guessed_cast_ < most_guessed) {
    cv::Mat before;
    cv::warpAffine(cast_, before, cv::Matx23d(1, 0, at.x - cast_at_.x, 0, 1, at.y - cast_at_.y), cast_.size(),
                   cv::INTER_NEAREST);
    constexpr double much_less = 0.7;
    const bool less = cast.empty() || cv::countNonZero(cast) < much_less * cv::countNonZero(before);
    guessed_cast_ = less ? guessed_cast_ + 1 : 0;
    if (less) cast = before;
  } else {
    guessed_cast_ = 0;
  }
  cast_ = cast, cast_at_ = at;
  return cast;
}

cv::Mat Tracker::shadow_seen(std::span<const Ahead> ahead) {
  constexpr double reach = 1.2, largest = 2.5;  // of the object's length, and of its area
  const View view =
      View::around(grown(box_, 0, 12 + reach * std::max(box_.width, box_.height)), now_.size(), search_budget);
  std::vector<Reference> references = later(ahead);
  const cv::Mat patch = now_.sample(view.to_picture, view.step, view.size);
  cv::Mat dark = ground_.compare(patch, view, grown(box_, 0.06, 2), alike_, references).shadow;
  cv::morphologyEx(dark, dark, cv::MORPH_OPEN, cv::Mat::ones(3, 3, CV_8U));
  const int gap = std::max(2, static_cast<int>(0.04 * extent(box_) / view.step));
  const cv::Mat object = view.crop(object_, cv::INTER_NEAREST), near = dilated(object, gap);
  // The dark clothes of others are no shadow.
  dark &= ~dilated(rivals_.seen_in(view), gap);
  dark = dilated(dark, gap) & ~object;
  cv::Mat labels, stats, centroids;
  const int count = cv::connectedComponentsWithStats(dark, labels, stats, centroids, 8, CV_32S);
  cv::Mat cast = cv::Mat::zeros(view.size, CV_8U);
  for (int i = 1; i < count; ++i)
    if (const cv::Mat part = labels == i; cv::countNonZero(part & near) > 0) cast |= part;
  const int area = cv::countNonZero(cast);
  if (area == 0 || area > largest * cv::countNonZero(object)) return {};
  return view.put_back(cast, now_.size()) > 100;
}

/// A little larger than what was found: what is left of an object shows more than what is missing round it. The margin
/// is what makes the mask half as large again, but neither thin nor wide for the object.
cv::Mat Tracker::grown_for_output(const Division& d) const {
  const cv::Mat distance = signed_distance(d.object);
  const double unit = std::max(extent(box_), usual_extent()) / d.view.step;
  const double wanted = output_growth * cv::countNonZero(d.object);
  double radius = std::max(1.0, least_margin * unit);
  while (radius < most_margin * unit && cv::countNonZero(distance <= radius) < wanted) radius += 0.5;
  return d.view.put_back(distance <= radius, now_.size()) > 100;
}

}  // namespace reel::removal::track
