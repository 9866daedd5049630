#include "loudness_meter.hpp"

#include <reel/sdk.hpp>

namespace reel::sound {
namespace {

/// How BS.1770 weighs a channel. Low frequency effects do not count.
int weight_of(GstAudioChannelPosition position) {
  switch (position) {
    case GST_AUDIO_CHANNEL_POSITION_FRONT_RIGHT:
      return EBUR128_RIGHT;
    case GST_AUDIO_CHANNEL_POSITION_FRONT_CENTER:
      return EBUR128_CENTER;
    case GST_AUDIO_CHANNEL_POSITION_LFE1:
    case GST_AUDIO_CHANNEL_POSITION_LFE2:
      return EBUR128_UNUSED;
    case GST_AUDIO_CHANNEL_POSITION_REAR_LEFT:
    case GST_AUDIO_CHANNEL_POSITION_SIDE_LEFT:
    case GST_AUDIO_CHANNEL_POSITION_SURROUND_LEFT:
      return EBUR128_LEFT_SURROUND;
    case GST_AUDIO_CHANNEL_POSITION_REAR_RIGHT:
    case GST_AUDIO_CHANNEL_POSITION_SIDE_RIGHT:
    case GST_AUDIO_CHANNEL_POSITION_SURROUND_RIGHT:
      return EBUR128_RIGHT_SURROUND;
    default:
      return EBUR128_LEFT;
  }
}

std::optional<double> audible(int status, double lufs) {
  return status == EBUR128_SUCCESS && std::isfinite(lufs) && lufs > LoudnessMeter::silence ? std::optional{lufs}
                                                                                           : std::nullopt;
}

}  // namespace

LoudnessMeter::LoudnessMeter(const GstAudioInfo& info)
    : state_(ebur128_init(static_cast<unsigned>(info.channels), static_cast<unsigned long>(info.rate),
                          EBUR128_MODE_I | EBUR128_MODE_S | EBUR128_MODE_TRUE_PEAK)) {
  if (state_ == nullptr)
    throw Error("loudness cannot be measured at " + std::to_string(info.rate) + " Hz with " +
                std::to_string(info.channels) + " channels");
  for (int c = 0; c < info.channels; ++c)
    ebur128_set_channel(state_.get(), static_cast<unsigned>(c), weight_of(info.position[c]));
}

void LoudnessMeter::add(const float* interleaved, std::size_t frames) {
  if (ebur128_add_frames_float(state_.get(), interleaved, frames) != EBUR128_SUCCESS)
    throw Error("not enough memory to measure loudness");
}

std::optional<double> LoudnessMeter::integrated() const {
  double lufs = 0;
  const int status = ebur128_loudness_global(state_.get(), &lufs);
  return audible(status, lufs);
}

std::optional<double> LoudnessMeter::window(unsigned milliseconds) const {
  double lufs = 0;
  const int status = ebur128_loudness_window(state_.get(), milliseconds, &lufs);
  return audible(status, lufs);
}

double LoudnessMeter::true_peak() const {
  double highest = 1e-10;
  for (unsigned c = 0; c < state_->channels; ++c) {
    double peak = 0;
    if (ebur128_true_peak(state_.get(), c, &peak) == EBUR128_SUCCESS) highest = std::max(highest, peak);
  }
  return 20 * std::log10(highest);
}

}  // namespace reel::sound
