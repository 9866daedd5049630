#include "peak_limiter.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace reel::sound {
namespace {

constexpr double attack_seconds = 0.005, release_seconds = 0.1;
/// Peaks found with 12 taps and 4 phases may be this much higher in truth (0.1 dB).
constexpr double margin = 0.9886;
/// No interpolated peak is higher than this many times the highest sample around it.
constexpr float overshoot = 3;

/// Windowed sinc at the quarter steps between samples 5 and 6 of 12.
std::vector<float> interpolator(int taps, int phases) {
  std::vector<float> kernel;
  for (int p = 1; p < phases; ++p) {
    double sum = 0;
    std::vector<double> row;
    for (int t = 0; t < taps; ++t) {
      const double x = t - (taps / 2 - 1) - static_cast<double>(p) / phases;
      const double window = 0.5 + 0.5 * std::cos(2 * std::numbers::pi * x / (taps + 1));
      row.push_back(std::sin(std::numbers::pi * x) / (std::numbers::pi * x) * window);
      sum += row.back();
    }
    for (const double v : row) kernel.push_back(static_cast<float>(v / sum));
  }
  return kernel;
}

}  // namespace

PeakLimiter::PeakLimiter(int rate, int channels, double ceiling)
    : channels_(static_cast<std::size_t>(channels)),
      ceiling_(ceiling * margin),
      attack_(std::max<std::int64_t>(1, std::lround(attack_seconds * rate))),
      release_(1 - std::exp(-1 / (release_seconds * rate))),
      kernel_(interpolator(taps, phases)),
      history_(static_cast<std::size_t>(taps / 2 - 1) * channels_),
      base_(-(taps / 2 - 1)),
      recent_(static_cast<std::size_t>(attack_ + 1), 1.0),
      sum_(static_cast<double>(attack_ + 1)) {}

std::size_t PeakLimiter::look_ahead() const { return static_cast<std::size_t>(attack_ + taps / 2); }

void PeakLimiter::process(const float* samples, std::size_t frames, std::vector<float>& out) {
  history_.insert(history_.end(), samples, samples + frames * channels_);
  fed_ += static_cast<std::int64_t>(frames);
  run(fed_, out);
}

void PeakLimiter::finish(std::vector<float>& out) {
  const std::int64_t end = fed_;
  history_.resize(history_.size() + look_ahead() * channels_);
  fed_ += static_cast<std::int64_t>(look_ahead());
  run(end, out);
}

/// Gives all frames before `end` whose future is known.
void PeakLimiter::run(std::int64_t end, std::vector<float>& out) {
  detect(fed_ - taps / 2);
  for (; given_ < std::min(end, detected_ - attack_); ++given_) {
    while (!lowest_.empty() && lowest_.front().first < given_) lowest_.pop_front();
    const double wanted = lowest_.empty() ? 1 : lowest_.front().second;
    envelope_ = std::min(wanted, envelope_ + (1 - envelope_) * release_);
    if (envelope_ > 1 - 1e-6) envelope_ = 1;
    // The mean of the gains since `attack` before a peak falls to what the peak needs exactly when it comes.
    double& oldest = recent_[static_cast<std::size_t>(given_ % (attack_ + 1))];
    sum_ += envelope_ - oldest;
    oldest = envelope_;
    give(sum_ / static_cast<double>(attack_ + 1), out);
  }
  const std::int64_t keep = std::min(given_, detected_) - (taps / 2 - 1);
  if (keep > base_) {
    history_.erase(history_.begin(), history_.begin() + (keep - base_) * static_cast<std::ptrdiff_t>(channels_));
    base_ = keep;
  }
}

void PeakLimiter::give(double gain, std::vector<float>& out) {
  const float* const at = &history_[static_cast<std::size_t>(given_ - base_) * channels_];
  const auto factor = static_cast<float>(gain);
  for (std::size_t c = 0; c < channels_; ++c) out.push_back(at[c] * factor);
}

/// Finds the gain that each frame before `until` needs.
void PeakLimiter::detect(std::int64_t until) {
  if (detected_ >= until) return;
  const auto first = static_cast<std::size_t>(detected_ - (taps / 2 - 1) - base_) * channels_;
  const auto loud = [](float v) { return std::abs(v); };
  float highest = 0;
  for (std::size_t i = first; i < history_.size(); ++i) highest = std::max(highest, loud(history_[i]));
  if (highest * overshoot <= static_cast<float>(ceiling_)) {
    detected_ = until;
    return;
  }
  for (; detected_ < until; ++detected_) {
    const double peak = peak_at(static_cast<std::size_t>(detected_ - base_));
    if (peak <= ceiling_) continue;
    const double gain = ceiling_ / peak;
    while (!lowest_.empty() && lowest_.back().second >= gain) lowest_.pop_back();
    lowest_.emplace_back(detected_, gain);
  }
}

/// The highest amplitude of any channel from that frame to just before the next. NaN counts as silence.
double PeakLimiter::peak_at(std::size_t frame) const {
  float highest = 0;
  for (std::size_t c = 0; c < channels_; ++c) {
    highest = std::max(highest, std::abs(history_[frame * channels_ + c]));
    const float* const from = &history_[(frame - (taps / 2 - 1)) * channels_ + c];
    for (std::size_t p = 0; p < phases - 1; ++p) {
      float sum = 0;
      for (std::size_t t = 0; t < taps; ++t) sum += kernel_[p * taps + t] * from[t * channels_];
      highest = std::max(highest, std::abs(sum));
    }
  }
  return highest;
}

}  // namespace reel::sound
