/// reel-freeze: a picture stands for a while.
#pragma once

#include <array>
#include <mutex>

#include "held_sound.hpp"

namespace reel::speed {

/// t up to `at`, and t + length behind it.
struct HeldTime {
  Time at{0}, length{0};

  Time output(Time input) const { return input <= at ? input : input + length; }
  Time input(Time output) const { return output <= at ? output : std::max(at, output - length); }
};

/// What is shown at `at` comes again and again, each as long after the other as the picture behind it comes after it: to the nearest whole
/// number of them, so that the last may be shown up to half as long again, or half as long.
class Freeze : public PadStage<Freeze> {
 public:
  static constexpr StageInfo stage{
      .name = "reel-freeze",
      .title = "Freeze",
      .summary = "Shows one picture for a while, in silence, then goes on from there: the result is longer by that",
      .contract = "retime hold=at length=duration",
      .synonyms = "freeze frame,still,hold,pause,stop the picture,stand still",
      .during = false};
  struct Params {
    Time at{0}, duration{0};
  };
  static constexpr auto params =
      reel::params(param("at", &Params::at, "When: the picture that is shown at this time stays").required().fixed(),
                   param("duration", &Params::duration, "How much longer it stays").range(0, 3600).required().fixed());
  static constexpr const char* sound_caps =
      "audio/x-raw, format = (string) { F32LE, S16LE, S32LE, F64LE }, layout = (string) interleaved";
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
    GstPad* source = nullptr;  ///< the element's, which outlives us
    GstSegment segment{};
    Time end{0};  ///< of what came so far
  };

  Lane& lane_of(GstPad* pad) { return std::string_view(GST_PAD_NAME(pad)).starts_with("video") ? video_ : audio_; }
  GstFlowReturn take_picture(BufferPtr buffer);
  GstFlowReturn take_sound(BufferPtr buffer);
  GstFlowReturn push_picture(BufferPtr buffer, Time begin, Time end);
  GstFlowReturn hold_picture(Time next);
  HeldSound::Push to_sound();
  void reset(Lane& lane, bool passed);
  bool gap(Lane& lane, GstEvent* event);
  void end(GstElement* e, Lane& lane);
  bool sink_event(GstElement* e, GstPad* pad, GstEvent* event);

  HeldTime map_;
  Lane video_, audio_;
  BufferPtr shown_;              ///< the newest picture that may be the one to stay
  Time shown_begin_{0};          ///< when
  bool picture_passed_ = false;  ///< it has stood, or lies before all that comes
  HeldSound sound_;
  std::mutex ends_;  ///< guards the next two, which both lanes write
  int ended_ = 0;
  bool reached_ = false;
};

}  // namespace reel::speed
