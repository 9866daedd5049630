#include "splice/picture_encoder.hpp"

#include <gst/video/video.h>

extern "C" {
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
}

#include <algorithm>
#include <array>
#include <exception>
#include <string_view>

#include "reel/base/error.hpp"

namespace reel::engine {
namespace {

/// GStreamer's names of libavutil's pixel formats, where planes are in the same order.
struct Raw {
  AVPixelFormat format;
  const char* name;
};
constexpr std::array raw_formats{Raw{AV_PIX_FMT_YUV420P, "I420"},
                                 Raw{AV_PIX_FMT_YUVJ420P, "I420"},
                                 Raw{AV_PIX_FMT_YUV422P, "Y42B"},
                                 Raw{AV_PIX_FMT_YUVJ422P, "Y42B"},
                                 Raw{AV_PIX_FMT_YUV444P, "Y444"},
                                 Raw{AV_PIX_FMT_YUVJ444P, "Y444"},
                                 Raw{AV_PIX_FMT_YUV411P, "Y41B"},
                                 Raw{AV_PIX_FMT_YUV420P10LE, "I420_10LE"},
                                 Raw{AV_PIX_FMT_YUV422P10LE, "I422_10LE"},
                                 Raw{AV_PIX_FMT_YUV444P10LE, "Y444_10LE"},
                                 Raw{AV_PIX_FMT_YUV420P12LE, "I420_12LE"},
                                 Raw{AV_PIX_FMT_YUV422P12LE, "I422_12LE"},
                                 Raw{AV_PIX_FMT_YUV444P12LE, "Y444_12LE"},
                                 Raw{AV_PIX_FMT_YUVA444P10LE, "A444_10LE"},
                                 Raw{AV_PIX_FMT_GBRP, "GBR"},
                                 Raw{AV_PIX_FMT_GBRP10LE, "GBR_10LE"},
                                 Raw{AV_PIX_FMT_GBRP12LE, "GBR_12LE"},
                                 Raw{AV_PIX_FMT_BGR0, "BGRx"},
                                 Raw{AV_PIX_FMT_BGRA, "BGRA"},
                                 Raw{AV_PIX_FMT_GRAY8, "GRAY8"}};

AVPixelFormat format_of(const EncoderSettings& settings, const AVCodecParameters& p) {
  return settings.format != AV_PIX_FMT_NONE ? settings.format : static_cast<AVPixelFormat>(p.format);
}

bool takes(const AVCodec& encoder, AVPixelFormat format) {
  for (const AVPixelFormat* f = encoder.pix_fmts; f != nullptr && *f != AV_PIX_FMT_NONE; ++f)
    if (*f == format) return true;
  return false;
}

void describe(AVCodecContext& c, const AVCodecParameters& p, const EncoderSettings& s, AVRational frame_rate) {
  c.width = p.width;
  c.height = p.height;
  c.pix_fmt = format_of(s, p);
  c.sample_aspect_ratio = p.sample_aspect_ratio;
  c.color_primaries = p.color_primaries;
  c.color_trc = p.color_trc;
  c.colorspace = p.color_space;
  c.color_range = p.color_range;
  c.chroma_sample_location = p.chroma_location;
  c.field_order = p.field_order;
  c.bits_per_raw_sample = p.bits_per_raw_sample;
  c.framerate = frame_rate;
  c.time_base = av_inv_q(frame_rate);
  c.level = s.level;
  c.max_b_frames = s.b_frames;
  c.gop_size = s.group;
  c.bit_rate = s.bit_rate;
  c.flags |= static_cast<int>(s.flags);
  c.thread_count = s.threads;
  if (s.quantizer) {
    c.flags |= AV_CODEC_FLAG_QSCALE;
    c.global_quality = *s.quantizer * FF_QP2LAMBDA;
  }
}

/// An encoder with these settings; null where it does not take them.
av::CodecContext open(const EncoderSettings& s, const AVCodecParameters& p, AVRational frame_rate) {
  const AVCodec* const codec = avcodec_find_encoder_by_name(s.encoder.c_str());
  if (codec == nullptr || !takes(*codec, format_of(s, p))) return nullptr;
  av::CodecContext encoder(avcodec_alloc_context3(codec));
  if (!encoder) throw std::bad_alloc();
  describe(*encoder, p, s, frame_rate);
  AVDictionary* options = nullptr;
  for (const auto& [name, value] : s.options) av_dict_set(&options, name.c_str(), value.c_str(), 0);
  const int result = avcodec_open2(encoder.get(), codec, &options);
  const bool all_known = av_dict_count(options) == 0;
  av_dict_free(&options);
  return result >= 0 && all_known ? std::move(encoder) : nullptr;
}

Bytes header_of(const AVCodecContext& encoder) {
  return {encoder.extradata, static_cast<std::size_t>(encoder.extradata_size)};
}

}  // namespace

std::optional<PictureFormat> format_beside(const FileIndex& index, std::string& refusal) {
  PictureFormat format{.parameters = index.parameters, .codec = index.codec, .frame_rate = index.frame_rate};
  const AVCodecParameters& p = *index.parameters;
  for (EncoderSettings& settings : index.codec->encoders(index.reorder)) {
    if (std::ranges::find(raw_formats, format_of(settings, p), &Raw::format) == raw_formats.end()) continue;
    const av::CodecContext encoder = open(settings, p, format.frame_rate);
    auto header = encoder ? index.codec->header(header_of(*encoder)) : std::nullopt;
    if (!header) continue;
    format.settings = std::move(settings);
    format.header = std::move(*header);
    return format;
  }
  refusal =
      "no encoder makes pictures that fit between those of it (" + std::string(avcodec_get_name(p.codec_id)) + ")";
  return std::nullopt;
}

std::string conversion_to(const PictureFormat& format) {
  constexpr std::array turned{"", "videoflip video-direction=90l ! ", "videoflip video-direction=180 ! ",
                              "videoflip video-direction=90r ! "};
  const AVCodecParameters& p = *format.parameters;
  const auto* const raw = std::ranges::find(raw_formats, format_of(format.settings, p), &Raw::format);
  return std::string(turned[static_cast<std::size_t>(format.rotation / 90 % 4)]) +
         "videoconvert ! video/x-raw,format=" + raw->name + ",width=" + std::to_string(p.width) +
         ",height=" + std::to_string(p.height);
}

struct PictureEncoder::State {
  const PictureFormat& format;
  Spool& spool;
  av::CodecContext encoder;
  std::int64_t pushed = 0;
  std::vector<EncodedPicture> encoded;
  std::string fault;

