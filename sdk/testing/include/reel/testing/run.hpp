/// Runs a stage on pictures or sound in one call:
///
///   reel::testing::load_plugin("build/acme-negative.so");
///   const auto in = Picture::gradient("RGB", 64, 48);
///   const auto out = run_video("acme-negative amount=1", {in});
///   check(out.pictures[0].at(0, 5, 5) == 255 - in.at(0, 5, 5));
///
/// Any test framework will do: what goes wrong is thrown as std::runtime_error with the element's own
/// message.
#pragma once

#include <gst/controller/gstdirectcontrolbinding.h>
#include <gst/controller/gstinterpolationcontrolsource.h>

#include "reel/testing/graph.hpp"
#include "reel/testing/picture.hpp"

namespace reel::testing {

/// A numeric parameter's values over time; linear between them.
struct Keyframes {
  const char* property;
  std::vector<std::pair<Time, double>> values;
};

inline void set_keyframes(GstElement* element, const Keyframes& keys) {
  GstControlSource* const source = gst_interpolation_control_source_new();
  g_object_set(source, "mode", GST_INTERPOLATION_MODE_LINEAR, nullptr);
  for (const auto& [at, value] : keys.values)
    gst_timed_value_control_source_set(GST_TIMED_VALUE_CONTROL_SOURCE(source), static_cast<GstClockTime>(at.count()),
                                       value);
  GstControlBinding* const binding =
      gst_direct_control_binding_new_absolute(GST_OBJECT(element), keys.property, source);
  gst_object_unref(source);
  if (binding == nullptr || gst_object_add_control_binding(GST_OBJECT(element), binding) == FALSE)
    throw std::runtime_error(std::string(keys.property) + " takes no keyframes");
}

/// How pictures go in.
struct VideoInput {
  int fps_n = 25, fps_d = 1;
  Time start{0};                       ///< timestamp of the first picture
  std::vector<Keyframes> keyframes{};  ///< of the first element of the stage description
};

/// What came out.
struct VideoRun {
  std::vector<Picture> pictures;
  std::vector<Time> times, durations;  ///< of the buffers; below 0 where there is none
  std::string caps;
  std::map<std::string, std::string> messages{};  ///< the last one of each name that elements posted, as text
};

/// Sends `frames` (of one format and size) through `stage`, a description as for gst-launch: one element or
/// several joined by `!`.
inline VideoRun run_video(const std::string& stage, const std::vector<Picture>& frames, const VideoInput& input = {}) {
  GstVideoInfo info = frames.at(0).info();
  info.fps_n = input.fps_n, info.fps_d = input.fps_d;
  const CapsPtr caps(gst_video_info_to_caps(&info));
  Graph graph("appsrc name=reel-test-in ! " + stage + " ! appsink name=reel-test-out");
  const ElementPtr source = graph.element("reel-test-in");
  gst_app_src_set_caps(GST_APP_SRC(source.get()), caps.get());
  for (const Keyframes& keys : input.keyframes) set_keyframes(graph.after(source.get()).get(), keys);
  const auto at = [&](std::size_t i) {
    const auto n = static_cast<guint64>(i) * static_cast<guint64>(input.fps_d) * GST_SECOND;
    return input.start + Time{static_cast<std::int64_t>(n / static_cast<guint64>(input.fps_n))};
  };
  for (std::size_t i = 0; i < frames.size(); ++i)
    graph.push("reel-test-in", frames[i].buffer(at(i), at(i + 1) - at(i)));
  graph.run();
  const Output& out = graph.output("reel-test-out");
  VideoRun result;
  result.caps = out.caps;
  result.messages = graph.messages;
  if (out.buffers.empty()) return result;
  const CapsPtr made(gst_caps_from_string(out.caps.c_str()));
  if (gst_video_info_from_caps(&info, made.get()) == FALSE) throw std::runtime_error("no pictures: " + out.caps);
  for (const BufferPtr& b : out.buffers) {
    result.pictures.push_back(Picture::from(b.get(), info));
    result.times.push_back(pts(b));
    result.durations.push_back(duration(b));
  }
  return result;
}

/// Interleaved float sound.
struct Sound {
  int rate = 48000, channels = 1;
  std::vector<float> samples;

