/// Loudness and true peak by EBU R128 (ITU-R BS.1770), measured by libebur128.
#pragma once

#include <ebur128.h>
#include <gst/audio/audio.h>

#include <memory>
#include <optional>

namespace reel::sound {

class LoudnessMeter {
 public:
  /// The longest window of window().
  static constexpr unsigned longest_ms = 3000;
  /// What counts as silence, LUFS.
  static constexpr double silence = -70;

  /// Throws Error if libebur128 does not take the format.
  explicit LoudnessMeter(const GstAudioInfo& info);

  void add(const float* interleaved, std::size_t frames);
  /// Of all that was added, LUFS; none for silence.
  std::optional<double> integrated() const;
  /// Of the last `milliseconds` that were added, LUFS; none for silence.
  std::optional<double> window(unsigned milliseconds) const;
  /// The highest true peak of all channels, dBTP; -200 for digital silence.
  double true_peak() const;

 private:
  struct Destroy {
    void operator()(ebur128_state* s) const { ebur128_destroy(&s); }
  };
  std::unique_ptr<ebur128_state, Destroy> state_;
};

}  // namespace reel::sound
