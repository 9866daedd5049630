#include "filler.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <opencv2/imgproc.hpp>
#include <optional>

#include "pull_push.hpp"

namespace reel::removal {
namespace {

/// Of the pictures before and after, every so many serve as sources.
constexpr std::int64_t source_step = 3;

bool serves(std::int64_t number) { return number % source_step == 0; }

/// From samples of a plane to those at work size.
cv::Matx33d to_work(const Picture& picture, std::size_t plane) {
  const auto step = [](int all, int part) { return (all + part / 2) / part; };
  const cv::Size size = picture.size(), part = picture.planes[plane].size();
  return WorkScale(size).from_plane(step(size.width, part.width), step(size.height, part.height));
}

/// Samples of a hole's surroundings, in steps of 8 bits.
cv::Mat values_of(const Picture& picture, std::size_t plane, cv::Rect area) {
  cv::Mat values;
  picture.planes[plane](area).convertTo(values, CV_32F, 1.0 / (1 << (picture.depth - 8)));
  return values;
}

/// A part of one plane as it lies in another area. `way`: from there to here.
cv::Mat moved(const cv::Mat& values, cv::Rect from, cv::Rect to, const cv::Matx33d& way, int border) {
  cv::Matx33d into = cv::Matx33d::eye(), out = cv::Matx33d::eye();
  out(0, 2) = to.x, out(1, 2) = to.y;
  into(0, 2) = -from.x, into(1, 2) = -from.y;
  cv::Mat made;
  cv::warpPerspective(values, made, into * way * out, to.size(), cv::INTER_LINEAR | cv::WARP_INVERSE_MAP, border,
                      cv::Scalar(std::numeric_limits<float>::quiet_NaN()));
  return made;
}

/// By how much it got brighter around a hole. `part`: of its area, `before` is of that.
float shift_between(const PlaneHole& hole, cv::Rect part, const cv::Mat& before, const cv::Mat& now) {
  const cv::Mat around = hole.zone(part) & ~hole.hole(part) & (before == before);  // NaN is not itself
  if (cv::countNonZero(around) == 0) return 0;
  return static_cast<float>(cv::mean(now(part), around)[0] - cv::mean(before, around)[0]);
}

/// The composite, as far as it is believed, over what is guessed.
class Merge {
 public:
  Merge(const PlaneHole& hole, const Composite& composite, const cv::Mat& belief)
      : hole_(hole), composite_(composite), belief_(belief) {}

  /// Around all that has to be guessed; empty: nothing.
  cv::Rect gap() const { return cv::boundingRect((cv::min(composite_.known, belief_) < 1) & hole_.hole); }

  void run(cv::Mat& values) const {
    for (int y = 0; y < values.rows; ++y) {
      auto* const out = values.ptr<float>(y);
      const auto *const shown = composite_.values.ptr<float>(y), *const known = composite_.known.ptr<float>(y),
                        *const belief = belief_.ptr<float>(y);
      const auto* const inside = hole_.hole.ptr<std::uint8_t>(y);
      for (int x = 0; x < values.cols; ++x)
        if (known[x] > 0) out[x] += known[x] * (inside[x] != 0 ? belief[x] : 1) * (shown[x] - out[x]);
    }
  }

  FillReport report(const cv::Mat& error) const {
    cv::Mat share = composite_.known.mul(belief_);
    share.setTo(0, ~hole_.hole);
    const double all = cv::countNonZero(hole_.hole), seen = cv::sum(share)[0], ahead = share.dot(composite_.future);
    cv::Mat trusted = share / (1 + 0.1 * error);
    return {.area = 0,
            .past = std::max(0.0, seen - ahead) / all,
            .future = ahead / all,
            .guessed = (all - seen) / all,
            .confidence = cv::sum(trusted)[0] / all};
  }

