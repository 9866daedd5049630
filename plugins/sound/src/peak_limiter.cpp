#include "peak_limiter.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <numbers>

namespace reel::sound {
namespace {

constexpr double release_seconds = 0.1;
constexpr std::int64_t half = 16;  ///< samples on each side that make up a value between samples
constexpr std::size_t taps = 2 * half, phases = 4;
/// Near the highest frequencies meters differ, so two kinds of them are heeded: with a sharp filter, as resamplers have,
/// and with the short one that BS.1770 proposes.
constexpr std::size_t kinds = 2, values = kinds * phases;
/// What is left of the error of interpolation, and of the gain's moving while a peak passes: 0.1 dB.
constexpr double margin = 0.9886;
/// A parabola through three values, the highest in the middle, is at most this many times higher than that.
constexpr float vertex = 1.25F;
/// Gains are summed as whole numbers, so that sums do not drift and a gain of 1 comes out as exactly that.
constexpr std::int64_t one = std::int64_t{1} << 32;

double bessel(double x) {
  double sum = 1, term = 1;
  for (int k = 1; term > sum * 1e-12; ++k) term *= x * x / (4.0 * k * k), sum += term;
  return sum;
}

double window(std::size_t kind, double x) {
  if (kind == 0) return bessel(8 * std::sqrt(1 - x * x / (half * half))) / bessel(8);
  return std::abs(x) < 6 ? 0.5 + 0.5 * std::cos(std::numbers::pi * x / 6) : 0;
}

/// For each of `taps` samples, its share in the values at the quarter steps from sample `half` - 1 on, by each kind of
/// meter: a sinc in a window.
std::vector<float> interpolators() {
  std::vector<float> kernel(taps * values);
  for (std::size_t i = 0; i < kernel.size(); ++i) {
    const std::size_t tap = i / values, kind = i % values / phases, phase = i % phases;
    const double x = static_cast<double>(tap) - (half - 1) - static_cast<double>(phase) / phases;
    const double sinc = x == 0 ? 1 : std::sin(std::numbers::pi * x) / (std::numbers::pi * x);
    if (phase != 0 || x == 0) kernel[i] = static_cast<float>(sinc * window(kind, x));
  }
  return kernel;
}

/// How many times higher than all samples a value between them can be.
float overshoot(const std::vector<float>& kernel) {
  std::array<float, values> sums{};
  for (std::size_t i = 0; i < kernel.size(); ++i) sums[i % values] += std::abs(kernel[i]);
  return std::ranges::max(sums);
}

}  // namespace

PeakLimiter::PeakLimiter(int rate, int channels, double ceiling)
    : channels_(static_cast<std::size_t>(channels)),
      ceiling_(ceiling * margin),
      release_(1 - std::exp(-1 / (release_seconds * rate))),
      attack_(std::max<std::int64_t>(2, static_cast<std::int64_t>(look_ahead_seconds() * rate) - half - 1)),
      kernel_(interpolators()),
      harmless_(static_cast<float>(ceiling_) / (overshoot(kernel_) * vertex)),
      history_((taps - 1) * channels_),
      base_(1 - static_cast<std::int64_t>(taps)),
      detected_(-half),
      loud_(base_ - 1),
      earlier_(channels_ * kinds),
      now_(-attack_),
      first_(attack_ / 2 + 1, one),
      second_(attack_ - attack_ / 2 + 1, one * (attack_ / 2 + 1)) {}

std::int64_t PeakLimiter::MovingSum::operator()(std::int64_t value) {
  sum_ += value - last_[oldest_];
  last_[oldest_] = value;
  if (++oldest_ == last_.size()) oldest_ = 0;
  return sum_;
}

void PeakLimiter::process(const float* samples, std::size_t frames, std::vector<float>& out) {
  history_.reserve(history_.size() + frames * channels_);
  std::transform(samples, samples + frames * channels_, std::back_inserter(history_),
                 [](float v) { return std::isfinite(v) ? v : 0; });
  fed_ += static_cast<std::int64_t>(frames);
  run(out);
}

void PeakLimiter::finish(std::vector<float>& out) {
  if (fed_ == 0) return;
  end_ = fed_;
  fed_ += attack_ + 1 + half;
  history_.resize(static_cast<std::size_t>(fed_ - base_) * channels_);
  run(out);
}

/// Gives all frames whose future is known.
void PeakLimiter::run(std::vector<float>& out) {
  detect(fed_ - half);
  for (const std::int64_t until = std::min(end_, detected_ - attack_ - 1); now_ < until; ++now_) {
    const double gain = next_gain();
    if (now_ < 0) continue;
    const float* const at = &history_[static_cast<std::size_t>(now_ - base_) * channels_];
    for (std::size_t c = 0; c < channels_; ++c) out.push_back(static_cast<float>(at[c] * gain));
  }
  const std::int64_t keep = std::min(now_, detected_ - half + 1);
  if (keep <= base_) return;
  history_.erase(history_.begin(),
                 history_.begin() + static_cast<std::ptrdiff_t>(keep - base_) * static_cast<std::ptrdiff_t>(channels_));
  base_ = keep;
}

/// The mean of a mean of what was needed since `attack_` frames before now_: it falls and turns smoothly, and is all the
/// way down when a peak comes.
double PeakLimiter::next_gain() {
  for (; !ahead_.empty() && ahead_.front().first <= now_ + attack_ + 1; ahead_.pop_front()) {
    while (!lowest_.empty() && lowest_.back().second >= ahead_.front().second) lowest_.pop_back();
    lowest_.push_back(ahead_.front());
  }
  while (!lowest_.empty() && lowest_.front().first < now_ - 1) lowest_.pop_front();
  const double needed = lowest_.empty() ? 1 : lowest_.front().second;
  envelope_ = std::min(needed, envelope_ + (1 - envelope_) * release_);
  if (envelope_ > 1 - 1e-6) envelope_ = needed;
  const std::int64_t sum = second_(first_(static_cast<std::int64_t>(envelope_ * static_cast<double>(one))));
  const std::int64_t ones = one * (attack_ / 2 + 1) * (attack_ - attack_ / 2 + 1);
  return static_cast<double>(sum) / static_cast<double>(ones);
}

/// Finds what the frames before `until` need. A peak concerns the frame before and the one after it too.
void PeakLimiter::detect(std::int64_t until) {
  for (; detected_ < until; ++detected_) {
    const float* const newest = &history_[static_cast<std::size_t>(detected_ + half - base_) * channels_];
    if (std::any_of(newest, newest + channels_, [&](float v) { return std::abs(v) > harmless_; }))
      loud_ = detected_ + half;
    if (loud_ <= detected_ - half) {
      std::ranges::fill(earlier_, std::pair{0.0F, 0.0F});
      continue;
    }
    const double peak = peak_at(detected_);
    // Interpolation rings before the first sample and after the last: those are what can be turned down.
    if (peak > ceiling_) ahead_.emplace_back(std::clamp<std::int64_t>(detected_, 0, end_ - 1), ceiling_ / peak);
  }
}

/// The highest amplitude of any channel from a quarter before that frame to a quarter before the next.
float PeakLimiter::peak_at(std::int64_t frame) {
  float highest = 0;
  for (std::size_t c = 0; c < channels_; ++c) {
    const float* const from = &history_[static_cast<std::size_t>(frame - half + 1 - base_) * channels_ + c];
    std::array<float, values> oversampled{};
    for (std::size_t t = 0; t < taps; ++t)
      for (std::size_t i = 0; i < values; ++i) oversampled[i] += kernel_[t * values + i] * from[t * channels_];
    for (std::size_t i = 0; i < values; ++i) {
      auto& [before, middle] = earlier_[c * kinds + i / phases];
      const float after = oversampled[i], size = std::abs(middle), sign = middle < 0 ? -1.0F : 1.0F;
      if (size * vertex > static_cast<float>(ceiling_) && size >= std::abs(before) && size >= std::abs(after)) {
        // Between the four steps the peak is where the parabola has its vertex.
        const float slope = after - before, bend = 2 * size - sign * (before + after);
        highest = std::max(highest, bend > 0 ? size + slope * slope / (8 * bend) : size);
      }
      before = middle;
      middle = after;
    }
  }
  return highest;
}

}  // namespace reel::sound
