#include <gst/audio/audio.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <vector>

#include "artifacts.hpp"
#include "assets/reader.hpp"
#include "files/temporary_file.hpp"
#include "reel/base/error.hpp"
#include "reel/base/text.hpp"
#include "reel/engine/assets.hpp"

namespace reel::engine {
namespace {

/// Peaks of sound of any length in bounded memory: where there are too many, two become one.
class Peaks {
 public:
  void add(const float* samples, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) add(samples[i]);
  }
  std::size_t size() const { return pairs_.size(); }
  std::uint64_t samples() const { return samples_; }
  nlohmann::json to_json(int rate) const {
    nlohmann::json data = nlohmann::json::array();
    for (const auto& [low, high] : pairs_) data.push_back(bits(low)), data.push_back(bits(high));
    return {{"version", 2}, {"channels", 1},           {"sample_rate", rate}, {"samples_per_pixel", per_pair_},
            {"bits", 8},    {"length", pairs_.size()}, {"data", data}};
  }

 private:
  struct Pair {
    float low = 0, high = 0;
  };
  static int bits(float value) { return static_cast<int>(std::lround(std::clamp(value, -1.0F, 1.0F) * 127)); }

  void add(float sample) {
    if (samples_ % per_pair_ == 0) {
      if (pairs_.size() == most_) halve();
      pairs_.push_back({sample, sample});
    }
    ++samples_;
    pairs_.back().low = std::min(pairs_.back().low, sample);
    pairs_.back().high = std::max(pairs_.back().high, sample);
  }
  void halve() {
    for (std::size_t i = 0; i < pairs_.size() / 2; ++i)
      pairs_[i] = {std::min(pairs_[2 * i].low, pairs_[2 * i + 1].low),
                   std::max(pairs_[2 * i].high, pairs_[2 * i + 1].high)};
    pairs_.resize(pairs_.size() / 2);
    per_pair_ *= 2;
  }

  static constexpr std::size_t most_ = 4096;
  std::vector<Pair> pairs_;
  std::uint64_t samples_ = 0, per_pair_ = 256;
};

void write_text(const std::string& text, const std::filesystem::path& target) {
  TemporaryFile temporary(target);
  std::ofstream out(temporary.path(), std::ios::binary);
  if (!(out << text) || !out.flush())
    throw base::RunError("cannot write '" + base::printable(target.string()) + "': " + std::strerror(errno),
                         "check that its folder has room");
  PendingFiles files;
  files.add({}, temporary.release(), target.string());
  files.publish();
}

}  // namespace

WaveformInfo write_waveform(const model::MediaInfo& media, const std::filesystem::path& target,
                            const AssetProgress& progress) {
  AssetReader reader(media.uri, "audio", "audioconvert ! audio/x-raw,format=F32LE,channels=1,layout=interleaved");
  const bool begins = reader.pause();
  reader.play();
  Peaks peaks;
  int rate = 0;
  while (begins) {
    const auto sample = reader.next();
    GstAudioInfo info;
    GstMapInfo map;
    if (!sample || gst_audio_info_from_caps(&info, gst_sample_get_caps(sample.get())) == FALSE) break;
    rate = info.rate;
    if (gst_buffer_map(gst_sample_get_buffer(sample.get()), &map, GST_MAP_READ) == FALSE) break;
    peaks.add(reinterpret_cast<const float*>(map.data), map.size / sizeof(float));
    gst_buffer_unmap(gst_sample_get_buffer(sample.get()), &map);
    const auto length = media.duration ? base::seconds(*media.duration) : 0.0;
    if (progress) progress(length > 0 ? std::min(1.0, static_cast<double>(peaks.samples()) / rate / length) : 0.0);
  }
  if (peaks.size() == 0 || rate <= 0)
    throw base::InputError("no sound of '" + base::printable(media.uri) + "' can be decoded",
                           "check that it plays elsewhere; it may be damaged, or of a codec that is not installed");
  write_text(peaks.to_json(rate).dump(), target);
  const std::chrono::duration<double> length(static_cast<double>(peaks.samples()) / rate);
  return {peaks.size(), std::chrono::duration_cast<base::Time>(length)};
}

}  // namespace reel::engine