 private:
  const PlaneHole& hole_;
  const Composite& composite_;
  const cv::Mat& belief_;
};

}  // namespace

Analysis analysed(Picture picture, HolePtr hole, const Analysis* previous) {
  Analysis made{.picture = std::move(picture), .hole = std::move(hole), .motion = {}, .view = {}, .from_previous = {}};
  const cv::Mat luma = shrunk(made.picture.planes[0], made.picture.depth, WorkScale(made.picture.size()).size());
  made.motion = view_of(luma, made.hole ? made.hole->work() : cv::Mat());
  cv::GaussianBlur(luma, made.view.smooth, {3, 3}, 0);
  if (made.hole) made.view.clearance = made.hole->clearance();
  if (previous != nullptr) made.from_previous = motion_between(previous->motion, made.motion);
  return made;
}

void Filler::add(std::int64_t number, Analysis analysis) {
  if (!frames_.empty() && number != frames_.back().number + 1) forget();
  if (frames_.size() > 1) frames_[frames_.size() - 2].seen.motion = {};
  frames_.push_back({number, std::move(analysis)});
}

void Filler::set_hole(std::int64_t number, const HolePtr& hole) {
  if (frames_.empty() || number < frames_.front().number) return;
  Analysis& frame = seen(number);
  frame.hole = hole;
  frame.view.clearance = hole ? std::optional(hole->clearance()) : std::nullopt;
}

void Filler::clear_holes_before(std::int64_t number) {
  for (const Frame& frame : frames_)
    if (frame.number < number) set_hole(frame.number, nullptr);
}

bool Filler::changes_in_hole(std::int64_t number) const {
  const Analysis &now = seen(number), &before = seen(number - 1);
  const HolePtr& hole = now.hole ? now.hole : before.hole;
  if (!hole || now.from_previous.cut) return now.from_previous.cut;
  const cv::Matx33d way = now.from_previous.matrix.inv();
  constexpr int ring = 12, step = 2;
  const cv::Mat surroundings = grown(hole->work(), ring);
  const cv::Rect box = cv::boundingRect(surroundings),
                 inside(0, 0, before.view.smooth.cols - 1, before.view.smooth.rows - 1);
  double sums[2] = {}, counts[2] = {};
  for (int y = box.y; y < box.br().y; y += step)
    for (int x = box.x; x < box.br().x; x += step) {
      const cv::Point2d p = apply(way, cv::Point2d(x, y));
      if (surroundings.at<std::uint8_t>(y, x) == 0 || !inside.contains(cv::Point(p))) continue;
      const int which = hole->work().at<std::uint8_t>(y, x) != 0 ? 0 : 1;
      sums[which] += std::abs(double(sampled(before.view.smooth, p)) - now.view.smooth.at<std::uint8_t>(y, x));
      ++counts[which];
    }
  constexpr double clearly = 3, noise = 6;  // steps of 8 bits
  return sums[0] / std::max(counts[0], 1.0) > clearly * sums[1] / std::max(counts[1], 1.0) + noise;
}

void Filler::forget() {
  frames_.clear();
  alignments_.clear();
  current_ = last_number_ = none;
  taken_apart_.reset();
}

void Filler::forget_before(std::int64_t number) {
  while (!frames_.empty() && frames_.front().number < number) {
    alignments_.erase(frames_.front().number);
    frames_.pop_front();
  }
}

/// What is of no use for this picture and those after it.
void Filler::drop_before(std::int64_t number) {
  forget_before(number - look_back);
  for (Frame& frame : frames_) {
    if (frame.number < number) frame.seen.hole.reset();
    if (frame.number < number && !serves(frame.number)) frame.seen.picture = {}, frame.seen.view = {};
  }
}

/// What was aligned with an earlier picture is now with this one.
void Filler::move_alignments(std::int64_t to) {
  if (current_ != none && current_ >= frames_.front().number)
    for (std::int64_t n = current_ + 1; n <= to; ++n) {
      const Motion& motion = seen(n).from_previous;
      if (motion.cut) alignments_.clear();
      for (auto& [_, alignment] : alignments_) alignment.matrix = alignment.matrix * motion.matrix.inv();
    }
  else
    alignments_.clear();
  current_ = to;
}

void Filler::align(std::int64_t target) {
  constexpr int new_steps = 5, steps = 2;
  const Aligner aligner(seen(target).view.smooth, seen(target).hole->work());
  // From the picture itself outwards, so that each can begin where its neighbour was found.
  for (const int direction : {-1, 1}) {
    const std::int64_t end = direction < 0 ? std::max(frames_.front().number, target - look_back)
                                           : std::min(frames_.back().number, target + look_ahead);
    cv::Matx33d chain = cv::Matx33d::eye();
    for (std::int64_t n = target; n != end; n += direction) {
      const Motion& motion = seen(direction < 0 ? n : n + 1).from_previous;
      if (motion.cut) break;
      chain = (direction < 0 ? motion.matrix.inv() : motion.matrix) * chain;
      if (!serves(n + direction)) continue;
      const auto [found, added] = alignments_.try_emplace(n + direction, Alignment{.matrix = chain});
      aligner.refine(found->second, seen(n + direction).view, added ? new_steps : steps);
      if (found->second.plausible())
        chain = found->second.matrix;
      else
        alignments_.erase(found);  // it is tried anew in the next picture
    }
  }
}

std::vector<Source> Filler::sources_of(std::int64_t target) const {
  std::vector<Source> sources;
  for (const auto& [n, alignment] : alignments_)
    if (n != target) sources.push_back({&seen(n).picture, &seen(n).view, alignment, static_cast<int>(n - target)});
  return sources;
}

/// Guesses a part of the hole by what is around it, or takes what was painted; where nobody ever saw what is behind it, mixed with what was guessed in the
/// picture before, which keeps it from flickering.
void Filler::guess(std::int64_t target, std::size_t p, const Shown& shown, cv::Rect gap, cv::Mat& values) const {
  const Analysis& frame = seen(target);
  const PlaneHole& hole = holes_[p];
  if (painted_.empty()) {
    const cv::Mat cells = coarse(frame.picture.planes[p](hole.wide), hole.step) / (1 << (frame.picture.depth - 8));
    spatial_fill(hole, cells)(gap).copyTo(values(gap), hole.hole(gap));
  } else {
    painted_[p](gap).copyTo(values(gap), hole.hole(gap));
  }
  if (last_number_ != target - 1 || frame.from_previous.cut) return;
  const cv::Matx33d work = to_work(frame.picture, p);
  const cv::Rect around = widened(gap, ring_width * hole.step, hole.area.size());
  const cv::Mat before = moved(last_[p].values, last_[p].area, around + hole.area.tl(),
                               work.inv() * frame.from_previous.matrix.inv() * work, cv::BORDER_CONSTANT);
  const float brighter = shift_between(hole, around, before, shown.values);
  for (int y = gap.y; y < gap.br().y; ++y) {
    const auto* const inside = hole.hole.ptr<std::uint8_t>(y);
    const auto *const was = before.ptr<float>(y - around.y), *const seen = shown.composite.known.ptr<float>(y);
    auto* const out = values.ptr<float>(y);
    for (int x = gap.x; x < gap.br().x; ++x) {
      const float carried = was[x - around.x];
      if (inside[x] != 0 && seen[x] < 1 && !std::isnan(carried)) out[x] += 0.75F * (carried + brighter - out[x]);
    }
  }
}

/// The hole in each plane; where it stays the same, they are at hand.
void Filler::take_apart(const Analysis& frame) {
  if (frame.hole == taken_apart_) return;
  std::vector<cv::Size> sizes;
  for (const cv::Mat& plane : frame.picture.planes) sizes.push_back(plane.size());
  holes_ = frame.hole->in_planes(sizes);
  taken_apart_ = frame.hole;
}

/// What the sources show of each plane.
std::vector<Filler::Shown> Filler::shown_of(const Analysis& frame, const std::vector<Source>& sources,
                                            const SourceGrid& grid) const {
  std::vector<Shown> shown(frame.picture.planes.size());
  for_each_plane(shown.size(), [&](std::size_t p) {
    const PlaneHole& hole = holes_[p];
    shown[p].values = values_of(frame.picture, p, hole.area);
    shown[p].composite = composed(sources, grid, p, hole, to_work(frame.picture, p));
    shown[p].error = meet_seam(hole, shown[p].values, shown[p].composite);
  });
  return shown;
}

Filling Filler::fill(std::int64_t number) {
  drop_before(number);
  move_alignments(number);
  align(number);
  const Analysis& frame = seen(number);
  take_apart(frame);
  const std::vector<Source> sources = sources_of(number);
  const cv::Rect box = cv::boundingRect(frame.hole->work());
  constexpr int margin = ring_width + 1;
  const SourceGrid grid(sources, {box.x - margin, box.y - margin, box.width + 2 * margin, box.height + 2 * margin});
  std::vector<Shown> shown = shown_of(frame, sources, grid);
  // Luma tells for all planes what is believed.
  const PlaneHole& luma = holes_[0];
  cv::Mat error;
  cv::magnitude(shown[0].error, grid.doubt(luma, to_work(frame.picture, 0)), error);
  const auto fine = [&](const cv::Mat& cells) { return refined(cells, luma.step, luma.area.size()); };
  const cv::Mat trust = fine(belief(error, spatial_error(luma, shown[0].values)));
  const Merge of_luma(luma, shown[0].composite, trust);
  Filling filling{.planes = std::vector<Patch>(shown.size()), .report = of_luma.report(fine(error))};
  painted_.clear();
  if (paint_ && !of_luma.gap().empty()) painted_ = paint_(frame.picture, *frame.hole, holes_);
  filling.report.area = double(cv::countNonZero(luma.hole)) / double(frame.picture.planes[0].total());
  for_each_plane(shown.size(), [&](std::size_t p) {
    const PlaneHole& hole = holes_[p];
    const cv::Matx33d to_luma = to_work(frame.picture, 0).inv() * to_work(frame.picture, p);
    const cv::Mat share = p == 0 ? trust : moved(trust, luma.area, hole.area, to_luma, cv::BORDER_REPLICATE);
    const Merge merge(hole, shown[p].composite, share);
    cv::Mat made = shown[p].values.clone();
    if (const cv::Rect gap = merge.gap(); !gap.empty()) guess(number, p, shown[p], gap, made);
    merge.run(made);
    filling.planes[p] = {hole.area, made, hole.opacity};
  });
  last_ = filling.planes;
  last_number_ = number;
  return filling;
}

}  // namespace reel::removal
