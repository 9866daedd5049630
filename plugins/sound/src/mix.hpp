/// reel-mix: two sounds at once.
#pragma once

#include <array>

#include "second_line.hpp"

namespace reel::sound {

enum class AtEnd { silence, repeat };

constexpr auto choices(AtEnd) {
  return std::array{choice(AtEnd::silence, "silence", "Only the first is heard then"),
                    choice(AtEnd::repeat, "repeat", "It begins again")};
}

/// The second input's sound with the first's, at the first's rate and channels, as long as the first. Samples beyond full scale stay so, in
/// float; what turns them into integers further down clamps them: nothing wraps around, and nothing gets quieter by itself. Where the first
/// has no sound, or its sound has gaps or ends early, the second's is heard alone.
class Mix : public PadStage<Mix> {
 public:
  static constexpr StageInfo stage{
      .name = "reel-mix",
      .title = "Mix",
      .summary = "Plays the sound of a second input with that of the first, or in its place",
      .contract = "pointwise",
      .synonyms = "music,background music,soundtrack,add sound,add audio,voice-over,narration,replace the sound,dub",
      .max_inputs = 2};
  struct Params {
    double volume = 1, original = 1;
    Time start{0};
    AtEnd at_end = AtEnd::silence;
    Time main_length{0};
    Ranges during;
  };
  static constexpr auto params = reel::params(
      param("volume", &Params::volume, "How loud the second input is, as a factor: 0 is silence, 1 as it was")
          .range(0, 10)
          .identity("0"),
      param("original", &Params::original,
            "How loud the first input is, as a factor: 0 puts the second in its place, 1 leaves it as it was")
          .range(0, 10)
          .identity("1"),
      param("start", &Params::start, "When, in the first input, the second one begins").fixed(),
      param("at-end", &Params::at_end, "What happens when the second input ends before the first").fixed(),
      param(REEL_PROPERTY_MAIN_LENGTH, &Params::main_length,
            "How long the first input is, where that is known: needed where it has no sound")
          .fixed()
          .for_host());
  static constexpr const char* sound_caps =
      "audio/x-raw, format = (string) " GST_AUDIO_NE(F32) ", layout = (string) interleaved";
  static constexpr std::array pads{PadInfo{"audio_sink_%u", GST_PAD_SINK, GST_PAD_REQUEST, sound_caps},
                                   PadInfo{"audio_src", GST_PAD_SRC, GST_PAD_ALWAYS, sound_caps}};

  void start(GstElement* e, const Params& params);
  void unlock(GstElement* e);
  GstFlowReturn chain(GstElement* e, GstPad* pad, GstBuffer* buffer, const Params& params);
  bool event(GstElement* e, GstPad* pad, GstEvent* event, const Params& params);
  bool query(GstElement* e, GstPad* pad, GstQuery* query, const Params& params);

 private:
  GstFlowReturn chain_main(GstElement* e, BufferPtr buffer);
  GstFlowReturn chain_second(GstElement* e, BufferPtr buffer, const Params& params);
  bool main_event(GstElement* e, GstPad* pad, EventPtr event, const Params& params);
  bool second_event(GstElement* e, EventPtr event, const Params& params);
  bool lead(EventPtr event);
  bool end_alone(GstElement* e, const Params& params);
  bool seek(GstElement* e, EventPtr event, const Params& params);
  bool set_main_format(GstEvent* caps);
  std::int64_t main_end(const Params& params) const;
  GstFlowReturn fill(GstElement* e, std::int64_t until);
  GstFlowReturn mix(GstElement* e, float* samples, std::int64_t at, std::int64_t frames);
  bool mix_block(GstElement* e, float* samples, std::int64_t at, std::int64_t frames);

  bool alone_ = false;  ///< the first input has no sound: the second's thread plays
  GstPad* source_ = nullptr;
  SecondLine line_;
  // Of the thread that plays.
  GstSegment segment_{};
  GstAudioInfo format_{};
  std::int64_t next_ = 0;  ///< the first input's sample that should come now
  // Of the second input's thread.
  GstSegment second_segment_{};
};

}  // namespace reel::sound
