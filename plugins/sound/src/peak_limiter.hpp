/// Keeps true peaks below a ceiling.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

namespace reel::sound {

/// A look-ahead limiter: the gain is down before a peak comes and rises slowly after it, so nothing is clipped and nothing
/// clicks. Where no peak is too high, sound passes bit for bit. Peaks are those between samples too (4 times oversampled,
/// as BS.1770 wants). Interleaved float. One thread.
class PeakLimiter {
 public:
  /// `ceiling`: highest amplitude, 1 is full scale.
  PeakLimiter(int rate, int channels, double ceiling);

  /// Appends what is ready; sound comes out as long after it went in as look_ahead() says, with nothing before it.
  void process(const float* samples, std::size_t frames, std::vector<float>& out);
  /// Appends the rest. Nothing may follow.
  void finish(std::vector<float>& out);
  std::size_t look_ahead() const;

 private:
  static constexpr int taps = 12, phases = 4;

  double peak_at(std::size_t frame) const;
  void detect(std::int64_t until);
  void give(double gain, std::vector<float>& out);
  void run(std::int64_t end, std::vector<float>& out);

  std::size_t channels_;
  double ceiling_;
  std::int64_t attack_;  ///< samples
  double release_;
  std::vector<float> kernel_;   ///< phases - 1 rows of `taps`
  std::vector<float> history_;  ///< frames from base_ on
  std::int64_t base_, fed_ = 0, detected_ = 0, given_ = 0;
  std::deque<std::pair<std::int64_t, double>> lowest_;  ///< gains that are wanted, rising
  std::vector<double> recent_;                          ///< the last attack_ + 1 gains, a ring
  double sum_, envelope_ = 1;
};

}  // namespace reel::sound
