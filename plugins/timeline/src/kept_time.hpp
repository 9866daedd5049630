/// The map of time that cutting makes.
#pragma once

#include <reel/sdk.hpp>
#include <vector>

namespace reel::timeline {

/// Input ranges that stay, one after the other: T(t) = t minus what was removed before t.
class KeptTime {
 public:
  KeptTime() : KeptTime(Ranges({TimeRange{}})) {}
  explicit KeptTime(Ranges kept) : kept_(std::move(kept)) {
    Time at{0};
    for (const TimeRange& r : kept_) {
      starts_.push_back(at);
      if (r.end != Time::max()) at += r.end - r.begin;
    }
  }

  const Ranges& kept() const { return kept_; }
  /// Where kept range `i` starts in the output.
  Time start(std::size_t i) const { return starts_[i]; }

  Time output(Time input) const {
    for (std::size_t i = kept_.size(); i-- > 0;)
      if (kept_[i].begin <= input) return starts_[i] + std::min(input, kept_[i].end) - kept_[i].begin;
    return Time{0};
  }

  Time input(Time output) const {
    for (std::size_t i = kept_.size(); i-- > 0;)
      if (starts_[i] <= output) return std::min(output - starts_[i] + kept_[i].begin, kept_[i].end);
    return Time{0};
  }

 private:
  Ranges kept_;
  std::vector<Time> starts_;
};

}  // namespace reel::timeline
