/// Owners for libavformat's handles, and how a file is opened. Private to the engine.
#pragma once

extern "C" {
#include <libavformat/avformat.h>
}

#include <memory>
#include <string>

#include "reel/base/time.hpp"

namespace reel::engine::av {

struct CloseInput {
  void operator()(AVFormatContext* context) const;
};
struct FreePacket {
  void operator()(AVPacket* packet) const;
};
using Input = std::unique_ptr<AVFormatContext, CloseInput>;
using Packet = std::unique_ptr<AVPacket, FreePacket>;

/// Opens a media file and reads its streams. Throws base::InputError: what is wrong with the file, in words.
Input open(const std::string& uri);

/// What an MP4 or MOV lacks whose recording or copying was broken off (`is cut short: …`); else empty.
std::string mp4_fault(const std::string& path);

/// The stream of that kind which plays by default, or null. A cover picture is no video.
AVStream* default_stream(AVFormatContext* context, AVMediaType type);
bool is_cover(const AVStream* stream);

/// Rounded down, as GStreamer's demuxers do: a time made here is never later than the buffer it means.
base::Time to_time(std::int64_t ticks, AVRational time_base);

/// Where the media's own clock starts: the first moment of any picture or sound. Times that users see count
/// from it.
base::Time media_start(const AVFormatContext* context);

}  // namespace reel::engine::av
