/// Looking into media with tools that others wrote: everything here is decoded by ffmpeg.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <sstream>
#include <string>
#include <vector>

#include "command.hpp"

namespace reel::tests {

/// Raw bytes of what ffmpeg writes to standard output.
inline std::string ffmpeg(const std::string& arguments) {
  FILE* const pipe = popen(("ffmpeg -nostdin -v error " + arguments + " 2>/dev/null").c_str(), "r");
  std::string bytes;
  std::vector<char> chunk(1 << 16);
  for (std::size_t n = 0; (n = fread(chunk.data(), 1, chunk.size(), pipe)) > 0;) bytes.append(chunk.data(), n);
  if (pclose(pipe) != 0) throw std::runtime_error("ffmpeg failed: " + arguments);
  return bytes;
}

/// The hand-held clip at 320x180, made in `folder`: a run of it takes a second.
inline std::filesystem::path small_clip(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / "small.mp4";
  if (!std::filesystem::exists(file))
    ffmpeg("-i " + quoted(clip("cockatoo.mp4")) + " -vf scale=320:-2 -g 24 -c:a copy " + quoted(file));
  return file;
}

/// Every picture of a file, scaled to width x height, one byte a pixel, in the order of display and no
/// picture twice.
inline std::vector<std::vector<std::uint8_t>> gray_pictures(const std::filesystem::path& file, int width, int height) {
  const std::string size = std::to_string(width) + "x" + std::to_string(height);
  const std::string bytes = ffmpeg("-i " + quoted(file) + " -map 0:v:0 -fps_mode passthrough -s " + size +
                                   " -sws_flags area -pix_fmt gray -f rawvideo -");
  const auto one = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
  std::vector<std::vector<std::uint8_t>> pictures;
  for (std::size_t at = 0; at + one <= bytes.size(); at += one)
    pictures.emplace_back(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                          bytes.begin() + static_cast<std::ptrdiff_t>(at + one));
  return pictures;
}

/// Presentation times of all pictures, in seconds from the start of the file's timeline.
inline std::vector<double> picture_times(const std::filesystem::path& file) {
  const Result result = shell("ffprobe -v error -select_streams v:0 -show_entries frame=pts_time -of csv=p=0 " +
                              quoted(file) + " 2>/dev/null");
  std::istringstream in(result.output);
  std::vector<double> times;
  for (std::string line; std::getline(in, line);)
    if (!line.empty()) times.push_back(std::stod(line));  // pictures with side data have an empty line more
  return times;
}

/// The sound as one channel of float samples, from time 0 of the file's timeline.
inline std::vector<float> samples(const std::filesystem::path& file, int rate) {
  const std::string bytes = ffmpeg("-i " + quoted(file) + " -map 0:a:0 -ac 1 -ar " + std::to_string(rate) +
                                   " -af aresample=async=1:first_pts=0 -f f32le -");
  std::vector<float> out(bytes.size() / sizeof(float));
  std::memcpy(out.data(), bytes.data(), out.size() * sizeof(float));
  return out;
}

/// Where a stretch of silence ends and a click begins, in samples.
inline std::vector<std::size_t> clicks(const std::vector<float>& sound, int rate) {
  std::vector<std::size_t> found;
  const auto gap = static_cast<std::size_t>(rate / 20);
  for (std::size_t i = 0; i < sound.size(); ++i) {
    if (std::abs(sound[i]) < 0.25F) continue;
    if (found.empty() || i - found.back() > gap)
      found.push_back(i);
    else
      continue;
  }
  return found;
}

/// What ffprobe says: `entries` as for -show_entries, one value a line.
inline std::string ffprobe(const std::filesystem::path& file, const std::string& entries,
                           const std::string& stream = "") {
  std::string line = shell("ffprobe -v error " + (stream.empty() ? "" : "-select_streams " + stream) +
                           " -show_entries " + entries + " -of default=nk=1:nw=1 " + quoted(file) + " 2>/dev/null")
                         .output;
  while (!line.empty() && line.back() == '\n') line.pop_back();
  return line;
}

/// Plays a pipeline. gst-launch-1.0 (1.22) now and then waits for ever for an end that came, whatever is in its pipeline: it plays as
/// soon as a bin has said that it is paused, while the bin still has to note down that it does not play.
inline Result gst_launch(const std::string& pipeline, const std::string& environment = "") {
  constexpr int timed_out = 124;
  const std::string command = environment + "timeout 15 gst-launch-1.0 -q " + pipeline;
  Result result = shell(command);
  for (int again = 0; again < 4 && result.exit == timed_out; ++again) result = shell(command);
  return result;
}

}  // namespace reel::tests
