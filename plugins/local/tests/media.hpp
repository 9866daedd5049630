/// Media files for the tests of both stages: pictures that carry their number, sound whose place can be found, and what
/// ffmpeg and ffprobe see in a file.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <reel/testing/testing.hpp>
#include <sstream>

namespace reel::local {

using namespace reel::testing;
using namespace std::chrono_literals;

// -- other programs

/// What a command prints. Throws if it fails.
inline std::string shell(const std::string& command) {
  FILE* const pipe = popen(("timeout 60 " + command).c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
  std::string text;
  std::array<char, 65536> part{};
  while (const std::size_t n = fread(part.data(), 1, part.size(), pipe)) text.append(part.data(), n);
  if (pclose(pipe) != 0) throw std::runtime_error("failed: " + command);
  return text;
}

inline std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);)
    if (!line.empty()) lines.push_back(line);
  return lines;
}

/// Makes a file; `arguments` are what stands between `ffmpeg` and the name.
inline std::string ffmpeg(const std::string& arguments, const std::string& path) {
  shell("ffmpeg -v error -nostdin -y -threads 2 " + arguments + " '" + path + "'");
  return path;
}

/// Values in the order in which ffprobe prints them: "stream=codec_name,width" of "v:0".
inline std::vector<std::string> probe(const std::string& path, const std::string& entries,
                                      const std::string& streams = "") {
  return lines_of(shell("ffprobe -v error " + (streams.empty() ? "" : "-select_streams " + streams) +
                        " -show_entries " + entries + " -of default=nk=1:nw=1 '" + path + "'"));
}
inline std::string probe_one(const std::string& path, const std::string& entries, const std::string& streams = "") {
  const auto all = probe(path, entries, streams);
  return all.empty() ? "" : all.front();
}

/// When pictures are shown, in seconds, as ffprobe decodes them.
inline std::vector<double> picture_times(const std::string& path) {
  std::vector<double> times;
  for (const auto& line : probe(path, "frame=best_effort_timestamp_time", "v:0"))
    if (std::isdigit(static_cast<unsigned char>(line[0])) != 0 || line[0] == '-') times.push_back(std::stod(line));
  return times;
}

/// All pictures as ffmpeg decodes them, in a format and size that the test knows.
inline std::vector<Picture> decoded_pictures(const std::string& path, const std::string& format, int width, int height,
                                             const std::string& options = "-noautorotate") {
  const TemporaryFolder folder;
  const std::string raw = ffmpeg(options + " -i '" + path + "' -map 0:v:0 -vsync passthrough -pix_fmt " +
                                     reel::testing::detail::ffmpeg_name(format) + " -f rawvideo",
                                 folder.file("raw"));
  std::ifstream in(raw, std::ios::binary);
  std::vector<Picture> pictures;
  for (Picture p(format, width, height); reel::testing::detail::read_raw(in, p);) pictures.push_back(p);
  return pictures;
}

/// All samples of the first sound, as ffmpeg decodes them: `T` is float, std::int16_t or std::int32_t.
template <class T>
std::vector<T> decoded_sound(const std::string& path) {
  const char* const format = std::is_same_v<T, float> ? "f32le" : sizeof(T) == 2 ? "s16le" : "s32le";
  const std::string raw = shell("ffmpeg -v error -nostdin -i '" + path + "' -map 0:a:0 -f " + format + " -");
  std::vector<T> samples(raw.size() / sizeof(T));
  std::memcpy(samples.data(), raw.data(), samples.size() * sizeof(T));
  return samples;
}

/// Where a stream begins, in seconds; what codecs need to settle lies before 0. ffmpeg drops that of Opus by itself.
inline double start_of(const std::string& path, const std::string& stream) {
  const std::string text = probe_one(path, "stream=start_time", stream);
  const double start = text.empty() || text == "N/A" ? 0 : std::stod(text);
  return start < 0 && probe_one(path, "stream=codec_name", stream) == "opus" ? 0 : start;
}

// -- pictures that carry their number through any codec

constexpr int bit_width = 16, numbered_width = 8 * bit_width, numbered_height = 64;

inline Picture numbered(int number, const std::string& format = "I420", int width = numbered_width,
                        int height = numbered_height) {
  Picture p(format, width, height);
  const int bit = width / 8;
  p.for_each([&](int c, int x, int y) {
    const int light = ((number >> std::min(x / bit, 7)) & 1) != 0 ? 220 : 32;
    p.set(c, x, y, (c == 0 || p.info().finfo->flags & GST_VIDEO_FORMAT_FLAG_RGB ? light : 128) << (p.depth() - 8));
  });
  return p;
}

inline int number_of(const Picture& p) {
  int number = 0;
  for (int bit = 0; bit < 8; ++bit)
    if (p.at(0, (2 * bit + 1) * p.width() / 16, p.height() / 2) > p.full_scale() / 2) number |= 1 << bit;
  return number;
}

/// The moment of frame `n`.
inline Time frame_time(int n, int fps_n, int fps_d = 1) {
  return Time{static_cast<std::int64_t>(gst_util_uint64_scale_round(
      static_cast<guint64>(n) * static_cast<guint64>(fps_d), GST_SECOND, static_cast<guint64>(fps_n)))};
}

inline std::string picture_caps(const Picture& p, const std::string& rate, const std::string& more = "") {
  return "video/x-raw,format=" + p.format() + ",width=" + std::to_string(p.width()) +
         ",height=" + std::to_string(p.height()) + ",framerate=" + rate + (more.empty() ? "" : "," + more);
}