  std::size_t frames() const { return samples.size() / static_cast<std::size_t>(channels); }
  float at(std::size_t frame, int channel = 0) const {
    return samples.at(frame * static_cast<std::size_t>(channels) + static_cast<std::size_t>(channel));
  }
  /// `seconds` of `f(time in seconds, channel)`.
  template <class F>
  static Sound make(double seconds, F f, int rate = 48000, int channels = 1) {
    Sound s{rate, channels, {}};
    for (int n = 0; n < std::lround(seconds * rate); ++n)
      for (int c = 0; c < channels; ++c) s.samples.push_back(static_cast<float>(f(double(n) / rate, c)));
    return s;
  }
  static Sound sine(double seconds, double hertz, double amplitude = 0.5, int rate = 48000, int channels = 1) {
    return make(
        seconds, [=](double t, int) { return amplitude * std::sin(2 * G_PI * hertz * t); }, rate, channels);
  }
  static Sound noise(double seconds, double amplitude = 0.5, int rate = 48000, int channels = 1, unsigned seed = 1) {
    std::minstd_rand random(seed);
    std::uniform_real_distribution<double> spread(-amplitude, amplitude);
    return make(
        seconds, [&](double, int) { return spread(random); }, rate, channels);
  }
};

struct SoundRun {
  Sound sound;
  std::vector<Time> times, durations;  ///< of the buffers
  std::string caps;
};

/// Sends sound through `stage` in blocks of `block` samples a channel. If what comes out is not F32LE (the
/// stage only takes that), that is an error of the test.
inline SoundRun run_audio(const std::string& stage, const Sound& in, std::size_t block = 1024,
                          const std::vector<Keyframes>& keyframes = {}) {
  GstAudioInfo info;
  gst_audio_info_init(&info);
  gst_audio_info_set_format(&info, GST_AUDIO_FORMAT_F32LE, in.rate, in.channels, nullptr);
  const CapsPtr caps(gst_audio_info_to_caps(&info));
  Graph graph("appsrc name=reel-test-in ! " + stage + " ! appsink name=reel-test-out");
  const ElementPtr source = graph.element("reel-test-in");
  gst_app_src_set_caps(GST_APP_SRC(source.get()), caps.get());
  for (const Keyframes& keys : keyframes) set_keyframes(graph.after(source.get()).get(), keys);
  const auto at = [&](std::size_t n) {
    return Time{static_cast<std::int64_t>(gst_util_uint64_scale_round(n, GST_SECOND, static_cast<guint64>(in.rate)))};
  };
  const auto channels = static_cast<std::size_t>(in.channels);
  for (std::size_t n = 0; n < in.frames(); n += block) {
    const std::size_t end = std::min(n + block, in.frames());
    graph.push("reel-test-in",
               make_buffer(&in.samples[n * channels], (end - n) * channels * sizeof(float), at(n), at(end) - at(n)));
  }
  graph.run();
  const Output& out = graph.output("reel-test-out");
  SoundRun result;
  result.caps = out.caps;
  for (const BufferPtr& b : out.buffers) {
    result.times.push_back(pts(b));
    result.durations.push_back(duration(b));
  }
  if (out.buffers.empty()) return result;
  const CapsPtr made(gst_caps_from_string(out.caps.c_str()));
  if (gst_audio_info_from_caps(&info, made.get()) == FALSE || GST_AUDIO_INFO_FORMAT(&info) != GST_AUDIO_FORMAT_F32LE)
    throw std::runtime_error("no F32LE sound: " + out.caps);
  result.sound = {GST_AUDIO_INFO_RATE(&info), GST_AUDIO_INFO_CHANNELS(&info), out.samples<float>()};
  return result;
}

/// Writes a picture to a PNG file, to look at it. Needs GStreamer's base and good plugins.
inline void save_png(const Picture& picture, const std::string& path) {
  const CapsPtr caps(gst_video_info_to_caps(&picture.info()));
  Graph graph("appsrc name=in ! videoconvert ! pngenc ! filesink name=file");
  g_object_set(graph.element("file").get(), "location", path.c_str(), nullptr);
  gst_app_src_set_caps(GST_APP_SRC(graph.element("in").get()), caps.get());
  graph.push("in", picture.buffer(Time{0}, Time{40'000'000}));
  graph.run();
}

}  // namespace reel::testing
