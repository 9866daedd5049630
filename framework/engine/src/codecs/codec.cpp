#include "codecs/codec.hpp"

namespace reel::engine {

/// Pictures that say all of themselves need none.
std::optional<Buffer> Codec::header(Bytes) const {
  const Bytes own = own_header();
  return Buffer(own.begin(), own.end());
}

std::unique_ptr<Codec> codec_of(const AVCodecParameters& parameters) {
  switch (parameters.codec_id) {
    case AV_CODEC_ID_H264:
      return h264_codec(parameters);
    case AV_CODEC_ID_HEVC:
      return h265_codec(parameters);
    case AV_CODEC_ID_VP8:
      return vp8_codec(parameters);
    case AV_CODEC_ID_VP9:
      return vp9_codec(parameters);
    case AV_CODEC_ID_AV1:
      return av1_codec(parameters);
    case AV_CODEC_ID_MPEG2VIDEO:
      return mpeg2_codec(parameters);
    case AV_CODEC_ID_MPEG4:
      return mpeg4_codec(parameters);
    case AV_CODEC_ID_PRORES:
      return prores_codec(parameters);
    case AV_CODEC_ID_DNXHD:
      return dnxhd_codec(parameters);
    case AV_CODEC_ID_MJPEG:
      return mjpeg_codec(parameters);
    case AV_CODEC_ID_FFV1:
      return ffv1_codec(parameters);
    default:
      return nullptr;
  }
}

}  // namespace reel::engine