  av::Frame frame_of(GstSample* sample);
  void send(const AVFrame* frame);
  void take(const AVPacket& packet);
};

/// A copy: encoders keep pictures longer than GStreamer's pools have them to spare.
av::Frame PictureEncoder::State::frame_of(GstSample* sample) {
  GstVideoInfo info;
  GstVideoFrame mapped;
  if (gst_video_info_from_caps(&info, gst_sample_get_caps(sample)) == FALSE ||
      gst_video_frame_map(&mapped, &info, gst_sample_get_buffer(sample), GST_MAP_READ) == FALSE)
    throw base::RunError("a picture cannot be read");
  av::Frame frame(av_frame_alloc());
  frame->format = encoder->pix_fmt;
  frame->width = encoder->width;
  frame->height = encoder->height;
  if (av_frame_get_buffer(frame.get(), 0) < 0) throw std::bad_alloc();
  std::array<const std::uint8_t*, 4> planes{};
  std::array<int, 4> strides{};
  for (guint i = 0; i < GST_VIDEO_FRAME_N_PLANES(&mapped); ++i) {
    planes[i] = static_cast<const std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&mapped, i));
    strides[i] = GST_VIDEO_FRAME_PLANE_STRIDE(&mapped, i);
  }
  av_image_copy(frame->data, frame->linesize, planes.data(), strides.data(), encoder->pix_fmt, encoder->width,
                encoder->height);
  gst_video_frame_unmap(&mapped);
  const AVFieldOrder fields = format.parameters->field_order;
  frame->interlaced_frame = (encoder->flags & AV_CODEC_FLAG_INTERLACED_DCT) != 0 ? 1 : 0;
  frame->top_field_first = fields == AV_FIELD_TT || fields == AV_FIELD_BT ? 1 : 0;
  frame->quality = encoder->global_quality;
  frame->pts = pushed++;
  return frame;
}

void PictureEncoder::State::send(const AVFrame* frame) {
  if (avcodec_send_frame(encoder.get(), frame) < 0) throw base::RunError("the encoder refuses a picture");
  const av::Packet packet(av_packet_alloc());
  int result = 0;
  while ((result = avcodec_receive_packet(encoder.get(), packet.get())) >= 0) {
    take(*packet);
    av_packet_unref(packet.get());
  }
  if (result != AVERROR(EAGAIN) && result != AVERROR_EOF) throw base::RunError("the encoder failed");
}

void PictureEncoder::State::take(const AVPacket& packet) {
  const auto fitted = format.codec->fitted({packet.data, static_cast<std::size_t>(packet.size)});
  if (!fitted) throw base::RunError("a rendered picture does not fit into the file");
  if (packet.pts < 0 || packet.pts >= pushed) throw base::RunError("the encoder changed the time of a picture");
  encoded.push_back({.picture = static_cast<std::size_t>(packet.pts),
                     .key = (packet.flags & AV_PKT_FLAG_KEY) != 0,
                     .bytes = spool.add(*fitted)});
}

PictureEncoder::PictureEncoder(const PictureFormat& format, Spool& spool)
    : state_(new State{
          .format = format, .spool = spool, .encoder = open(format.settings, *format.parameters, format.frame_rate)}) {
  const auto header = state_->encoder ? format.codec->header(header_of(*state_->encoder)) : std::nullopt;
  if (header != format.header) throw base::RunError("rendered pictures cannot be encoded twice alike");
}

PictureEncoder::~PictureEncoder() = default;

bool PictureEncoder::push(GstSample* picture) noexcept {
  try {
    if (state_->fault.empty()) state_->send(state_->frame_of(picture).get());
  } catch (const std::exception& e) {
    state_->fault = e.what();
  }
  return state_->fault.empty();
}

std::vector<EncodedPicture> PictureEncoder::finish() {
  State& s = *state_;
  if (s.fault.empty()) s.send(nullptr);
  if (s.fault.empty() && s.encoded.size() != static_cast<std::size_t>(s.pushed)) s.fault = "the encoder lost a picture";
  if (!s.fault.empty()) throw base::RunError("rendered pictures cannot be encoded: " + s.fault);
  return std::move(s.encoded);
}

}  // namespace reel::engine
