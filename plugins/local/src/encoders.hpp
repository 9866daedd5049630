/// The elements that encode, set up from what authors say.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "formats.hpp"
#include "reel/sdk.hpp"

namespace reel::local {

enum class Speed { ultrafast, superfast, veryfast, faster, fast, medium, slow, slower, veryslow };
enum class PixelFormat { automatic, yuv420, yuv422, yuv444, yuv420_10, yuv422_10, yuv444_10 };

constexpr auto choices(Speed) {
  return std::array{
      choice(Speed::ultrafast, "ultrafast", "Largest file"), choice(Speed::superfast, "superfast", "Very large file"),
      choice(Speed::veryfast, "veryfast", "Large file"),     choice(Speed::faster, "faster", "Larger file"),
      choice(Speed::fast, "fast", "Slightly larger file"),   choice(Speed::medium, "medium", "A good balance"),
      choice(Speed::slow, "slow", "Slightly smaller file"),  choice(Speed::slower, "slower", "Smaller file"),
      choice(Speed::veryslow, "veryslow", "Smallest file")};
}
constexpr auto choices(PixelFormat) {
  return std::array{
      choice(PixelFormat::automatic, "auto", "What the codec's players can show, as near to the input as that allows"),
      choice(PixelFormat::yuv420, "yuv420p", "4:2:0, 8 bit"),
      choice(PixelFormat::yuv422, "yuv422p", "4:2:2, 8 bit"),
      choice(PixelFormat::yuv444, "yuv444p", "4:4:4, 8 bit"),
      choice(PixelFormat::yuv420_10, "yuv420p10", "4:2:0, 10 bit"),
      choice(PixelFormat::yuv422_10, "yuv422p10", "4:2:2, 10 bit"),
      choice(PixelFormat::yuv444_10, "yuv444p10", "4:4:4, 10 bit")};
}

struct VideoSettings {
  VideoCodec codec;
  double quality;    ///< 0 to 100
  unsigned bitrate;  ///< kbit/s; 0: by quality
  Speed speed;
  Time keyframe_interval;
  PixelFormat pixel_format;
};

struct AudioSettings {
  AudioCodec codec;
  unsigned bitrate;  ///< kbit/s
};

/// Elements in the order in which data passes them.
using Row = std::vector<ElementPtr>;

/// From any raw pictures to packets. Throws Error, naming the Debian package, where an encoder is missing, and where the codec
/// cannot have the pixel format.
Row make_video_row(const VideoSettings& settings);

/// From any raw sound to packets. `samples` counts what goes into the encoder, per channel; it stays 0 where nothing is encoded.
Row make_audio_row(const AudioSettings& settings, std::shared_ptr<std::atomic<std::int64_t>> samples);

}  // namespace reel::local
