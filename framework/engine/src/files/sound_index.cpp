#include "files/sound_index.hpp"

extern "C" {
#include <libavutil/intreadwrite.h>
}

#include <algorithm>
#include <cmath>

#include "files/packet_tables.hpp"

namespace reel::engine {
namespace {

constexpr int aac_frame = 1024;

/// The file's AAC as its two first bytes say: its kind, its rate and its channels as everybody knows them, 1024 samples a packet.
std::string refusal_of_aac(const AVCodecParameters& p) {
  if (p.profile != FF_PROFILE_AAC_LOW) return "its AAC is not of the low complexity profile";
  if (p.extradata_size < 2) return "its AAC has no header of its own beside the packets";
  const unsigned header = static_cast<unsigned>(p.extradata[0]) << 8U | p.extradata[1];
  const unsigned kind = header >> 11U, rate = header >> 7U & 15U, channels = header >> 3U & 15U, other = header & 7U;
  if (kind != 2 || rate == 15 || channels == 0 || other != 0) return "its AAC is of a rare kind";
  return {};
}

/// ALAC's header is a box of MP4, and begins with how long packets are.
int alac_frame(const AVCodecParameters& p) {
  constexpr int at = 12, longest = 1 << 16;
  if (p.extradata_size < at + 4) return 0;
  const std::int64_t frame = AV_RB32(p.extradata + at);
  return frame < longest ? static_cast<int>(frame) : 0;
}

/// Takes in what is known of one codec.
void describe(const AVCodecParameters& p, model::SoundIndex& index) {
  switch (p.codec_id) {
    case AV_CODEC_ID_AAC:
      index.frame = aac_frame;
      // Samples hang on two packets. The third in front, and the one behind, let windows change over to those of a
      // sudden start or end.
      index.before = 2;
      index.after = 1;
      index.refusal = refusal_of_aac(p);
      break;
    case AV_CODEC_ID_ALAC:
      index.frame = alac_frame(p);
      break;
    default:
      index.frame = 1;
      if (raw_format_of(p.codec_id) == nullptr)
        index.refusal = "in its codec, " + index.codec + ", packets cannot be replaced one by one";
  }
  const bool unknown = index.frame <= 0 || p.sample_rate <= 0 || (index.frame == 1 && p.block_align <= 0);
  if (unknown && index.refusal.empty()) index.refusal = "its sound does not say how long packets are";
}

std::optional<aac::Windows> windows_in(const AVPacket& packet) {
  return aac::windows_of({packet.data, static_cast<std::size_t>(packet.size)});
}

/// Finds out where packets lie while they come by.
class Grid {
 public:
  Grid(SoundFile& file, base::Time origin) : file_(file), rate_(file.index.rate), tick_(samples_in_tick()) {
    origin_ = static_cast<double>(origin.count()) * rate_ / 1e9;
  }

  void add(const AVPacket& packet) {
    model::SoundIndex& index = file_.index;
    if (packet.pts == AV_NOPTS_VALUE) return refuse("some packets of its sound have no time");
    const double at = static_cast<double>(packet.pts) * av_q2d(file_.time_base) * rate_ - origin_;
    if ((packet.flags & AV_PKT_FLAG_DISCARD) != 0 && at >= 0) return refuse("an edit list hides some of its sound");
    // Where the first packet begins, by what this one says.
    const double first = at - static_cast<double>(samples_);
    earliest_ = std::max(earliest_, first - tick_);
    latest_ = std::min(latest_, first + tick_);
    if (earliest_ > latest_) refuse("its sound has gaps");
    const int block = file_.parameters->block_align;
    const std::int64_t units = index.frame > 1 ? 1 : packet.size / block;
    file_.last = std::llround(static_cast<double>(packet.duration) * av_q2d(file_.time_base) * rate_);
    index.packets += units;
    samples_ += units * index.frame;
    if (file_.parameters->codec_id == AV_CODEC_ID_AAC)
      file_.windows.push_back(file_.by_tables ? std::nullopt : windows_in(packet));
  }

  void finish() {
    if (!file_.index.refusal.empty()) return;
    file_.index.first = std::llround((earliest_ + latest_) / 2);
    if (file_.index.frame == 1 && tick_ > 1) refuse("the container's times are too coarse for it");
  }

 private:
  /// How far times may be from what they mean: they are rounded.
  double samples_in_tick() const { return std::max(1.0, av_q2d(file_.time_base) * file_.index.rate); }
  void refuse(const char* why) {
    if (file_.index.refusal.empty()) file_.index.refusal = why;
  }

