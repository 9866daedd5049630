/// Owners for libav's handles, and how a file is opened. Private to the engine.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
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
struct FreeCodec {
  void operator()(AVCodecContext* context) const { avcodec_free_context(&context); }
};
struct FreeFrame {
  void operator()(AVFrame* frame) const { av_frame_free(&frame); }
};
using Input = std::unique_ptr<AVFormatContext, CloseInput>;
using Packet = std::unique_ptr<AVPacket, FreePacket>;
using CodecContext = std::unique_ptr<AVCodecContext, FreeCodec>;
using Frame = std::unique_ptr<AVFrame, FreeFrame>;

/// Opens a media file and reads its streams. Throws base::InputError: what is wrong with the file, in words; and as open_io().
Input open(const std::string& uri);

/// The next packet; false: there is none. Throws where a file elsewhere cannot be read on.
bool read(AVFormatContext* context, AVPacket* packet);

/// From now on packets of this stream alone are read.
void read_only(AVFormatContext* context, int stream);
std::shared_ptr<AVCodecParameters> copy_of(const AVCodecParameters& parameters);
/// libav's own words for an error of it.
std::string words(int error);

/// The stream of that kind which plays by default, or null. A cover picture is no video.
AVStream* default_stream(AVFormatContext* context, AVMediaType type);
bool is_cover(const AVStream* stream);

/// Rounded down, as GStreamer's demuxers do: a time made here is never later than the buffer it means.
base::Time to_time(std::int64_t ticks, AVRational time_base);

/// Where the media's own clock starts: the first moment of any picture or sound. Times that users see count
/// from it.
base::Time media_start(const AVFormatContext* context);

}  // namespace reel::engine::av
