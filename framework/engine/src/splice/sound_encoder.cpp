#include "splice/sound_encoder.hpp"

extern "C" {
#include <libavutil/opt.h>
}

#include <algorithm>
#include <cstring>

#include "splice/splice_fault.hpp"

namespace reel::engine {
namespace {

/// Sound is encoded a second time here, and nobody should hear that. By quality, not by bits: that is the same from the first packet on.
constexpr int aac_quality = 3;

void check(int result, const char* what) {
  if (result < 0)
    throw base::RunError(std::string("rendered sound cannot be encoded: ") + what + ": " + av::words(result));
}

/// Players read one header for all packets.
bool headers_agree(const AVCodecParameters& file, const AVCodecContext& made) {
  if (made.extradata_size < 2 || file.extradata_size < 2) return false;
  if (file.codec_id == AV_CODEC_ID_AAC) return std::memcmp(made.extradata, file.extradata, 2) == 0;
  // ALAC: all but the sizes of packets, which only say how much there may be.
  constexpr std::size_t size = 36, sizes_begin = 24, sizes_end = 32;
  if (made.extradata_size != size || file.extradata_size != size) return false;
  return std::equal(made.extradata, made.extradata + sizes_begin, file.extradata) &&
         std::equal(made.extradata + sizes_end, made.extradata + size, file.extradata + sizes_end);
}

/// Interleaved samples into one plane a channel.
template <class T>
void part(const std::uint8_t* from, AVFrame& to, int channels) {
  const T* at = reinterpret_cast<const T*>(from);
  for (int i = 0; i < to.nb_samples; ++i)
    for (int c = 0; c < channels; ++c) reinterpret_cast<T*>(to.extended_data[c])[i] = *at++;
}

}  // namespace

struct SoundEncoder::State {
  Take take;
  std::shared_ptr<AVCodecParameters> parameters;
  av::CodecContext codec;  ///< null: samples are packets
  av::Frame frame{av_frame_alloc()};
  av::Packet packet{av_packet_alloc()};
  std::int64_t pushed = 0;  ///< samples
  int frame_size = 0;
  SoundFormat format;

  void open();
  void describe();
  void receive();
};

void SoundEncoder::State::open() {
  const AVCodecParameters& p = *parameters;
  const AVCodec* const encoder = avcodec_find_encoder(p.codec_id);
  if (encoder == nullptr) throw SpliceFault("there is no encoder for the file's sound");
  codec.reset(avcodec_alloc_context3(encoder));
  if (!codec || !frame || !packet) throw std::bad_alloc();
  codec->sample_rate = p.sample_rate;
  codec->time_base = {1, p.sample_rate};
  codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  codec->sample_fmt = p.codec_id == AV_CODEC_ID_AAC ? AV_SAMPLE_FMT_FLTP
                      : p.bits_per_raw_sample > 16  ? AV_SAMPLE_FMT_S32P
                                                    : AV_SAMPLE_FMT_S16P;
  codec->bits_per_raw_sample = p.bits_per_raw_sample;
  check(av_channel_layout_copy(&codec->ch_layout, &p.ch_layout), "its channels");
  if (p.codec_id == AV_CODEC_ID_AAC) {
    codec->flags |= AV_CODEC_FLAG_QSCALE;
    codec->global_quality = FF_QP2LAMBDA * aac_quality;
    // What is coded for its shape only, noise and one channel for two, would not cancel out against the neighbours' overlap.
    av_opt_set(codec->priv_data, "aac_coder", "fast", 0);
    for (const char* const trick : {"aac_pns", "aac_is"}) av_opt_set_int(codec->priv_data, trick, 0, 0);
  }
  if (avcodec_open2(codec.get(), encoder, nullptr) < 0 || !headers_agree(p, *codec))
    throw SpliceFault("no encoder agrees with the header of the file's sound");
  if (codec->frame_size != frame_size)
    throw SpliceFault("the encoder's packets of sound are not as long as the file's");
}

void SoundEncoder::State::describe() {
  const AVCodecParameters& p = *parameters;
  const int channels = p.ch_layout.nb_channels;
  const char* name = raw_format_of(p.codec_id);
  if (codec) {
    const AVSampleFormat kind = codec->sample_fmt;
    name = kind == AV_SAMPLE_FMT_FLTP ? "F32LE" : kind == AV_SAMPLE_FMT_S32P ? "S32LE" : "S16LE";
    format.padding = codec->initial_padding;
    format.sample_size = static_cast<std::size_t>(av_get_bytes_per_sample(kind)) * static_cast<std::size_t>(channels);
  } else {
    format.sample_size = static_cast<std::size_t>(p.block_align);
  }
  format.caps = std::string("audio/x-raw,format=") + name +
                ",layout=interleaved,rate=" + std::to_string(p.sample_rate) + ",channels=" + std::to_string(channels);
}

void SoundEncoder::State::receive() {
  for (;;) {
    const int result = avcodec_receive_packet(codec.get(), packet.get());
    if (result == AVERROR(EAGAIN) || result == AVERROR_EOF) return;
    check(result, "a packet");
    take(packet->pts, {packet->data, static_cast<std::size_t>(packet->size)});
    av_packet_unref(packet.get());
  }
}

SoundEncoder::SoundEncoder(const SoundFile& beside, Take take)
    : state_(new State{.take = std::move(take), .parameters = beside.parameters, .frame_size = beside.index.frame}) {
  if (raw_format_of(beside.parameters->codec_id) == nullptr) state_->open();
  state_->describe();
}

SoundEncoder::~SoundEncoder() = default;

void SoundEncoder::push(std::span<const std::uint8_t> samples) {
  State& s = *state_;
  const auto count = static_cast<std::int64_t>(samples.size() / s.format.sample_size);
  if (!s.codec) {
    s.take(s.pushed, samples);
    s.pushed += count;
    return;
  }
  AVFrame& frame = *s.frame;
  frame.nb_samples = static_cast<int>(count);
  frame.format = s.codec->sample_fmt;
  frame.sample_rate = s.codec->sample_rate;
  frame.pts = s.pushed;
  check(av_channel_layout_copy(&frame.ch_layout, &s.codec->ch_layout), "its channels");
  check(av_frame_get_buffer(&frame, 0), "its samples");
  const int channels = frame.ch_layout.nb_channels;
  if (s.codec->sample_fmt == AV_SAMPLE_FMT_S16P)
    part<std::int16_t>(samples.data(), frame, channels);
  else
    part<std::int32_t>(samples.data(), frame, channels);  // bits are moved, whatever they mean
  const int result = avcodec_send_frame(s.codec.get(), &frame);
  av_frame_unref(&frame);
  check(result, "its samples");
  s.pushed += count;
  s.receive();
}

void SoundEncoder::finish() {
  if (!state_->codec) return;
  check(avcodec_send_frame(state_->codec.get(), nullptr), "its end");
  state_->receive();
}

const SoundFormat& SoundEncoder::format() const { return state_->format; }

}  // namespace reel::engine
