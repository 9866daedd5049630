/// Sound that waits while a picture is held.
#pragma once

#include <gst/audio/audio.h>

#include <functional>
#include <reel/sdk.hpp>
#include <vector>

namespace reel::speed {

/// Puts silence into sound at one moment; all samples stay what they are, those behind come later. So that nothing clicks, the silence
/// begins with what would have gone on, faded out within 5 ms, and ends with what went before, faded in. One thread.
class HeldSound {
 public:
  using Push = std::function<GstFlowReturn(BufferPtr)>;

  void configure(Time at, Time length) { at_ = at, length_ = length, reset(false); }
  /// What is half done is dropped.
  void set_format(const GstAudioInfo& info);
  const GstAudioInfo& format() const { return info_; }
  /// Forgets the position. `passed`: what comes now lies behind the moment.
  void reset(bool passed);
  bool passed() const { return passed_; }

  /// `time`: stream time of the first sample.
  GstFlowReturn process(BufferPtr buffer, Time time, const Push& push);
  /// Nothing more follows without a gap: what waits comes out.
  GstFlowReturn finish(const Push& push);

 private:
  using Bytes = std::vector<guint8>;

  gsize bytes(std::int64_t frames) const { return static_cast<gsize>(frames) * static_cast<gsize>(info_.bpf); }
  std::int64_t frames(const Bytes& samples) const { return static_cast<std::int64_t>(samples.size()) / info_.bpf; }
  GstFlowReturn push_part(GstBuffer* buffer, std::int64_t from, std::int64_t to, std::int64_t at, const Push& push);
  GstFlowReturn push_bytes(const Bytes& samples, std::int64_t at, const Push& push);
  GstFlowReturn hold(const Push& push);
  void remember(GstBuffer* buffer, std::int64_t frames);

  Time at_{0}, length_{0};
  GstAudioInfo info_{};
  std::int64_t begin_ = 0, end_ = 0;  ///< of the silence, in samples of the output
  std::int64_t fade_ = 0;             ///< samples
  std::int64_t next_ = -1;            ///< the input sample that should come now
  bool passed_ = false;
  std::int64_t after_begin_ = 0;  ///< the input sample that the second of these begins with
  Bytes before_, after_;          ///< the last samples before the moment; the first behind it, until there are enough
};

}  // namespace reel::speed
