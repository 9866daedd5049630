#include <gst/audio/audio-resampler.h>

#include <cmath>

#include "stretcher.hpp"

namespace reel::speed {
namespace {

/// Speed as a ratio of integers, as the resampler wants it: exact to six digits.
constexpr int per_unit = 1'000'000;

class Resampler : public Stretcher {
 public:
  Resampler(int channels, double speed) : channels_(static_cast<std::size_t>(channels)) {
    const int in = static_cast<int>(std::lround(speed * per_unit));
    GstStructure* const options = gst_structure_new_empty("options");
    gst_audio_resampler_options_set_quality(GST_AUDIO_RESAMPLER_METHOD_KAISER, 8, in, per_unit, options);
    resampler_.reset(gst_audio_resampler_new(GST_AUDIO_RESAMPLER_METHOD_KAISER, GST_AUDIO_RESAMPLER_FLAG_NONE,
                                             GST_AUDIO_FORMAT_F32, channels, in, per_unit, options));
    gst_structure_free(options);
  }

  void process(const float* samples, std::size_t frames, std::vector<float>& out) override {
    const std::size_t made = gst_audio_resampler_get_out_frames(resampler_.get(), frames);
    const std::size_t before = out.size();
    out.resize(before + made * channels_);
    gpointer in[] = {const_cast<float*>(samples)};
    gpointer outs[] = {out.data() + before};
    gst_audio_resampler_resample(resampler_.get(), in, frames, outs, made);
  }

  void finish(std::vector<float>& out) override {
    const std::size_t rest = gst_audio_resampler_get_max_latency(resampler_.get()) + 1;
    const std::vector<float> silence(rest * channels_);
    process(silence.data(), rest, out);
  }

 private:
  struct Free {
    void operator()(GstAudioResampler* r) const { gst_audio_resampler_free(r); }
  };
  std::unique_ptr<GstAudioResampler, Free> resampler_;
  std::size_t channels_;
};

}  // namespace

std::unique_ptr<Stretcher> make_resampler(int channels, double speed) {
  return std::make_unique<Resampler>(channels, speed);
}

}  // namespace reel::speed
