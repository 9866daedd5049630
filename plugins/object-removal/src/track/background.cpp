#include "background.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "alignment.hpp"

namespace reel::removal::track {

namespace {

constexpr std::size_t most_kept = 9;
constexpr int oldest = 400;
constexpr uchar unknown_ground = 255;

/// A reference as the view shows it.
struct Aligned {
  cv::Mat difference;  // CV_8U, unknown_ground where the reference does not show the ground
  cv::Mat shaded;      // the same, if a shadow may have fallen on the ground since
  cv::Mat anywhere;    // CV_8U, also where the object may be in the reference
  cv::Mat darker;      // CV_8U, 255 where only a shadow can be the difference, and is one
  double noise = 0;    // a typical difference where both show the ground
};

/// Samples of the view that lie inside the reference's picture, CV_8U.
cv::Mat inside_picture(const Reference& reference, const View& view) {
  const cv::Matx33d map = reference.from_now * view.to_picture;
  const cv::Rect2d picture(0, 0, reference.picture.size().width - 1 + 1e-9, reference.picture.size().height - 1 + 1e-9);
  const double right = view.size.width - 1, bottom = view.size.height - 1;
  bool all = true;
  for (const cv::Point2d& corner : {cv::Point2d(0, 0), {right, 0}, {0, bottom}, {right, bottom}})
    all = all && picture.contains(apply(map, corner));
  if (all) return cv::Mat(view.size, CV_8U, cv::Scalar(255));
  const cv::Mat whole(reference.picture.size(), CV_8U, cv::Scalar(255));
  cv::Mat out;
  cv::warpPerspective(whole, out, map, view.size, cv::INTER_NEAREST | cv::WARP_INVERSE_MAP);
  return out;
}

/// Of those, the ones that are not under its object.
cv::Mat shows_ground(const Reference& reference, const View& view, const cv::Mat& inside) {
  cv::Mat open = inside.clone();
  if (reference.mask.empty()) {
    open(view.locate(apply(cv::Matx33d(reference.from_now.inv()), reference.object))).setTo(0);
    return open;
  }
  cv::Mat hidden;
  cv::warpPerspective(reference.mask, hidden, reference.from_now * view.to_picture, view.size,
                      cv::INTER_NEAREST | cv::WARP_INVERSE_MAP);
  return open & (hidden == 0);
}

/// Chroma counts more than luma: it has less noise, and shadows leave it alone.
int weighed(int luma, int u, int v) { return std::min(254, luma + 3 * (u + v) / 2); }

/// How much darker a shadow makes the ground, at most.
constexpr int deepest_shadow = 45;  // percent

/// How far each sample lies outside the range of its neighbourhood in the reference, luma and chroma added, CV_8U: small
/// errors of alignment do not count. `shaded`: the same, had a shadow fallen there.
void tolerant_difference(const cv::Mat& patch, const cv::Mat& reference, cv::Mat& difference, cv::Mat& shaded) {
  cv::Mat low, high, over, under;
  cv::erode(reference, low, cv::Mat());
  cv::dilate(reference, high, cv::Mat());
  cv::subtract(patch, high, over);
  cv::subtract(low, patch, under);
  difference.create(patch.size(), CV_8U);
  shaded.create(patch.size(), CV_8U);
  for (int y = 0; y < patch.rows; ++y) {
    const cv::Vec3b *o = over.ptr<cv::Vec3b>(y), *u = under.ptr<cv::Vec3b>(y);
    const cv::Vec3b *now = patch.ptr<cv::Vec3b>(y), *was = reference.ptr<cv::Vec3b>(y);
    for (int x = 0; x < patch.cols; ++x) {
      const int luma = std::max(o[x][0], u[x][0]), cb = std::max(o[x][1], u[x][1]), cr = std::max(o[x][2], u[x][2]);
      difference.at<uchar>(y, x) = static_cast<uchar>(weighed(luma, cb, cr));
      const bool darker = 100 * now[x][0] > (100 - deepest_shadow) * was[x][0] && now[x][0] < was[x][0];
      shaded.at<uchar>(y, x) = static_cast<uchar>(darker ? weighed(0, cb, cr) : weighed(luma, cb, cr));
    }
  }
}

double quantile(const cv::Mat& values, const cv::Mat& mask, double share) {
  std::array<int, 256> count{};
  int sum = 0;
  for (int y = 0; y < values.rows; ++y)
    for (int x = 0; x < values.cols; ++x)
      if (mask.at<uchar>(y, x)) ++count[values.at<uchar>(y, x)], ++sum;
  int below = 0, value = 0;
  while (value < 255 && (below += count[static_cast<std::size_t>(value)]) < share * sum) ++value;
  return value;
}

Aligned lay_over(const cv::Mat& patch, const View& view, const cv::Mat& around, Reference& reference) {
  cv::Mat inside = inside_picture(reference, view), open = shows_ground(reference, view, inside);
  cv::Mat common = open & around;
  cv::Mat warped = reference.picture.sample(reference.from_now * view.to_picture, view.step, view.size);
  const Adjustment adjustment = align(patch, warped, common);
  if (adjustment.useful) {
    reference.from_now = reference.from_now * view.to_picture * adjustment.map * view.to_picture.inv();
    warped = reference.picture.sample(reference.from_now * view.to_picture, view.step, view.size);
    inside = inside_picture(reference, view);
    open = shows_ground(reference, view, inside);
    common = open & around;
  }
  // Exposure: the ground of both is as bright.
  if (std::abs(adjustment.brighter) >= 1) warped += cv::Scalar(adjustment.brighter, 0, 0);
  Aligned out;
  tolerant_difference(patch, warped, out.difference, out.shaded);
  // Half of what lies round the object may be other things that move.
  out.noise = 1.5 * quantile(out.difference, common, 0.5);
  out.darker = (out.difference > out.noise + 6) & (out.shaded <= out.noise + 2) & open;
  out.anywhere = out.difference.clone();
  out.anywhere.setTo(unknown_ground, ~inside);
  out.difference.setTo(unknown_ground, ~open);
  out.shaded.setTo(unknown_ground, ~open);
  return out;
}

/// The two smallest differences and how many there were.
struct Smallest {
  explicit Smallest(cv::Size size)
      : first(size, CV_8U, cv::Scalar(unknown_ground)), second(first.clone()), count(cv::Mat::zeros(size, CV_8U)) {}
  void add(const cv::Mat& difference) {
    cv::Mat larger;
    cv::max(first, difference, larger);
    cv::min(second, larger, second);
    cv::min(first, difference, first);
    count += (difference < unknown_ground) / 255;
  }
  cv::Mat first, second, count;
};

/// What all references together say.
struct Combined {
  explicit Combined(cv::Size size) : past(size), shaded(size), future(size), future_anywhere(size) {}
  Smallest past, shaded, future, future_anywhere;
  cv::Mat shadow;
  float noise = 0;
};

Combined combine(const std::vector<Aligned>& past, const std::vector<Aligned>& future, cv::Size size) {
  Combined out(size);
  double noise = 60;
  for (const auto* all : {&past, &future})
    for (const Aligned& one : *all) noise = std::min(noise, one.noise);
  cv::Mat darker = cv::Mat::zeros(size, CV_8U), known = cv::Mat::zeros(size, CV_8U);
  // Pictures whose ground does not fit this one's (parallax, a failed alignment) would call everything an object.
  const double most = 2 * noise + 6;
  for (const Aligned& one : past) {
    if (one.noise > most) continue;
    out.past.add(one.difference);
    out.shaded.add(one.shaded);
  }
  for (const Aligned& one : future) {
    if (one.noise > most) continue;
    out.future.add(one.difference);
    out.future_anywhere.add(one.anywhere);
  }
  for (const auto* all : {&past, &future})
    for (const Aligned& one : *all) {
      if (one.noise > most) continue;
      darker += one.darker / 255;
      known += (one.difference < unknown_ground) / 255;
    }
  constexpr int few = 5;
  // Pictures shortly before and after have the shadow, too, where it moves slowly.
  out.shadow = (4 * darker >= known) & ((darker > 1) | ((darker > 0) & (known <= few)));
  out.noise = static_cast<float>(noise);
  return out;
}

float odds(float difference, float noise, float least, float most) {
  const float threshold = noise + 5;
  return std::clamp(2.5f * (difference - threshold) / threshold, least, most);
}

/// Whether something in `box` moves on, so that later pictures show the ground that it hides now: 0 (no sign of it: it may
/// stand still, and all the later pictures show it too) to 1.
float moves_on(const Combined& c, const cv::Mat& box) {
  const cv::Mat shown = box & (c.future_anywhere.count > 1);
  const int all = cv::countNonZero(shown);
  if (all < 20) return 0;
  const double changed = cv::countNonZero(shown & (c.future_anywhere.second > 2 * (c.noise + 5)));
  return static_cast<float>(std::clamp((changed / all - 0.1) / 0.15, 0.0, 1.0));
}

/// What is left of the odds where a shadow would explain the difference.
constexpr float most_shaded = 0.6f;

float past_odds(const Combined& c, int y, int x, float least) {
  const bool many = c.past.count.at<uchar>(y, x) > 2;
  const float out = odds((many ? c.past.second : c.past.first).at<uchar>(y, x), c.noise, least, 3.5f);
  return c.shaded.first.at<uchar>(y, x) <= c.noise + 2 ? std::min(out, most_shaded) : out;
}

GroundEvidence weigh(const Combined& c, const cv::Mat& box, float least) {
  GroundEvidence out{cv::Mat::zeros(box.size(), CV_32F), c.past.count, cv::Mat::zeros(box.size(), CV_8U), c.shadow};
  const float moves = moves_on(c, box);
  for (int y = 0; y < box.rows; ++y)
    for (int x = 0; x < box.cols; ++x) {
      float& to = out.log_odds.at<float>(y, x);
      if (c.past.count.at<uchar>(y, x)) {
        to = past_odds(c, y, x, least);
        if (to > 1) out.covered.at<uchar>(y, x) = 255;
      } else if (c.future.count.at<uchar>(y, x)) {
        to = odds(c.future.first.at<uchar>(y, x), c.noise, -0.4f - moves, 2.0f);
      } else if (c.future_anywhere.count.at<uchar>(y, x) > 1) {
        // Where the object goes is a guess, but what moves does not hide the same ground in most of them.
        to = odds(c.future_anywhere.second.at<uchar>(y, x), c.noise, -0.2f - 0.8f * moves, 1.5f);
      }
    }
  return out;
}

}  // namespace

void GroundMemory::advance(const cv::Matx33d& camera) {
  const cv::Matx33d back = camera.inv();
  for (Reference& r : references_) {
    r.from_now = r.from_now * back;
    ++r.age;
  }
  std::erase_if(references_, [](const Reference& r) { return r.age > oldest; });
}

void GroundMemory::add(const WorkPicture& picture, const cv::Mat& mask) {
  references_.insert(references_.begin(), Reference{picture, mask, {}, cv::Matx33d::eye(), 0});
  if (references_.size() > most_kept) thin_out();
}

/// Drops the one whose neighbours are nearest to each other for their age.
void GroundMemory::thin_out() {
  std::size_t drop = 1;
  double least = 1e9;
  for (std::size_t i = 1; i + 1 < references_.size(); ++i) {
    const double gap = static_cast<double>(references_[i + 1].age + 4) / (references_[i - 1].age + 4);
    if (gap < least) least = gap, drop = i;
  }
  references_.erase(references_.begin() + static_cast<std::ptrdiff_t>(drop));
}

GroundEvidence GroundMemory::compare(const cv::Mat& patch, const View& view, const cv::Rect2d& object, double alike,
                                     std::vector<Reference>& later) {
  cv::Mat around(view.size, CV_8U, cv::Scalar(255));
  around(view.locate(object)).setTo(0);
  std::vector<Aligned> past, future;
  for (Reference& r : references_) past.push_back(lay_over(patch, view, around, r));
  for (Reference& r : later) future.push_back(lay_over(patch, view, around, r));
  const float least = std::clamp(static_cast<float>(std::log(alike + 0.02)), -2.3f, -0.8f);
  return weigh(combine(past, future, view.size), ~around, least);
}

}  // namespace reel::removal::track
