/// Keeps true peaks below a ceiling.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <utility>
#include <vector>

namespace reel::sound {

/// A look-ahead limiter: the gain is down before a peak comes and rises slowly after it, so nothing is clipped and
/// nothing clicks. Where no peak comes within 0.1 dB of the ceiling, sound passes bit for bit. Peaks are those between
/// samples too (4 times oversampled, as BS.1770 wants). What comes out does not depend on how the sound is cut into
/// calls. Interleaved float; NaN and infinity count as silence. One thread.
class PeakLimiter {
 public:
  /// `ceiling`: highest amplitude, 1 is full scale.
  PeakLimiter(int rate, int channels, double ceiling);

  /// Appends what is ready; sound comes out look_ahead_seconds() after it went in, with nothing before it.
  void process(const float* samples, std::size_t frames, std::vector<float>& out);
  /// Appends the rest. Nothing may follow.
  void finish(std::vector<float>& out);
  static constexpr double look_ahead_seconds() { return 0.006; }

 private:
  /// The sum of the last values, of which there were ones before the first.
  class MovingSum {
   public:
    MovingSum(std::int64_t length, std::int64_t one)
        : last_(static_cast<std::size_t>(length), one), sum_(length * one) {}
    std::int64_t operator()(std::int64_t value);

   private:
    std::vector<std::int64_t> last_;
    std::size_t oldest_ = 0;
    std::int64_t sum_;
  };

  void detect(std::int64_t until);
  float peak_at(std::int64_t frame);
  double next_gain();
  void run(std::vector<float>& out);

  std::size_t channels_;
  double ceiling_, release_;
  std::int64_t attack_;  ///< frames
  std::vector<float> kernel_;
  float harmless_;  ///< no peak comes of samples that are not higher

  std::vector<float> history_;  ///< frames from base_ on
  std::int64_t base_, fed_ = 0, end_ = std::numeric_limits<std::int64_t>::max();

  std::int64_t detected_;                         ///< the frame where to look for peaks next
  std::int64_t loud_;                             ///< the last frame that is not harmless
  std::vector<std::pair<float, float>> earlier_;  ///< the last two oversampled values of each channel and meter

  using Need = std::pair<std::int64_t, double>;  ///< a frame and the gain that it needs
  std::deque<Need> ahead_;                       ///< found, further ahead than look-ahead goes
  std::deque<Need> lowest_;                      ///< within the look-ahead, without those before a lower one

  std::int64_t now_;  ///< the frame to give next; the gain starts to fall for frame 0 before there is sound
  double envelope_ = 1;
  MovingSum first_, second_;
};

}  // namespace reel::sound
