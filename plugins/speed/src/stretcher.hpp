/// What makes sound last longer or shorter.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace reel::speed {

/// Interleaved float sound goes in, and comes out stretched, aligned: the first sample out is that of the first sample
/// in. One thread.
class Stretcher {
 public:
  Stretcher() = default;
  Stretcher(const Stretcher&) = delete;
  Stretcher& operator=(const Stretcher&) = delete;
  virtual ~Stretcher() = default;

  /// Appends what is ready to `out`.
  virtual void process(const float* samples, std::size_t frames, std::vector<float>& out) = 0;
  /// Appends what is left; it may be a little more or less than the exact length. Nothing may follow.
  virtual void finish(std::vector<float>& out) = 0;
};

/// The pitch stays: Rubber Band.
std::unique_ptr<Stretcher> make_pitch_keeper(int rate, int channels, double speed);
/// The pitch follows the speed: resampling.
std::unique_ptr<Stretcher> make_resampler(int channels, double speed);

}  // namespace reel::speed
