/// reel-speed: faster or slower.
#pragma once

#include <array>

#include "sound_line.hpp"

namespace reel::speed {

/// t / rate, in integers.
struct ScaledTime {
  guint64 numerator = 1, denominator = 1;

  static ScaledTime of(double rate);
  Time output(Time input) const { return scaled(input, denominator, numerator); }
  Time input(Time output) const { return scaled(output, numerator, denominator); }

 private:
  static Time scaled(Time t, guint64 by, guint64 over) {
    return Time{static_cast<std::int64_t>(gst_util_uint64_scale_round(static_cast<guint64>(t.count()), by, over))};
  }
};

class Speed : public PadStage<Speed> {
 public:
  static constexpr StageInfo stage{.name = "reel-speed",
                                   .title = "Speed",
                                   .summary = "Plays faster or slower; no picture is lost or doubled",
                                   .contract = "retime rate=rate",
                                   .synonyms = "slow motion,slow down,speed up,faster,slower,time lapse,tempo",
                                   .during = false};
  struct Params {
    double rate = 1;
    bool keep_pitch = true;
  };
  static constexpr auto params =
      reel::params(param("rate", &Params::rate, "How fast: 2 is twice as fast, 0.5 half as fast")
                       .range(0.1, 10)
                       .identity("1")
                       .fixed(),
                   param("keep-pitch", &Params::keep_pitch, "Whether voices and music keep their pitch").fixed());
  static constexpr const char* sound_caps =
      "audio/x-raw, format = (string) " GST_AUDIO_NE(F32) ", layout = (string) interleaved";
  static constexpr std::array pads{PadInfo{"video_sink", GST_PAD_SINK, GST_PAD_ALWAYS, "video/x-raw(ANY)"},
                                   PadInfo{"video_src", GST_PAD_SRC, GST_PAD_ALWAYS, "video/x-raw(ANY)"},
                                   PadInfo{"audio_sink", GST_PAD_SINK, GST_PAD_ALWAYS, sound_caps},
                                   PadInfo{"audio_src", GST_PAD_SRC, GST_PAD_ALWAYS, sound_caps}};

  void start(GstElement* e, const Params& params);
  GstFlowReturn chain(GstElement* e, GstPad* pad, GstBuffer* buffer, const Params& params);
  bool event(GstElement* e, GstPad* pad, GstEvent* event, const Params& params);
  bool query(GstElement* e, GstPad* pad, GstQuery* query, const Params& params);

 private:
  /// Pictures or sound on their way through; its own streaming thread's.
  struct Lane {
    GstPad* source = nullptr;
    GstSegment segment{};
  };

  Lane& lane_of(GstPad* pad) { return std::string_view(GST_PAD_NAME(pad)).starts_with("video") ? video_ : audio_; }
  GstFlowReturn push_picture(BufferPtr buffer);
  GstFlowReturn push_sound(BufferPtr buffer);
  SoundLine::Push to_sound();
  bool sink_event(GstElement* e, GstPad* pad, GstEvent* event);
  bool push_video_caps(GstEvent* event);
  bool push_gap(Lane& lane, GstEvent* event);

  ScaledTime map_;
  Lane video_, audio_;
  SoundLine line_;
};

}  // namespace reel::speed
