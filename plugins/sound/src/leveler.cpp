#include "leveler.hpp"

#include <algorithm>
#include <cmath>

namespace reel::sound {
namespace {

constexpr double most_boost = 40;     ///< dB: what is quieter than that is not meant to be heard
constexpr double relative_gate = 20;  ///< LU below the loudness of all so far, as for the loudness range of EBU 3342

}  // namespace

Leveler::Leveler(const GstAudioInfo& info, double target, LoudnessMeter& meter)
    : meter_(meter),
      target_(target),
      channels_(static_cast<std::size_t>(info.channels)),
      hop_(static_cast<std::size_t>(hop_seconds * info.rate)) {}

void Leveler::process(const float* samples, std::size_t frames, std::vector<float>& out) {
  while (frames > 0) {
    const std::size_t part = std::min(frames, hop_ - in_hop_);
    waiting_.insert(waiting_.end(), samples, samples + part * channels_);
    meter_.add(samples, part);
    samples += part * channels_;
    frames -= part;
    in_hop_ += part;
    if (in_hop_ < hop_) continue;
    in_hop_ = 0;
    measure(++fed_ - half_window);
    while (given_ + smoothing + 2 <= first_gain_ + static_cast<std::int64_t>(gains_.size())) give_hop(out);
  }
}

/// Finds the gain of all hops before `newest`, whose whole window was heard, or of the end.
void Leveler::measure(std::int64_t newest) {
  for (auto hop = first_gain_ + static_cast<std::int64_t>(gains_.size()); hop < newest; ++hop) {
    // At the start and at the end the window is what there is of it.
    const std::int64_t from = std::max<std::int64_t>(0, hop - half_window);
    const auto ms =
        static_cast<unsigned>(std::clamp<std::int64_t>((fed_ - from) * 100, 400, LoudnessMeter::longest_ms));
    const auto loudness = meter_.window(ms);
    const auto overall = meter_.integrated();
    if (loudness && (!overall || *loudness > *overall - relative_gate)) {
      last_ = std::min(target_ - *loudness, most_boost);
      if (!known_) std::ranges::fill(gains_, last_);  // what came before was silence
      known_ = true;
    }
    gains_.push_back(last_);
  }
}

double Leveler::gain_of(std::int64_t hop) const {
  const auto last = static_cast<std::int64_t>(gains_.size()) - 1;
  return gains_[static_cast<std::size_t>(std::clamp<std::int64_t>(hop - first_gain_, 0, last))];
}

double Leveler::smoothed(std::int64_t hop) const {
  double sum = 0, weights = 0;
  for (std::int64_t d = -smoothing; d <= smoothing; ++d) {
    const double x = static_cast<double>(d) / (smoothing + 1.0), weight = (1 - x * x) * (1 - x * x);
    sum += weight * gain_of(std::max<std::int64_t>(0, hop + d));
    weights += weight;
  }
  return sum / weights;
}

/// The oldest hop, at a gain that goes in a line (of decibels) from its own to that of the next.
void Leveler::give_hop(std::vector<float>& out) {
  const std::size_t frames = std::min(hop_, waiting_.size() / channels_);
  const double from = smoothed(given_), to = smoothed(given_ + 1);
  const double start = std::pow(10, from / 20), step = std::pow(10, (to - from) / 20 / static_cast<double>(hop_));
  double gain = start;
  for (std::size_t i = 0; i < frames; ++i, gain *= step)
    for (std::size_t c = 0; c < channels_; ++c) out.push_back(static_cast<float>(waiting_[i * channels_ + c] * gain));
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(frames * channels_));
  ++given_;
  while (first_gain_ < given_ - smoothing - 1 && gains_.size() > 1) gains_.pop_front(), ++first_gain_;
}

void Leveler::finish(std::vector<float>& out) {
  if (in_hop_ > 0) ++fed_;
  measure(fed_);
  if (gains_.empty()) gains_.push_back(0);
  while (!waiting_.empty()) give_hop(out);
}

}  // namespace reel::sound
