#include "stream_spec.hpp"

#include <gst/audio/audio.h>
#include <gst/video/video.h>

#include <cstring>
#include <numeric>
#include <string_view>

#include "reel/handles.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>
#include <libavutil/channel_layout.h>
#include <libavutil/mastering_display_metadata.h>
#include <libavutil/mathematics.h>
#include <libavutil/pixdesc.h>
}

namespace reel::local {
namespace {

constexpr int aac_delay = 1024;                                      ///< of libavcodec's encoder, which makes the AAC
constexpr int mp3_delay = 576 + 529;                                 ///< of LAME, with the decoder's own
constexpr std::size_t streaminfo_at = 13 + 4, streaminfo_size = 34;  ///< in the first Ogg header of FLAC

void set_extradata(AVCodecParameters& p, const std::uint8_t* data, std::size_t size) {
  p.extradata = static_cast<std::uint8_t*>(av_mallocz(size + AV_INPUT_BUFFER_PADDING_SIZE));
  if (p.extradata == nullptr) throw std::bad_alloc();
  std::memcpy(p.extradata, data, size);
  p.extradata_size = static_cast<int>(size);
}

void set_extradata(AVCodecParameters& p, GstBuffer* buffer, std::size_t from = 0, std::size_t most = SIZE_MAX) {
  const MappedBuffer map(buffer, GST_MAP_READ);
  if (map.size() > from) set_extradata(p, map.data() + from, std::min(most, map.size() - from));
}

GstBuffer* codec_data(const GstStructure* s) {
  const GValue* const value = gst_structure_get_value(s, "codec_data");
  return value != nullptr ? gst_value_get_buffer(value) : nullptr;
}

GstBuffer* stream_header(const GstStructure* s) {
  const GValue* const value = gst_structure_get_value(s, "streamheader");
  if (value == nullptr || gst_value_array_get_size(value) == 0) throw Error("the encoder gave no stream header");
  return gst_value_get_buffer(gst_value_array_get_value(value, 0));
}

struct PictureCodec {
  std::string_view caps;
  AVCodecID id;
  std::uint32_t tag;
};
constexpr PictureCodec picture_codecs[] = {
    {"video/x-h264", AV_CODEC_ID_H264, 0},     {"video/x-h265", AV_CODEC_ID_HEVC, MKTAG('h', 'v', 'c', '1')},
    {"video/x-vp9", AV_CODEC_ID_VP9, 0},       {"video/x-av1", AV_CODEC_ID_AV1, 0},
    {"video/x-prores", AV_CODEC_ID_PRORES, 0}, {"video/x-ffv", AV_CODEC_ID_FFV1, 0},
    {"image/png", AV_CODEC_ID_PNG, 0},         {"image/jpeg", AV_CODEC_ID_MJPEG, 0},
};

std::uint32_t prores_tag(const GstStructure* s) {
  const char* const variant = gst_structure_get_string(s, "variant");
  const std::string_view v = variant != nullptr ? variant : "standard";
  if (v == "proxy") return MKTAG('a', 'p', 'c', 'o');
  if (v == "lt") return MKTAG('a', 'p', 'c', 's');
  if (v == "hq") return MKTAG('a', 'p', 'c', 'h');
  if (v == "4444") return MKTAG('a', 'p', '4', 'h');
  if (v == "4444xq") return MKTAG('a', 'p', '4', 'x');
  return MKTAG('a', 'p', 'c', 'n');
}

void set_colour(AVCodecParameters& p, const GstStructure* s) {
  GstVideoColorimetry c{};
  const char* const text = gst_structure_get_string(s, "colorimetry");
  if (text != nullptr && gst_video_colorimetry_from_string(&c, text) != FALSE) {
    p.color_range = c.range == GST_VIDEO_COLOR_RANGE_0_255    ? AVCOL_RANGE_JPEG
                    : c.range == GST_VIDEO_COLOR_RANGE_16_235 ? AVCOL_RANGE_MPEG
                                                              : AVCOL_RANGE_UNSPECIFIED;
    p.color_space = static_cast<AVColorSpace>(gst_video_color_matrix_to_iso(c.matrix));
    p.color_trc = static_cast<AVColorTransferCharacteristic>(gst_video_transfer_function_to_iso(c.transfer));
    p.color_primaries = static_cast<AVColorPrimaries>(gst_video_color_primaries_to_iso(c.primaries));
  }
  const char* const site = gst_structure_get_string(s, "chroma-site");
  const std::string_view place = site != nullptr ? site : "";
  p.chroma_location = place == "mpeg2"  ? AVCHROMA_LOC_LEFT
                      : place == "jpeg" ? AVCHROMA_LOC_CENTER
                      : place == "dv"   ? AVCHROMA_LOC_TOPLEFT
                                        : AVCHROMA_LOC_UNSPECIFIED;
}

AVFieldOrder field_order(const GstStructure* s) {
  const char* const mode = gst_structure_get_string(s, "interlace-mode");
  if (mode == nullptr || std::string_view(mode) == "progressive") return AV_FIELD_PROGRESSIVE;
  const char* const order = gst_structure_get_string(s, "field-order");
  return order != nullptr && std::string_view(order) == "bottom-field-first" ? AV_FIELD_BB : AV_FIELD_TT;
}

void add_hdr(StreamSpec& spec, const GstCaps* caps) {
  GstVideoMasteringDisplayInfo display;
  if (gst_video_mastering_display_info_from_caps(&display, caps) != FALSE) {
    AVMasteringDisplayMetadata m{};
    for (int i = 0; i < 3; ++i) {
      m.display_primaries[i][0] = {display.display_primaries[i].x, 50000};
      m.display_primaries[i][1] = {display.display_primaries[i].y, 50000};
    }
    m.white_point[0] = {display.white_point.x, 50000};
    m.white_point[1] = {display.white_point.y, 50000};
    m.max_luminance = {static_cast<int>(display.max_display_mastering_luminance), 10000};
    m.min_luminance = {static_cast<int>(display.min_display_mastering_luminance), 10000};
    m.has_primaries = m.has_luminance = 1;
    const auto* const bytes = reinterpret_cast<const std::uint8_t*>(&m);
    spec.side_data.emplace_back(AV_PKT_DATA_MASTERING_DISPLAY_METADATA, std::vector(bytes, bytes + sizeof m));
  }
  GstVideoContentLightLevel light;
  if (gst_video_content_light_level_from_caps(&light, caps) != FALSE) {
    const AVContentLightMetadata l{light.max_content_light_level, light.max_frame_average_light_level};
    const auto* const bytes = reinterpret_cast<const std::uint8_t*>(&l);
    spec.side_data.emplace_back(AV_PKT_DATA_CONTENT_LIGHT_LEVEL, std::vector(bytes, bytes + sizeof l));
  }
}

/// VP9 says its layout by profile and caps; the MP4 muxer wants to know.
AVPixelFormat vp9_format(const GstStructure* s) {
  const char* const profile = gst_structure_get_string(s, "profile");
  const std::string_view p = profile != nullptr ? profile : "0";
  const char* const chroma = gst_structure_get_string(s, "chroma-format");
  const bool is_422 = chroma != nullptr && std::string_view(chroma) == "4:2:2";
  if (p == "1") return is_422 ? AV_PIX_FMT_YUV422P : AV_PIX_FMT_YUV444P;
  if (p == "2") return AV_PIX_FMT_YUV420P10;
  if (p == "3") return is_422 ? AV_PIX_FMT_YUV422P10 : AV_PIX_FMT_YUV444P10;
  return AV_PIX_FMT_YUV420P;
}

StreamSpec picture_spec(const GstCaps* caps, const GstStructure* s, const PictureCodec& codec) {
  StreamSpec spec{.parameters = ParametersPtr(avcodec_parameters_alloc())};
  AVCodecParameters& p = *spec.parameters;
  p.codec_type = AVMEDIA_TYPE_VIDEO;
  p.codec_id = codec.id;
  p.codec_tag = codec.id == AV_CODEC_ID_PRORES ? prores_tag(s) : codec.tag;
  gst_structure_get_int(s, "width", &p.width);
  gst_structure_get_int(s, "height", &p.height);
  p.sample_aspect_ratio = {1, 1};
  gst_structure_get_fraction(s, "pixel-aspect-ratio", &p.sample_aspect_ratio.num, &p.sample_aspect_ratio.den);
  gst_structure_get_fraction(s, "framerate", &spec.frame_rate.num, &spec.frame_rate.den);
  set_colour(p, s);
  p.field_order = field_order(s);
  if (codec.id == AV_CODEC_ID_VP9) p.format = vp9_format(s);
  if (GstBuffer* const data = codec_data(s)) set_extradata(p, data);
  add_hdr(spec, caps);
  spec.time_base = time_base_for(spec.frame_rate);
  return spec;
}

AVCodecID pcm_id(const GstAudioInfo& info) {
  switch (GST_AUDIO_INFO_FORMAT(&info)) {
    case GST_AUDIO_FORMAT_S16LE:
      return AV_CODEC_ID_PCM_S16LE;
    case GST_AUDIO_FORMAT_S24LE:
      return AV_CODEC_ID_PCM_S24LE;
    case GST_AUDIO_FORMAT_S32LE:
      return AV_CODEC_ID_PCM_S32LE;
    case GST_AUDIO_FORMAT_F32LE:
      return AV_CODEC_ID_PCM_F32LE;
    default:
      throw Error(std::string("sound of the format ") + GST_AUDIO_INFO_NAME(&info) + " cannot be written as it is");
  }
}

void set_channels(AVCodecParameters& p, const GstStructure* s) {
  int channels = 0;
  guint64 mask = 0;
  gst_structure_get_int(s, "channels", &channels);
  // GStreamer's bits for places are those of WAV, as are libavutil's.
  if (gst_structure_get(s, "channel-mask", GST_TYPE_BITMASK, &mask, nullptr) != FALSE && mask != 0 &&
      av_channel_layout_from_mask(&p.ch_layout, mask) == 0 && p.ch_layout.nb_channels == channels)
    return;
  av_channel_layout_uninit(&p.ch_layout);
  av_channel_layout_default(&p.ch_layout, channels);
}

void set_pcm(AVCodecParameters& p, const GstCaps* caps) {
  GstAudioInfo info;
  if (gst_audio_info_from_caps(&info, caps) == FALSE) throw Error("the sound has a format that is not known");
  p.codec_id = pcm_id(info);
  p.block_align = info.bpf;
  p.bits_per_coded_sample = p.bits_per_raw_sample = GST_AUDIO_INFO_DEPTH(&info);
  p.bit_rate = std::int64_t{info.rate} * info.bpf * 8;
}

void set_opus(AVCodecParameters& p, const GstStructure* s) {
  p.codec_id = AV_CODEC_ID_OPUS;
  set_extradata(p, stream_header(s));
  if (p.extradata_size >= 12) p.initial_padding = p.extradata[10] | p.extradata[11] << 8;
  p.seek_preroll = 3840;
  p.sample_rate = 48000;
  p.frame_size = 960;
}

void set_mpeg(AVCodecParameters& p, const GstStructure* s) {
  int version = 0;
  gst_structure_get_int(s, "mpegversion", &version);
  const bool mp3 = version == 1;
  p.codec_id = mp3 ? AV_CODEC_ID_MP3 : AV_CODEC_ID_AAC;
  p.initial_padding = mp3 ? mp3_delay : aac_delay;
  p.frame_size = mp3 ? (p.sample_rate < 32000 ? 576 : 1152) : 1024;
  if (!mp3) p.profile = FF_PROFILE_AAC_LOW;
  if (GstBuffer* const data = codec_data(s)) set_extradata(p, data);
}

StreamSpec sound_spec(const GstCaps* caps, const GstStructure* s) {
  StreamSpec spec{.parameters = ParametersPtr(avcodec_parameters_alloc())};
  AVCodecParameters& p = *spec.parameters;
  p.codec_type = AVMEDIA_TYPE_AUDIO;
  gst_structure_get_int(s, "rate", &p.sample_rate);
  set_channels(p, s);
  const std::string_view name = gst_structure_get_name(s);
  if (name == "audio/x-raw") {
    set_pcm(p, caps);
  } else if (name == "audio/x-opus") {
    set_opus(p, s);
  } else if (name == "audio/x-flac") {
    p.codec_id = AV_CODEC_ID_FLAC;
    set_extradata(p, stream_header(s), streaminfo_at, streaminfo_size);
  } else if (name == "audio/mpeg") {
    set_mpeg(p, s);
  } else {
    throw Error("sound of the type " + std::string(name) + " cannot be written");
  }
  spec.time_base = {1, p.sample_rate};
  return spec;
}

std::int64_t opus_samples(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const int config = data[0] >> 3, count = data[0] & 3;
  const int shift = config & 3;
  const int frame = config < 12 ? (shift == 3 ? 2880 : 480 << shift) : config < 16 ? 480 << (config & 1) : 120 << shift;
  const int frames = count == 0 ? 1 : count < 3 ? 2 : size > 1 ? data[1] & 63 : 0;
  return std::int64_t{frame} * frames;
}

}  // namespace

AVRational time_base_for(AVRational rate) {
  // 5,760,000 counts 90 kHz, milliseconds, and the clocks that ffmpeg and cameras use, exactly.
  constexpr int fine = 5'760'000, usual = 90'000;
  const bool known = rate.num > 0 && rate.den > 0 && (rate.den == 1 || rate.den == 1001) && rate.num <= 240'000;
  if (!known) return {1, fine};
  const std::int64_t both = std::lcm<std::int64_t>(rate.num, usual);
  return {1, both <= fine ? static_cast<int>(both) : rate.num};
}

StreamSpec spec_of(const GstCaps* caps) {
  const GstStructure* const s = gst_caps_get_structure(caps, 0);
  const std::string_view name = gst_structure_get_name(s);
  for (const PictureCodec& codec : picture_codecs)
    if (codec.caps == name) return picture_spec(caps, s, codec);
  return sound_spec(caps, s);
}

void complete(StreamSpec& spec, const AVPacket& first) {
  AVCodecParameters& p = *spec.parameters;
  if (p.codec_id != AV_CODEC_ID_AV1 || p.extradata_size > 0) return;
  struct FreeFilter {
    void operator()(AVBSFContext* f) const { av_bsf_free(&f); }
  };
  AVBSFContext* made = nullptr;
  if (av_bsf_alloc(av_bsf_get_by_name("extract_extradata"), &made) < 0) return;
  const std::unique_ptr<AVBSFContext, FreeFilter> filter(made);
  const PacketPtr packet(av_packet_clone(&first));
  if (!packet || avcodec_parameters_copy(filter->par_in, &p) < 0 || av_bsf_init(filter.get()) < 0 ||
      av_bsf_send_packet(filter.get(), packet.get()) < 0 || av_bsf_receive_packet(filter.get(), packet.get()) < 0)
    return;
  std::size_t size = 0;
  if (const std::uint8_t* const data = av_packet_get_side_data(packet.get(), AV_PKT_DATA_NEW_EXTRADATA, &size))
    set_extradata(p, data, size);
}

std::int64_t samples_in(const AVCodecParameters& p, const std::uint8_t* data, std::size_t size) {
  if (p.codec_id == AV_CODEC_ID_OPUS) return opus_samples(data, size);
  if (p.block_align > 0) return static_cast<std::int64_t>(size) / p.block_align;
  return p.frame_size;
}

}  // namespace reel::local
