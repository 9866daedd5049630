/// The second input's sound on its way under the first's.
#pragma once

#include <gst/audio/audio.h>

#include <array>
#include <condition_variable>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <reel/sdk.hpp>
#include <vector>

namespace reel::sound {

/// Sound within so much of where it should be goes on without a gap: containers round timestamps.
inline constexpr Time rounding = std::chrono::milliseconds(40);

/// Two threads meet here: the second input's, which brings sound and waits while there is enough of it, and the first's,
/// which asks for stretches of it and waits until they are there. Positions are samples of the first input's rate, counted from the
/// second's beginning; where the second has no sound there is silence. Neither waits for ever: finish() and the gates end every wait.
class SecondLine {
 public:
  /// Why nobody may wait (any more); of `seeking`: why the first's thread has to.
  enum class Gate { second_flushing, main_flushing, main_ended, seeking, stopped };
  void set(Gate gate, bool closed);

  /// As new. `repeats`: begins again where it has ended, for which all of it is kept. `alone`: there is no first input, so nobody waits.
  void reset(bool repeats, bool alone);
  /// Forgets sound and end, after a flush of the second input.
  void clear();

  /// [first's thread] What to convert to.
  void set_target(const GstAudioInfo& info);
  /// [second's thread] Of what comes now.
  void set_format(const GstAudioInfo& info);
  /// [second's thread] What chain() is to return. Throws Error for what cannot be converted.
  GstFlowReturn push(GstBuffer* buffer, Time begin);
  /// [second's thread] Nothing more will come.
  void finish();
  /// Where what came so far ends.
  std::int64_t end();

  /// [first's thread] So many samples a channel from `from` on, interleaved; nothing: give up. Later calls ask for later ones. Throws
  /// Error where it is to be repeated and too long for that.
  std::optional<std::vector<float>> take(std::int64_t from, std::int64_t count);
  /// [first's thread] Nothing before `position` will be asked for; waits for nothing.
  void skip_to(std::int64_t position);

 private:
  struct Free {
    void operator()(GstAudioConverter* c) const { gst_audio_converter_free(c); }
  };

  bool closed(Gate gate) const { return gates_[static_cast<std::size_t>(gate)]; }
  std::int64_t stored() const { return begin_ + static_cast<std::int64_t>(samples_.size()) / target_.channels; }
  void forget();  ///< all but that it has ended, and where the first input is
  void begin_run(std::int64_t at);
  void convert(const float* samples, std::size_t frames);
  void end_run();
  void drop_before(std::int64_t position);
  void copy(std::int64_t from, std::int64_t count, float* to) const;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::array<bool, 5> gates_{};
  bool repeats_ = false, alone_ = false, too_long_ = false, finished_ = false;
  GstAudioInfo format_{}, target_{};
  std::unique_ptr<GstAudioConverter, Free> converter_;
  std::vector<float> samples_;
  std::int64_t begin_ = 0;   ///< the position of the first of them
  std::int64_t wanted_ = 0;  ///< up to where the first input has got
  // What follows without a gap is one run, as long as it must be to the sample.
  std::int64_t run_begin_ = -1, run_frames_ = 0;  ///< its position; its length before it was converted
  Time next_{0};                                  ///< where its next buffer should begin
};

}  // namespace reel::sound
