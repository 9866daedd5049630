/// reel-normalize: one loudness for all, by EBU R128.
#pragma once

#include <array>
#include <optional>
#include <reel/sdk.hpp>

#include "leveler.hpp"
#include "loudness_meter.hpp"
#include "peak_limiter.hpp"

namespace reel::sound {

/// With `measured-loudness` known, one constant gain brings the whole to the target exactly; without, the gain follows the
/// loudness with some seconds of look-ahead, and at the end the element posts REEL_MESSAGE_MEASURED with what it found.
/// Either way a limiter holds the true peaks. As many samples come out as went in, at their old times.
class Normalize : public PadStage<Normalize> {
 public:
  static constexpr StageInfo stage{.name = "reel-normalize",
                                   .title = "Normalize",
                                   .summary = "Brings sound to a loudness by EBU R128, with true peaks below a limit",
                                   .contract = "whole",
                                   .synonyms = "loudness,even out the volume,level,r128,loudnorm",
                                   .during = false,
                                   .two_pass = true};
  struct Params {
    double target = -16, true_peak = -1, measured_loudness = 0, measured_peak = 0;
  };
  static constexpr auto params = reel::params(
      param("target", &Params::target,
            "Loudness of the whole: -16 suits podcasts and the web, -14 music streaming, -23 broadcasting in Europe")
          .range(-70, 0)
          .unit("LUFS")
          .fixed(),
      param("true-peak", &Params::true_peak, "No peak goes higher than this").range(-20, 0).unit("dBTP").fixed(),
      param("measured-loudness", &Params::measured_loudness,
            "Loudness of the input, if it was measured before (a measuring pass fills this in); 0 if not known")
          .range(-200, 20)
          .unit("LUFS")
          .fixed(),
      param("measured-peak", &Params::measured_peak,
            "True peak of the input, if measured-loudness is given; 0 if not known")
          .range(-200, 40)
          .unit("dBTP")
          .fixed());
  static constexpr const char* caps =
      "audio/x-raw, format = (string) " GST_AUDIO_NE(F32) ", layout = (string) interleaved";
  static constexpr std::array pads{PadInfo{"sink", GST_PAD_SINK, GST_PAD_ALWAYS, caps},
                                   PadInfo{"src", GST_PAD_SRC, GST_PAD_ALWAYS, caps}};

  void start(GstElement* e, const Params& params);
  GstFlowReturn chain(GstElement* e, GstPad* pad, GstBuffer* buffer, const Params& params);
  bool event(GstElement* e, GstPad* pad, GstEvent* event, const Params& params);
  bool query(GstElement* e, GstPad* pad, GstQuery* query, const Params& params);

 private:
  /// Sound that follows without a gap.
  struct Run {
    std::int64_t begin, in, out;  ///< samples on the grid of the stream's timestamps
    std::optional<Leveler> leveler;
    std::optional<PeakLimiter> limiter;
  };

  static bool measured(const Params& params) { return params.measured_loudness != 0; }
  void begin_run(std::int64_t at, const Params& params);
  GstFlowReturn finish_run();
  GstFlowReturn shape(const float* samples, std::size_t frames);
  GstFlowReturn emit(const std::vector<float>& samples);
  void report(GstElement* e) const;

  GstPad* source_ = nullptr;
  GstAudioInfo info_{};
  std::optional<LoudnessMeter> meter_;  ///< of the whole stream; not in the second pass
  double gain_ = 1;
  std::optional<Run> run_;
};

}  // namespace reel::sound
