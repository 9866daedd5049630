#include "steady/camera_path.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace reel::removal::steady {
namespace {

/// A straight line through values at times, those near to 0 first: shake about a movement that goes on is told from it, at the
/// ends of a scene as well.
class Line {
 public:
  explicit Line(double smoothing) : deviation_(smoothing / 2.5) {}

  void add(double time, const Similarity& value) {
    const double weight = std::exp(-0.5 * (time / deviation_) * (time / deviation_));
    for (std::size_t power = 0; power < moments_.size(); ++power)
      moments_[power] += weight * std::pow(time, static_cast<double>(power));
    for (std::size_t power = 0; power < 2; ++power) {
      turn_[power] += weight * std::pow(time, static_cast<double>(power)) * value.turn;
      shift_[power] += weight * std::pow(time, static_cast<double>(power)) * value.shift;
    }
  }

  Similarity at_0() const { return {at_0(turn_), at_0(shift_)}; }

 private:
  using Sums = std::array<std::complex<double>, 2>;
  std::complex<double> at_0(const Sums& sums) const {
    const double spread = moments_[0] * moments_[2] - moments_[1] * moments_[1];
    if (spread < 1e-12 * moments_[0] * moments_[0]) return sums[0] / moments_[0];
    return (moments_[2] * sums[0] - moments_[1] * sums[1]) / spread;
  }

  double deviation_;
  std::array<double, 3> moments_{};
  Sums turn_{}, shift_{};
};

/// The largest share of a view that needs no more enlargement than that.
double share_within(const Similarity& view, cv::Size size, double most_zoom) {
  double low = 0, high = 1;
  for (int i = 0; i < 12; ++i) {
    const double middle = (low + high) / 2;
    (enlargement_for(view.share(middle), size) <= most_zoom ? low : high) = middle;
  }
  return low;
}

}  // namespace

double enlargement_for(const Similarity& view, cv::Size size) {
  // Samples lie in the middle of their squares, so the outermost ones half a sample inside the rim.
  const double right = (size.width - 1) / 2.0, bottom = (size.height - 1) / 2.0;
  const double re = std::abs(view.turn.real()), im = std::abs(view.turn.imag());
  const double left_x = right - std::abs(view.shift.real()), left_y = bottom - std::abs(view.shift.imag());
  if (left_x <= 0 || left_y <= 0) return std::numeric_limits<double>::infinity();
  return std::max({1.0, (re * right + im * bottom) / left_x, (re * bottom + im * right) / left_y});
}

void CameraPath::begin(const Aims& aims, std::int64_t first) {
  aims_ = aims;
  entries_.clear();
  first_ = first;
}

void CameraPath::add(Time time, const std::optional<Similarity>& from_previous) {
  Entry entry{.time = time, .scene = first_, .from_origin = {}, .held = {}};
  if (!entries_.empty()) {
    const Entry& last = entries_.back();
    entry.scene = from_previous ? last.scene : end();
    if (from_previous) entry.from_origin = *from_previous * last.from_origin;
    if (last.held) entry.held = from_previous ? *last.held : Similarity{};
  }
  entries_.push_back(entry);
}

void CameraPath::forget_before(std::int64_t number) {
  for (; first_ < number - reach() - zoom_reach && !entries_.empty(); ++first_) entries_.pop_front();
}

/// What would be seen by a camera that goes as this one does on average around the picture.
Similarity CameraPath::smoothed(std::int64_t number) {
  const Entry& here = entry(number);
  Line line(std::max(to_seconds(aims_.smoothing), 1e-3));
  const std::int64_t last = std::min(end() - 1, number + aims_.pictures);
  for (std::int64_t n = std::max(first_, number - aims_.pictures); n <= last; ++n) {
    const Entry& other = entry(n);
    const Time apart = other.time - here.time;
    if (other.scene != here.scene || std::chrono::abs(apart) > aims_.smoothing) continue;
    line.add(to_seconds(apart), here.from_origin * other.from_origin.inverse());
  }
  return line.at_0();
}

const CameraPath::Entry& CameraPath::viewed(std::int64_t number) {
  Entry& e = entry(number);
  if (e.view) return e;
  if (!aims_.stands_still)
    e.view = smoothed(number);
  else
    e.view = e.held ? e.from_origin * e.held->inverse() : Similarity{};
  e.need = enlargement_for(*e.view, aims_.size);
  if (e.need <= aims_.most_zoom) return e;
  e.allowed = share_within(*e.view, aims_.size, aims_.most_zoom);
  e.need = aims_.most_zoom;
  return e;
}

/// The worst of a value around each picture nearby, and of those the mean: never better than the picture's own, and slow to change.
template <class Worst>
double CameraPath::evened(std::int64_t number, double Entry::*value, Worst worst) {
  constexpr std::int64_t half = zoom_reach / 2;
  const std::int64_t scene = entry(number).scene;
  const auto around = [&](std::int64_t middle, auto&& f) {
    for (std::int64_t n = std::max(first_, middle - half); n <= std::min(end() - 1, middle + half); ++n)
      if (entry(n).scene == scene) f(n);
  };
  double sum = 0;
  int count = 0;
  around(number, [&](std::int64_t middle) {
    double extreme = viewed(middle).*value;
    around(middle, [&](std::int64_t n) { extreme = worst(extreme, viewed(n).*value); });
    sum += extreme, ++count;
  });
  return sum / count;
}

Similarity CameraPath::view(std::int64_t number) {
  const auto less = [](double a, double b) { return std::min(a, b); };
  const auto more = [](double a, double b) { return std::max(a, b); };
  const double zoom = aims_.zoom > 0 ? aims_.zoom : evened(number, &Entry::need, more);
  const Similarity seen = viewed(number).view->share(evened(number, &Entry::allowed, less));
  return seen * Similarity{.turn = 1 / zoom, .shift = 0};
}

}  // namespace reel::removal::steady
