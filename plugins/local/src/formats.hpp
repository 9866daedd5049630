/// Which containers and codecs there are, what fits together, and what is meant where nothing is said.
#pragma once

#include <array>
#include <string>

#include "reel/params.hpp"

namespace reel::local {

enum class Container { automatic, mp4, mov, mkv, webm, wav, flac, mp3, ogg, png, jpeg };
enum class VideoCodec { automatic, none, h264, h265, vp9, av1, prores, ffv1, png, jpeg };
enum class AudioCodec { automatic, none, aac, opus, flac, pcm, mp3 };

/// What a file will hold.
struct Format {
  Container container = Container::automatic;
  VideoCodec video = VideoCodec::none;  ///< none: the container holds no pictures
  AudioCodec audio = AudioCodec::none;
  const char* muxer = nullptr;  ///< libavformat's name
  bool single_picture = false;
};

/// Decides what `automatic` means by the file's extension. Throws Error where the extension is unknown, or where the
/// container cannot hold the codec, with a list of those that it can.
Format choose_format(const std::string& path, Container container, VideoCodec video, AudioCodec audio);

constexpr auto choices(Container) {
  return std::array{choice(Container::automatic, "auto", "By the extension of the file"),
                    choice(Container::mp4, "mp4", "MP4"),
                    choice(Container::mov, "mov", "QuickTime"),
                    choice(Container::mkv, "mkv", "Matroska"),
                    choice(Container::webm, "webm", "WebM"),
                    choice(Container::wav, "wav", "WAV, sound only"),
                    choice(Container::flac, "flac", "FLAC, sound only"),
                    choice(Container::mp3, "mp3", "MP3, sound only"),
                    choice(Container::ogg, "ogg", "Ogg, sound only"),
                    choice(Container::png, "png", "PNG, the first picture only"),
                    choice(Container::jpeg, "jpeg", "JPEG, the first picture only")};
}
constexpr auto choices(VideoCodec) {
  return std::array{choice(VideoCodec::automatic, "auto", "The usual one of the container"),
                    choice(VideoCodec::h264, "h264", "H.264 (AVC)"),
                    choice(VideoCodec::h265, "h265", "H.265 (HEVC)"),
                    choice(VideoCodec::vp9, "vp9", "VP9"),
                    choice(VideoCodec::av1, "av1", "AV1"),
                    choice(VideoCodec::prores, "prores", "Apple ProRes, for editing"),
                    choice(VideoCodec::ffv1, "ffv1", "FFV1, lossless, for archives")};
}
constexpr auto choices(AudioCodec) {
  return std::array{choice(AudioCodec::automatic, "auto", "The usual one of the container"),
                    choice(AudioCodec::aac, "aac", "AAC"),
                    choice(AudioCodec::opus, "opus", "Opus"),
                    choice(AudioCodec::flac, "flac", "FLAC, lossless"),
                    choice(AudioCodec::pcm, "pcm", "Uncompressed"),
                    choice(AudioCodec::mp3, "mp3", "MP3")};
}

}  // namespace reel::local
