/// reel-cut: keeps or removes ranges of time.
#pragma once

#include <array>
#include <mutex>

#include "clock_time.hpp"
#include "kept_time.hpp"
#include "sound_cutter.hpp"

namespace reel::timeline {

class Cut : public PadStage<Cut> {
 public:
  static constexpr StageInfo stage{
      .name = "reel-cut",
      .title = "Cut",
      .summary = "Keeps or removes ranges of time, to the frame and to the sample, with no click at the joins",
      .contract = "retime keep=keep remove=remove crossfade=crossfade",
      .synonyms = "trim,clip,shorten,remove part,cut out,keep only",
      .during = false};
  struct Params {
    Ranges keep, remove;
    Time crossfade = std::chrono::milliseconds(10);
  };
  static constexpr auto params =
      reel::params(param("keep", &Params::keep, "The ranges that stay; everything else goes").fixed(),
                   param("remove", &Params::remove, "The ranges that go; everything else stays").fixed(),
                   param("crossfade", &Params::crossfade,
                         "How long the sound of both sides overlaps at a join, so that it does not click")
                       .range(0, 1)
                       .fixed());
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
    bool done = false;  ///< end of stream was sent
    bool any = false;   ///< something was kept
    bool whole = true;  ///< upstream plays from the start
  };

  Lane& lane_of(GstPad* pad) { return std::string_view(GST_PAD_NAME(pad)).starts_with("video") ? video_ : audio_; }
  GstFlowReturn push(Lane& lane, BufferPtr buffer);
  GstFlowReturn finish(Lane& lane);
  GstFlowReturn cut_picture(BufferPtr buffer);
  GstFlowReturn cut_sound(BufferPtr buffer);
  bool gap(Lane& lane, GstEvent* event);
  void end(GstElement* e, const Lane& lane);
  bool sink_event(GstElement* e, GstPad* pad, GstEvent* event);

  KeptTime map_;
  Lane video_, audio_;
  SoundCutter cutter_;
  std::mutex ends_;  ///< guards the next two, which both lanes write
  int ended_ = 0;
  bool any_ = false;
};

}  // namespace reel::timeline
