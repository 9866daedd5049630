/// Writes packets to a media file by libavformat.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "reel/types.hpp"

extern "C" {
#include <libavformat/avformat.h>
}

namespace reel::local {

struct FreePacket {
  void operator()(AVPacket* p) const { av_packet_free(&p); }
};
struct FreeParameters {
  void operator()(AVCodecParameters* p) const { avcodec_parameters_free(&p); }
};

using PacketPtr = std::unique_ptr<AVPacket, FreePacket>;
using ParametersPtr = std::unique_ptr<AVCodecParameters, FreeParameters>;

/// What the container is told of one stream.
struct StreamSpec {
  ParametersPtr parameters;
  AVRational time_base{1, 1000};
  AVRational frame_rate{0, 1};  ///< of pictures; 0 where it varies or is not known
  std::string language;         ///< ISO 639-2
  /// HDR: side data by type, as libavutil's structs.
  std::vector<std::pair<AVPacketSideDataType, std::vector<std::uint8_t>>> side_data;
};

struct Chapter {
  Time begin, end;
  std::string title;
};

/// One file. Not thread-safe. Every fault is thrown as Error and names the target, whatever file is being written.
class PacketWriter {
 public:
  struct Options {
    std::string path;    ///< what to write to: an existing, empty file
    std::string target;  ///< what to call it in messages
    std::string muxer;   ///< libavformat's name
    bool fast_start = true;
    std::vector<Chapter> chapters;
    std::vector<std::pair<std::string, std::string>> tags;  ///< libavformat's names
  };

  /// Writes the header.
  PacketWriter(const Options& options, std::vector<StreamSpec> streams);
  PacketWriter(const PacketWriter&) = delete;
  PacketWriter& operator=(const PacketWriter&) = delete;
  ~PacketWriter();

  /// The time base that packets of a stream have to be in; libavformat may have changed the one asked for.
  AVRational time_base(std::size_t stream) const;

  /// Takes the packet over; its stream_index and times are set. In order of decoding over all streams.
  void write(AVPacket& packet);

  /// Writes the trailer; nothing may be written after.
  void finish();

 private:
  void add_stream(StreamSpec& spec);
  void add_chapters(const std::vector<Chapter>& chapters);
  [[noreturn]] void fail(int code) const;

  std::string target_;
  AVFormatContext* context_ = nullptr;
  bool header_written_ = false;
};

}  // namespace reel::local