/// Pushes pictures of a constant rate.
inline void push_pictures(Graph& graph, const std::vector<Picture>& pictures, int fps_n, int fps_d = 1,
                          const std::string& source = "v") {
  for (int i = 0; i < static_cast<int>(pictures.size()); ++i) {
    const Time at = frame_time(i, fps_n, fps_d);
    graph.push(source, pictures[static_cast<std::size_t>(i)].buffer(at, frame_time(i + 1, fps_n, fps_d) - at));
  }
}

inline std::vector<Picture> numbered_pictures(int count, const std::string& format = "I420", int width = numbered_width,
                                              int height = numbered_height) {
  std::vector<Picture> pictures;
  for (int i = 0; i < count; ++i) pictures.push_back(numbered(i, format, width, height));
  return pictures;
}

// -- sound whose place can be found

/// A tone that rises all the time: no part of it is like another.
inline float chirp(std::int64_t n, int rate) {
  const double t = static_cast<double>(n) / rate;
  return static_cast<float>(0.4 * std::sin(2 * G_PI * (300 * t + 900 * t * t)));
}

/// How many samples later than in the chirp its part around `middle` is found; `sound` is the first channel.
inline std::int64_t delay_of(const std::vector<float>& sound, int rate, std::int64_t middle,
                             std::int64_t reach = 2500) {
  constexpr std::int64_t length = 4096;
  double best = -1;
  std::int64_t found = 0;
  for (std::int64_t lag = -reach; lag <= reach; ++lag) {
    double sum = 0;
    for (std::int64_t n = middle - length / 2; n < middle + length / 2; n += 2) {
      const std::int64_t at = n + lag;
      if (at >= 0 && at < static_cast<std::int64_t>(sound.size()))
        sum += double(sound[static_cast<std::size_t>(at)]) * chirp(n, rate);
    }
    if (sum > best) best = sum, found = lag;
  }
  return found;
}

template <class T>
std::vector<T> first_channel(const std::vector<T>& interleaved, int channels) {
  std::vector<T> one;
  for (std::size_t i = 0; i < interleaved.size(); i += static_cast<std::size_t>(channels))
    one.push_back(interleaved[i]);
  return one;
}

inline std::string sound_caps(const std::string& format, int rate, int channels) {
  return "audio/x-raw,layout=interleaved,format=" + format + ",rate=" + std::to_string(rate) +
         ",channels=" + std::to_string(channels) + (channels == 6 ? ",channel-mask=(bitmask)0x3f" : "");
}

/// Pushes `samples` of `f(sample, channel)` of type T.
template <class T, class F>
void push_sound(Graph& graph, std::int64_t samples, int rate, int channels, F f, Time from = Time{0},
                const std::string& source = "a") {
  constexpr std::int64_t block = 1000;
  for (std::int64_t at = 0; at < samples; at += block) {
    const std::int64_t end = std::min(at + block, samples);
    std::vector<T> data;
    for (std::int64_t n = at; n < end; ++n)
      for (int c = 0; c < channels; ++c) data.push_back(static_cast<T>(f(n, c)));
    const Time begin = time_of_sample(at, rate);
    graph.push(source,
               make_buffer(data.data(), data.size() * sizeof(T), from + begin, time_of_sample(end, rate) - begin));
  }
}
inline void push_chirp(Graph& graph, std::int64_t samples, int rate, int channels, Time from = Time{0}) {
  push_sound<float>(
      graph, samples, rate, channels, [rate](std::int64_t n, int) { return chirp(n, rate); }, from);
}

// -- graphs that fail

/// All errors that a graph tells until it stands still.
constexpr const char* nothing_happened = "(nothing happened)";
inline std::vector<std::string> errors_of(const std::string& launch, Time patience = 10s) {
  GstElement* const pipeline = gst_parse_launch(launch.c_str(), nullptr);
  if (pipeline == nullptr) throw std::runtime_error("cannot parse " + launch);
  g_object_set(pipeline, "auto-flush-bus", FALSE, nullptr);
  GstBus* const bus = gst_element_get_bus(pipeline);
  const auto types = static_cast<GstMessageType>(GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
  std::vector<std::string> errors;
  const auto take = [&](GstMessage* m) {
    if (m == nullptr) return false;
    if (GST_MESSAGE_TYPE(m) == GST_MESSAGE_ERROR) {
      GError* error = nullptr;
      gst_message_parse_error(m, &error, nullptr);
      errors.emplace_back(error->message);
      g_clear_error(&error);
    }
    gst_message_unref(m);
    return true;
  };
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  if (!take(gst_bus_timed_pop_filtered(bus, static_cast<GstClockTime>(patience.count()), types)))
    errors.emplace_back(nothing_happened);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  while (take(gst_bus_pop_filtered(bus, types))) {
  }
  gst_object_unref(bus);
  gst_object_unref(pipeline);
  return errors;
}

/// As long as it lives, the process may do no more than an ordinary user, who may enter `folder`.
class OrdinaryUser {
 public:
  explicit OrdinaryUser(const std::filesystem::path& folder) : root_(geteuid() == 0) {
    if (!root_) return;
    std::filesystem::permissions(folder, std::filesystem::perms(0755));
    EXPECT_EQ(seteuid(nobody), 0);
  }
  ~OrdinaryUser() {
    if (!root_) return;
    EXPECT_EQ(seteuid(0), 0);
  }
  OrdinaryUser(const OrdinaryUser&) = delete;
  OrdinaryUser& operator=(const OrdinaryUser&) = delete;

 private:
  static constexpr uid_t nobody = 65534;
  bool root_;
};

}  // namespace reel::local
