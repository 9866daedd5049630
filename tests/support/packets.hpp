/// Packets and pictures of a file, as programs that others wrote see them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include "media.hpp"

namespace reel::tests {

struct Packet {
  static constexpr std::int64_t no_time = std::numeric_limits<std::int64_t>::min();
  std::int64_t pts = no_time, dts = no_time;  ///< in ticks of the file
  bool key = false;
  std::string hash;
};

/// Compressed packets of a stream (`v:0`, `2`) in order of decoding; none where there is no such stream.
inline std::vector<Packet> packets_of(const std::filesystem::path& file, const std::string& stream) {
  const Result result = shell("ffprobe -v error -select_streams " + stream +
                              " -show_entries packet=pts,dts,flags,data_hash -show_data_hash md5 -of default=nw=1 " +
                              quoted(file) + " 2>/dev/null");
  EXPECT_EQ(result.exit, 0) << result.output;
  std::vector<Packet> packets;
  std::istringstream lines(result.output);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t sign = line.find('=');
    const std::string name = line.substr(0, sign), value = line.substr(std::min(sign, line.size() - 1) + 1);
    const auto ticks = [&] { return value == "N/A" ? Packet::no_time : std::stoll(value); };
    if (name == "pts") packets.push_back({.pts = ticks()});
    if (name == "dts") packets.back().dts = ticks();
    if (name == "flags") packets.back().key = value.starts_with("K");
    if (name == "data_hash") packets.back().hash = value;
  }
  return packets;
}

/// Times of packets are such that a player can follow. Matroska keeps none of decoding for the first ones.
inline void expect_sound_times(const std::vector<Packet>& packets) {
  for (std::size_t i = 0; i < packets.size(); ++i) {
    EXPECT_LE(packets[i].dts, packets[i].pts) << i;
    EXPECT_TRUE(i == 0 || packets[i].dts == Packet::no_time || packets[i - 1].dts < packets[i].dts) << i;
  }
}

/// Brightness of each picture, a byte a pixel.
using Pictures = std::vector<std::string>;

inline Pictures parted(const std::string& bytes, std::size_t picture_bytes) {
  Pictures pictures;
  for (std::size_t at = 0; at + picture_bytes <= bytes.size(); at += picture_bytes)
    pictures.push_back(bytes.substr(at, picture_bytes));
  EXPECT_EQ(bytes.size() % picture_bytes, 0U);
  return pictures;
}

/// What a program said, without remarks of ffmpeg's scaler on full range, which are about its own ways; how often ffmpeg repeats one
/// depends on how its threads meet.
inline std::string complaints(const std::string& output) {
  std::string left;
  bool remark = false;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    const bool repeated = line.find("Last message repeated") != std::string::npos;
    remark = line.find("deprecated pixel format used") != std::string::npos || (repeated && remark);
    if (!remark) left += line + '\n';
  }
  return left;
}

inline std::size_t pixels_of(const std::filesystem::path& file) {
  return std::stoul(ffprobe(file, "stream=width", "v:0")) * std::stoul(ffprobe(file, "stream=height", "v:0"));
}

/// As stored, in order of display, decoded by ffmpeg, which must have nothing to say.
inline Pictures decoded_by_ffmpeg(const std::filesystem::path& file, const std::filesystem::path& scratch) {
  const Result result =
      shell("ffmpeg -nostdin -y -v warning -noautorotate -copyts -i " + quoted(file) +
            " -map 0:v:0 -fps_mode passthrough -enc_time_base -1 -f rawvideo -pix_fmt gray " + quoted(scratch));
  EXPECT_EQ(complaints(result.output), "") << "ffmpeg on " << file;
  return parted(read(scratch), pixels_of(file));
}

/// The same by GStreamer.
inline Pictures decoded_by_gstreamer(const std::filesystem::path& file, const std::filesystem::path& scratch) {
  constexpr const char* video_and_audio = "3";
  const Result result =
      gst_launch("playbin uri=file://" + file.string() + " flags=" + video_and_audio +
                 " audio-sink=fakesink video-sink='videoconvert ! video/x-raw,format=GRAY8 ! filesink "
                 "location=" +
                 scratch.string() + "'");
  EXPECT_EQ(complaints(result.output), "") << "GStreamer on " << file;
  return parted(read(scratch), pixels_of(file));
}

inline double psnr(const std::string& a, const std::string& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double d = double(static_cast<unsigned char>(a[i])) - double(static_cast<unsigned char>(b[i]));
    sum += d * d;
  }
  return sum == 0 ? 99 : 10 * std::log10(255.0 * 255.0 * double(a.size()) / sum);
}

inline double mean(const std::string& picture) {
  double sum = 0;
  for (const char c : picture) sum += static_cast<unsigned char>(c);
  return sum / double(picture.size());
}

/// All sample descriptions of an MP4 have one entry: players stumble over a second one.
inline void expect_one_sample_entry(const std::filesystem::path& file) {
  const std::string bytes = read(file);
  for (std::size_t at = 0; (at = bytes.find("stsd", at)) != std::string::npos; at += 4)
    EXPECT_EQ(bytes.substr(at + 8, 4), std::string("\0\0\0\1", 4));
}

}  // namespace reel::tests