  SoundFile& file_;
  double rate_, tick_, origin_ = 0, earliest_ = -1e18, latest_ = 1e18;
  std::int64_t samples_ = 0;
};

/// AAC may hold more than its header says: then decoders give more samples, at another rate.
class Trial {
 public:
  explicit Trial(const AVCodecParameters& p) : codec_(avcodec_alloc_context3(avcodec_find_decoder(p.codec_id))) {
    if (!codec_ || avcodec_parameters_to_context(codec_.get(), &p) < 0 ||
        avcodec_open2(codec_.get(), nullptr, nullptr) < 0)
      codec_.reset();
  }
  /// Whether the packet holds `samples` at `rate`.
  bool holds(const AVPacket& packet, int samples, int rate) {
    if (!codec_ || avcodec_send_packet(codec_.get(), &packet) < 0) return false;
    const av::Frame frame(av_frame_alloc());
    const int result = avcodec_receive_frame(codec_.get(), frame.get());
    return result == AVERROR(EAGAIN) || (result >= 0 && frame->nb_samples == samples && frame->sample_rate == rate);
  }

 private:
  av::CodecContext codec_;
};

/// `tables`: as av::open_tables(); may be null.
void read_packets(AVFormatContext* input, AVFormatContext* tables, SoundFile& file) {
  Grid grid(file, av::media_start(input));
  Trial trial(*file.parameters);
  const int tried = file.parameters->codec_id == AV_CODEC_ID_AAC ? 4 : 0;
  const av::Packet packet(av_packet_alloc());
  for (int i = 0; file.index.refusal.empty() && av::read(input, packet.get()); av_packet_unref(packet.get())) {
    if (packet->stream_index != file.stream) continue;
    if (tables != nullptr && i == tried) break;
    if (tables == nullptr) grid.add(*packet);
    if (i++ < tried && !trial.holds(*packet, aac_frame, file.index.rate))
      file.index.refusal = "its AAC holds more than its header says (HE-AAC)";
  }
  file.by_tables = tables != nullptr;
  while (tables != nullptr && file.index.refusal.empty() && av::read(tables, packet.get())) {
    if (packet->stream_index == file.stream) grid.add(*packet);
    av_packet_unref(packet.get());
  }
  grid.finish();
  if (file.index.packets == 0 && file.index.refusal.empty()) file.index.refusal = "its sound is empty";
}

}  // namespace

const char* raw_format_of(AVCodecID codec) {
  switch (codec) {
    case AV_CODEC_ID_PCM_U8:
      return "U8";
    case AV_CODEC_ID_PCM_S16LE:
      return "S16LE";
    case AV_CODEC_ID_PCM_S16BE:
      return "S16BE";
    case AV_CODEC_ID_PCM_S24LE:
      return "S24LE";
    case AV_CODEC_ID_PCM_S24BE:
      return "S24BE";
    case AV_CODEC_ID_PCM_S32LE:
      return "S32LE";
    case AV_CODEC_ID_PCM_S32BE:
      return "S32BE";
    case AV_CODEC_ID_PCM_F32LE:
      return "F32LE";
    case AV_CODEC_ID_PCM_F32BE:
      return "F32BE";
    default:
      return nullptr;
  }
}

bool look_into(SoundFile& file, std::int64_t first, std::int64_t end) {
  const model::SoundIndex& index = file.index;
  first = std::max<std::int64_t>(first, 0);
  end = std::min(end, index.packets);
  if (!file.by_tables || file.windows.empty() || first >= end) return true;
  const av::Input input = av::open(file.uri);
  av::read_only(input.get(), file.stream);
  const std::int64_t origin = index.sample_at(av::media_start(input.get()));
  const AVRational sample{1, index.rate};
  // Where it fails, all is read from the start.
  av_seek_frame(input.get(), file.stream, av_rescale_q(index.begin_of(first - 1) + origin, sample, file.time_base),
                AVSEEK_FLAG_BACKWARD);
  const av::Packet packet(av_packet_alloc());
  for (std::int64_t next = first; next < end; av_packet_unref(packet.get())) {
    if (!av::read(input.get(), packet.get())) return false;
    if (packet->stream_index != file.stream || packet->pts == AV_NOPTS_VALUE) continue;
    const std::int64_t begin = av_rescale_q(packet->pts, file.time_base, sample) - origin;
    const std::int64_t number = std::llround(static_cast<double>(begin - index.first) / index.frame);
    if (number > next) return false;
    if (number == next) file.windows[static_cast<std::size_t>(next++)] = windows_in(*packet);
  }
  return true;
}

std::optional<SoundFile> index_sound(const std::string& uri) {
  const av::Input input = av::open(uri);
  AVStream* const stream = av::default_stream(input.get(), AVMEDIA_TYPE_AUDIO);
  if (stream == nullptr) return std::nullopt;
  av::read_only(input.get(), stream->index);
  SoundFile file{.uri = uri, .stream = stream->index, .time_base = stream->time_base};
  file.parameters = av::copy_of(*stream->codecpar);
  file.index.codec = avcodec_get_name(stream->codecpar->codec_id);
  file.index.rate = stream->codecpar->sample_rate;
  // Some containers leave this out.
  file.parameters->block_align =
      av_get_bits_per_sample(file.parameters->codec_id) / 8 * file.parameters->ch_layout.nb_channels;
  describe(*file.parameters, file.index);
  const av::Input tables = av::open_tables(input.get(), uri);
  if (tables) av::read_only(tables.get(), stream->index);
  read_packets(input.get(), tables.get(), file);
  return file;
}

}  // namespace reel::engine
