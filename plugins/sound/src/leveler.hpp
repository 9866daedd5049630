/// The gain that brings sound to a loudness while it plays.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "loudness_meter.hpp"

namespace reel::sound {

/// For each moment, the loudness of the three seconds around it decides the gain, smoothed over one second each way.
/// Silence and what is far quieter than the rest (the gates of R128) do not: the gain stays as it was. Gives sound out
/// look_ahead() after it went in. Interleaved float. One thread.
class Leveler {
 public:
  /// `target`: LUFS. `meter` is also fed here.
  Leveler(const GstAudioInfo& info, double target, LoudnessMeter& meter);

  /// Appends what is ready.
  void process(const float* samples, std::size_t frames, std::vector<float>& out);
  /// Appends the rest. Nothing may follow.
  void finish(std::vector<float>& out);
  static constexpr double look_ahead_seconds() { return hop_seconds * (half_window + smoothing + 2); }

 private:
  static constexpr double hop_seconds = 0.1;
  static constexpr std::int64_t half_window = 15, smoothing = 10;  ///< hops

  void measure(std::int64_t newest);
  double smoothed(std::int64_t hop) const;
  double gain_of(std::int64_t hop) const;
  void give_hop(std::vector<float>& out);

  LoudnessMeter& meter_;
  double target_;
  std::size_t channels_, hop_;
  std::vector<float> waiting_;  ///< sound that was measured and not given yet, and the start of the next hop
  std::size_t in_hop_ = 0;      ///< frames of the newest, unfinished hop
  std::int64_t fed_ = 0;        ///< whole hops that were measured
  std::int64_t given_ = 0;      ///< hops
  std::deque<double> gains_;    ///< dB, of hops from first_gain_ on
  std::int64_t first_gain_ = 0;
  double last_ = 0;
  bool known_ = false;
};

}  // namespace reel::sound
