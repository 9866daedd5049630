/// The sound of a transition.
#pragma once

#include <gst/audio/audio.h>

#include "junction.hpp"
#include "sample_line.hpp"

namespace reel::timeline {

/// During the overlap the first input's sound fades out under the second's that fades in, at equal power:
/// their weights are a cosine and a sine. The second's sound has the rate and the channels of the first's. An
/// input without sound is silent.
class SoundLane : public Lane {
 public:
  explicit SoundLane(Junction& junction) : Lane(junction) {}
  void reset(Inputs inputs, GstPad* source) override;
  /// Whether the end of the first input's sound is where the first input ends: there are no pictures.
  void set_leads(bool leads) { leads_ = leads; }
  /// How long the overlap is, at most.
  void set_duration(Time duration) { duration_ = duration; }

  bool set_format(bool second, GstCaps* caps) override;
  GstFlowReturn first(BufferPtr buffer, Time begin) override;
  GstFlowReturn second(BufferPtr buffer, Time begin) override;

 private:
  struct Free {
    void operator()(GstAudioConverter* c) const { gst_audio_converter_free(c); }
  };

  GstFlowReturn cross(TimeRange overlap) override;
  GstFlowReturn drain() override;
  GstFlowReturn play(std::vector<float> samples);
  std::vector<float> converted(const float* samples, std::size_t frames);
  std::int64_t position(Time time) const { return sample_at(time, format_.rate); }
  std::int64_t tolerance() const { return position(std::chrono::milliseconds(40)); }

  bool leads_ = false;
  Time duration_{0};
  GstAudioInfo format_{}, second_format_{};
  std::int64_t next_ = 0;  ///< the position of the next sample that goes out
  SampleLine held_;        ///< [first's thread]
  // Of the second input, guarded by mutex_.
  std::unique_ptr<GstAudioConverter, Free> converter_;
  SampleLine waiting_;
  Time second_next_{-1};  ///< where the next buffer of the second should begin
};

}  // namespace reel::timeline
