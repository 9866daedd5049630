/// reel-transition: one input after the other.
#pragma once

#include "picture_lane.hpp"
#include "sound_lane.hpp"

namespace reel::timeline {

/// The first input, then the second; over `duration` the end of the one lies over the beginning of the other.
/// The output has the format, the size and the rate of the first. The pictures of the first's last `duration`
/// are held in memory, since only its end tells where the second begins.
class Transition : public PadStage<Transition> {
 public:
  static constexpr StageInfo stage{
      .name = "reel-transition",
      .title = "Transition",
      .summary = "Plays a second input after the first, and goes over from one to the other",
      .contract = "retime append=duration",
      .synonyms = "join,concatenate,append,crossfade,dissolve,wipe,slide,one after the other",
      .during = false,
      .max_inputs = 2};
  struct Params {
    TransitionKind kind = TransitionKind::fade;
    Time duration = std::chrono::seconds(1);
    Color color;
  };
  static constexpr auto params = reel::params(
      param("kind", &Params::kind, "How the second picture takes the place of the first; sound is always crossfaded")
          .fixed(),
      param("duration", &Params::duration, "How long both overlap; 0 joins them with a plain cut").range(0, 30).fixed(),
      param("color", &Params::color, "What `dip` fades to and from").fixed());
  static constexpr const char* sound_caps = "audio/x-raw, format = (string) F32LE, layout = (string) interleaved";
  static constexpr std::array pads{PadInfo{"video_sink_%u", GST_PAD_SINK, GST_PAD_REQUEST, mixable_pictures},
                                   PadInfo{"video_src", GST_PAD_SRC, GST_PAD_ALWAYS, mixable_pictures},
                                   PadInfo{"audio_sink_%u", GST_PAD_SINK, GST_PAD_REQUEST, sound_caps},
                                   PadInfo{"audio_src", GST_PAD_SRC, GST_PAD_ALWAYS, sound_caps}};

  void start(GstElement* e, const Params& params);
  void unlock(GstElement* e);
  GstFlowReturn chain(GstElement* e, GstPad* pad, GstBuffer* buffer, const Params& params);
  bool event(GstElement* e, GstPad* pad, GstEvent* event, const Params& params);
  bool query(GstElement* e, GstPad* pad, GstQuery* query, const Params& params);

 private:
  /// One kind of media.
  struct Side {
    Lane& lane;
    Lane::Inputs inputs{};
    GstPad* source = nullptr;
    std::array<GstSegment, 2> segments{};
  };

  Side& side_of(GstPad* pad) { return std::string_view(GST_PAD_NAME(pad)).starts_with("video") ? video_ : audio_; }
  bool sink_event(GstElement* e, GstPad* pad, EventPtr event);
  bool end(Side& side, bool second);

  Junction junction_;
  PictureLane pictures_{junction_};
  SoundLane sound_{junction_};
  Side video_{.lane = pictures_}, audio_{.lane = sound_};
};

}  // namespace reel::timeline
