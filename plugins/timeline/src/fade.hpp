/// reel-fade: from and to a colour, from and to silence.
#pragma once

#include <array>
#include <atomic>
#include <optional>

#include "picture_mix.hpp"

namespace reel::timeline {

enum class FadeDirection { in, out, both };
constexpr auto choices(FadeDirection) {
  return std::array{choice(FadeDirection::in, "in", "Fades in at the start"),
                    choice(FadeDirection::out, "out", "Fades out at the end"),
                    choice(FadeDirection::both, "both", "Fades in at the start and out at the end")};
}

enum class FadeCurve { linear, smooth };
constexpr auto choices(FadeCurve) {
  return std::array{choice(FadeCurve::linear, "linear", "Even speed"),
                    choice(FadeCurve::smooth, "smooth", "Starts and ends gently")};
}

/// Pictures at time t get the share of the first to the last moment that they are shown: the first picture of
/// a fade in and the last one of a fade out are the pure colour. Sound is faded sample by sample.
class Fade : public PadStage<Fade> {
 public:
  static constexpr StageInfo stage{
      .name = "reel-fade",
      .title = "Fade",
      .summary = "Fades pictures from and to a colour, and sound from and to silence, at the start, the end or both",
      .contract = "pointwise edges=duration sides=direction",
      .synonyms = "fade in,fade out,fade to black,fade from black"};
  struct Params {
    Time duration = std::chrono::seconds(1);
    FadeDirection direction = FadeDirection::both;
    Color color;
    FadeCurve curve = FadeCurve::linear;
    bool picture = true, sound = true;
    Ranges during;
  };
  static constexpr auto params =
      reel::params(param("duration", &Params::duration, "How long each fade takes").fixed(),
                   param("direction", &Params::direction,
                         "Fade in at the start, out at the end, or both; with `during`, at its ends")
                       .fixed(),
                   param("color", &Params::color, "What pictures fade from and to").fixed(),
                   param("curve", &Params::curve, "How the fade goes on from its start to its end").fixed(),
                   param("picture", &Params::picture, "Whether pictures are faded").fixed(),
                   param("sound", &Params::sound, "Whether sound is faded").fixed());
  static constexpr const char* sound_caps =
      "audio/x-raw, format = (string) { F32LE, S16LE, S32LE }, layout = (string) interleaved";
  static constexpr std::array pads{PadInfo{"video_sink", GST_PAD_SINK, GST_PAD_ALWAYS, mixable_pictures},
                                   PadInfo{"video_src", GST_PAD_SRC, GST_PAD_ALWAYS, mixable_pictures},
                                   PadInfo{"audio_sink", GST_PAD_SINK, GST_PAD_ALWAYS, sound_caps},
                                   PadInfo{"audio_src", GST_PAD_SRC, GST_PAD_ALWAYS, sound_caps}};

  void start(GstElement* e, const Params& params);
  GstFlowReturn chain(GstElement* e, GstPad* pad, GstBuffer* buffer, const Params& params);
  bool event(GstElement* e, GstPad* pad, GstEvent* event, const Params& params);

 private:
  /// Pictures or sound on their way through; its own streaming thread's.
  struct Lane {
    GstPad* source = nullptr;
    GstSegment segment{};
    Ranges ranges;  ///< where fades may be; with ends, once they are known
    bool ends_known = false;
  };

  bool is_video(const Lane& lane) const { return &lane == &video_; }
  void learn_ends(GstPad* sink, Lane& lane, const Params& params);
  void fade_picture(BufferPtr& buffer, const Params& params);
  void fade_sound(BufferPtr& buffer, const Params& params);
  bool format(Lane& lane, GstEvent* event, const Params& params);

  Lane video_, audio_;
  GstVideoInfo picture_{};
  GstAudioInfo sound_{};
  Components color_{};
};

}  // namespace reel::timeline
