/// Pictures that carry their number and sound that carries the number of each sample.
#pragma once

#include <reel/testing/graph.hpp>

namespace reel::testing {

constexpr Time second = std::chrono::seconds(1);

/// Grey pictures, 16 columns that are the bits of a number.
struct Numbered {
  static constexpr int width = 16, height = 4;
  static std::string caps(const std::string& rate) {
    return "video/x-raw,format=GRAY8,width=16,height=4,framerate=" + rate;
  }
  static BufferPtr frame(unsigned number, Time pts, Time duration) {
    std::vector<std::uint8_t> data(static_cast<std::size_t>(width * height));
    for (std::size_t i = 0; i < data.size(); ++i) data[i] = (number >> (i % 16) & 1U) != 0 ? 235 : 16;
    return make_buffer(data.data(), data.size(), pts, duration);
  }
  static unsigned number(const BufferPtr& buffer) {
    const auto data = contents(buffer);
    unsigned number = 0;
    for (unsigned i = 0; i < 16; ++i) number |= (data[i] > 128 ? 1U : 0U) << i;
    return number;
  }
};

/// Pushes `frames` pictures of a constant rate; returns their times.
inline std::vector<Time> push_pictures(Graph& graph, const char* source, int frames, int fps_n, int fps_d = 1) {
  std::vector<Time> times;
  const auto at = [&](int i) {
    return Time{static_cast<std::int64_t>(gst_util_uint64_scale(static_cast<guint64>(i) * static_cast<guint64>(fps_d),
                                                                GST_SECOND, static_cast<guint64>(fps_n)))};
  };
  for (int i = 0; i < frames; ++i) {
    times.push_back(at(i));
    graph.push(source, Numbered::frame(static_cast<unsigned>(i), at(i), at(i + 1) - at(i)));
  }
  return times;
}

/// Pushes 32 bit sound whose sample n of channel c is n * 16 + c, in blocks of `block` samples.
inline void push_counted(Graph& graph, const char* source, std::int64_t samples, int rate, int channels,
                         std::int64_t block = 1024) {
  for (std::int64_t at = 0; at < samples; at += block) {
    const std::int64_t end = std::min(at + block, samples);
    std::vector<std::int32_t> data;
    for (std::int64_t n = at; n < end; ++n)
      for (int c = 0; c < channels; ++c) data.push_back(static_cast<std::int32_t>(n * 16 + c));
    graph.push(source, make_buffer(data.data(), data.size() * sizeof(std::int32_t), time_of_sample(at, rate),
                                   time_of_sample(end, rate) - time_of_sample(at, rate)));
  }
}

inline std::string sound_caps(const char* format, int rate, int channels) {
  std::string caps = std::string("audio/x-raw,format=") + format + ",layout=interleaved,rate=" + std::to_string(rate) +
                     ",channels=" + std::to_string(channels);
  if (channels > 2) caps += ",channel-mask=(bitmask)0x" + std::string(channels == 6 ? "3f" : "0");
  return caps;
}

/// Pushes float sound made by `f(n)`, the same in all channels.
template <class F>
void push_sound(Graph& graph, const char* source, std::int64_t samples, int rate, int channels, F f,
                std::int64_t block = 1024) {
  for (std::int64_t at = 0; at < samples; at += block) {
    const std::int64_t end = std::min(at + block, samples);
    std::vector<float> data;
    for (std::int64_t n = at; n < end; ++n) data.insert(data.end(), static_cast<std::size_t>(channels), f(n));
    graph.push(source, make_buffer(data.data(), data.size() * sizeof(float), time_of_sample(at, rate),
                                   time_of_sample(end, rate) - time_of_sample(at, rate)));
  }
}

}  // namespace reel::testing
