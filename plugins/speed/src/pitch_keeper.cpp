#include <rubberband/RubberBandStretcher.h>

#include <algorithm>

#include "stretcher.hpp"

namespace reel::speed {
namespace {

using RubberBand::RubberBandStretcher;

/// Its real-time mode is used, which needs no pass over the whole sound before: memory stays bounded.
class PitchKeeper : public Stretcher {
 public:
  PitchKeeper(int rate, int channels, double speed)
      : band_(static_cast<std::size_t>(rate), static_cast<std::size_t>(channels),
              RubberBandStretcher::OptionProcessRealTime | RubberBandStretcher::OptionEngineFiner |
                  RubberBandStretcher::OptionChannelsTogether | RubberBandStretcher::OptionThreadingNever,
              1 / speed),
        channels_(static_cast<std::size_t>(channels)),
        planes_(channels_) {
    band_.setMaxProcessSize(step);
    const std::size_t pad = band_.getPreferredStartPad();
    skip_ = band_.getStartDelay();
    std::vector<float> nothing;
    const std::vector<float> silence(pad * channels_);
    process(silence.data(), pad, nothing);
  }

  void process(const float* samples, std::size_t frames, std::vector<float>& out) override {
    for (std::size_t at = 0; at < frames; at += step)
      run(samples + at * channels_, std::min(step, frames - at), false, out);
  }

  void finish(std::vector<float>& out) override {
    const std::vector<float> silence(step * channels_);
    run(silence.data(), step, true, out);
  }

 private:
  static constexpr std::size_t step = 1024;

  void run(const float* samples, std::size_t frames, bool last, std::vector<float>& out) {
    std::vector<const float*> ins;
    for (std::size_t c = 0; c < channels_; ++c) {
      planes_[c].resize(frames);
      for (std::size_t i = 0; i < frames; ++i) planes_[c][i] = samples[i * channels_ + c];
      ins.push_back(planes_[c].data());
    }
    band_.process(ins.data(), frames, last);
    drain(out);
  }

  void drain(std::vector<float>& out) {
    std::vector<std::vector<float>> planes(channels_);
    for (int ready = band_.available(); ready > 0; ready = band_.available()) {
      std::vector<float*> outs;
      for (auto& plane : planes) {
        plane.resize(static_cast<std::size_t>(ready));
        outs.push_back(plane.data());
      }
      const std::size_t got = band_.retrieve(outs.data(), static_cast<std::size_t>(ready));
      if (got == 0) return;
      const std::size_t dropped = std::min(skip_, got);
      skip_ -= dropped;
      for (std::size_t i = dropped; i < got; ++i)
        for (const auto& plane : planes) out.push_back(plane[i]);
    }
  }

  RubberBandStretcher band_;
  std::size_t channels_;
  std::size_t skip_ = 0;  ///< samples a channel that are still delay
  std::vector<std::vector<float>> planes_;
};

}  // namespace

std::unique_ptr<Stretcher> make_pitch_keeper(int rate, int channels, double speed) {
  return std::make_unique<PitchKeeper>(rate, channels, speed);
}

}  // namespace reel::speed
