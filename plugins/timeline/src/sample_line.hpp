/// Sound that waits.
#pragma once

#include <reel/sdk.hpp>
#include <span>
#include <vector>

namespace reel::timeline {

/// Interleaved float samples of one stream, a position each: gaps become silence, what comes twice is heard
/// once.
class SampleLine {
 public:
  void reset(int channels, std::int64_t begin = 0) {
    channels_ = channels;
    begin_ = begin;
    samples_.clear();
  }

  std::int64_t begin() const { return begin_; }
  std::int64_t end() const { return begin_ + static_cast<std::int64_t>(samples_.size()) / channels_; }

  /// `near`: a first sample so near to the end goes on there, for timestamps are rounded.
  void append(std::span<const float> samples, std::int64_t at, std::int64_t near) {
    if (std::abs(at - end()) <= near) at = end();
    pad_to(at);
    const auto late = static_cast<std::size_t>((end() - at) * channels_);
    if (late < samples.size())
      samples_.insert(samples_.end(), samples.begin() + static_cast<std::ptrdiff_t>(late), samples.end());
  }
  /// Silence up to `end`.
  void pad_to(std::int64_t end) {
    if (end > this->end()) samples_.resize(static_cast<std::size_t>((end - begin_) * channels_));
  }
  /// Takes everything before `end` off the front.
  std::vector<float> take_to(std::int64_t end) {
    const std::int64_t frames = std::clamp<std::int64_t>(end, begin_, this->end()) - begin_;
    const auto last = samples_.begin() + static_cast<std::ptrdiff_t>(frames * channels_);
    std::vector<float> taken(samples_.begin(), last);
    samples_.erase(samples_.begin(), last);
    begin_ += frames;
    return taken;
  }

 private:
  int channels_ = 1;
  std::int64_t begin_ = 0;
  std::vector<float> samples_;
};

}  // namespace reel::timeline
