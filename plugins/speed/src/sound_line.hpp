/// Sound at another speed, to the sample.
#pragma once

#include <gst/audio/audio.h>

#include <functional>
#include <optional>
#include <reel/sdk.hpp>

#include "stretcher.hpp"

namespace reel::speed {

/// Places stretched sound on the output's sample grid: sample n of the input is heard at sample n / speed. What follows
/// without a gap is one run; each run is as long as it must be, to the sample. One thread.
class SoundLine {
 public:
  using Push = std::function<GstFlowReturn(BufferPtr)>;

  void configure(double speed, bool keep_pitch) { speed_ = speed, keep_pitch_ = keep_pitch; }
  void set_format(const GstAudioInfo& info) { info_ = info, reset(); }
  const GstAudioInfo& format() const { return info_; }
  /// Forgets what is under way: after a flush.
  void reset() { run_.reset(); }

  /// `time`: stream time of the first sample.
  GstFlowReturn process(GstBuffer* buffer, Time time, const Push& push);
  /// Ends the run: all that is left comes out.
  GstFlowReturn finish(const Push& push);

 private:
  struct Run {
    std::unique_ptr<Stretcher> stretcher;
    std::int64_t begin, end;  ///< of the input, in samples
    std::int64_t out;         ///< the next output sample
    bool fresh = true;        ///< nothing was pushed yet
  };

  std::int64_t output(std::int64_t input) const { return std::llround(static_cast<double>(input) / speed_); }
  void begin_run(std::int64_t at);
  GstFlowReturn emit(const std::vector<float>& samples, const Push& push);

  double speed_ = 1;
  bool keep_pitch_ = true;
  GstAudioInfo info_{};
  std::optional<Run> run_;
};

}  // namespace reel::speed
