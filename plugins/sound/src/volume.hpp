/// reel-volume and reel-mute.
#pragma once

#include <reel/sdk.hpp>

namespace reel::sound {

/// Samples beyond full scale stay so, in float; what turns them into integers further down clamps them.
class Volume : public AudioFilter<Volume> {
 public:
  static constexpr StageInfo stage{.name = "reel-volume",
                                   .title = "Volume",
                                   .summary = "Makes sound louder or quieter",
                                   .contract = "pointwise",
                                   .synonyms = "gain,loudness,louder,quieter,turn up,turn down"};
  struct Params {
    double volume = 1, gain = 0;
  };
  static constexpr auto params = reel::params(
      param("volume", &Params::volume, "How loud, as a factor: 0 is silence, 1 as it was, 2 twice the amplitude")
          .range(0, 10)
          .identity("1"),
      param("gain", &Params::gain, "How loud, in decibels, on top of volume: 0 as it was, -6 about half")
          .range(-60, 24)
          .unit("dB")
          .identity("0"));

  void start(const Params&) { last_ = -1; }
  void process(AudioBlock& block, const Params& params);

 private:
  double last_ = -1;  ///< factor at the end of the block before; a change is spread over a block
};

class Mute : public AudioFilter<Mute> {
 public:
  static constexpr StageInfo stage{.name = "reel-mute",
                                   .title = "Mute",
                                   .summary = "Silences sound",
                                   .contract = "pointwise",
                                   .synonyms = "silence,no sound,bleep"};
  void process(AudioBlock& block, const NoParams&) const;
};

}  // namespace reel::sound
