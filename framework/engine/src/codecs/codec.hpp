/// What it takes to put rendered pictures between those of a file, codec by codec. Private to the engine.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
}

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "codecs/bits.hpp"
#include "reel/model/media.hpp"

namespace reel::engine {

/// How pictures are encoded so that they agree with a file. What the stream's own parameters say (size, colours, aspect) is not
/// repeated here.
struct EncoderSettings {
  std::string encoder;                     ///< libavcodec's name
  AVPixelFormat format = AV_PIX_FMT_NONE;  ///< NONE: as in the file
  int b_frames = 0;
  int group = 250;     ///< pictures between keyframes, at most
  int threads = 0;     ///< 0: as many as the encoder likes
  unsigned flags = 0;  ///< AV_CODEC_FLAG_*
  int level = FF_LEVEL_UNKNOWN;
  std::int64_t bit_rate = 0;
  std::optional<int> quantizer;  ///< constant, on the codec's own scale
  std::map<std::string, std::string> options;
};

/// The stream of pictures of one file, as its codec sees it. Reads packets on one thread; all const members may be called from any.
class Codec {
 public:
  virtual ~Codec() = default;
  Codec(const Codec&) = delete;
  Codec& operator=(const Codec&) = delete;

  /// Looks at the next packet, in order of decoding, and says in `found` whether a decoder can begin there.
  virtual void read(Bytes packet, model::IndexedPacket& found) = 0;
  /// Why rendered pictures cannot stand between the packets read so far; empty: they can.
  const std::string& refusal() const { return refusal_; }

  /// Ways to encode, the best first. `reorder`: by how many pictures decoding may run ahead of display.
  virtual std::vector<EncoderSettings> encoders(int reorder) const = 0;
  /// The header of the stream once pictures of an encoder with this header stand in it; nothing if they cannot.
  virtual std::optional<Buffer> header(Bytes encoder_header) const;
  /// A packet of the encoder as it stands in the file; nothing if there is no room for it.
  virtual std::optional<Buffer> fitted(Bytes packet) const { return Buffer(packet.begin(), packet.end()); }
  /// A packet that the index calls unmarked, with its mark. Nothing: it is none.
  virtual std::optional<Buffer> marked(Bytes) const { return std::nullopt; }

 protected:
  explicit Codec(const AVCodecParameters& parameters) : parameters_(parameters) {}
  void refuse(const char* why) {
    if (refusal_.empty()) refusal_ = why;
  }
  /// The header of the file.
  Bytes own_header() const { return {parameters_.extradata, static_cast<std::size_t>(parameters_.extradata_size)}; }
  bool interlaced() const {
    return parameters_.field_order != AV_FIELD_PROGRESSIVE && parameters_.field_order != AV_FIELD_UNKNOWN;
  }
  const AVCodecParameters& parameters_;  ///< of the file

 private:
  std::string refusal_;
};

/// For a stream with these parameters, which outlive it. Null where rendered pictures cannot be put into such a stream.
std::unique_ptr<Codec> codec_of(const AVCodecParameters& parameters);

/// One function a codec; codec_of() chooses.
std::unique_ptr<Codec> h264_codec(const AVCodecParameters& parameters);
std::unique_ptr<Codec> h265_codec(const AVCodecParameters& parameters);
std::unique_ptr<Codec> vp8_codec(const AVCodecParameters& parameters);
std::unique_ptr<Codec> vp9_codec(const AVCodecParameters& parameters);
std::unique_ptr<Codec> av1_codec(const AVCodecParameters& parameters);
std::unique_ptr<Codec> mpeg2_codec(const AVCodecParameters& parameters);
std::unique_ptr<Codec> mpeg4_codec(const AVCodecParameters& parameters);
std::unique_ptr<Codec> prores_codec(const AVCodecParameters& parameters);
std::unique_ptr<Codec> dnxhd_codec(const AVCodecParameters& parameters);
std::unique_ptr<Codec> mjpeg_codec(const AVCodecParameters& parameters);
std::unique_ptr<Codec> ffv1_codec(const AVCodecParameters& parameters);

}  // namespace reel::engine
