#include "track.hpp"

#include <algorithm>
#include <cstring>

#include "reel/handles.hpp"
#include "stream_spec.hpp"

extern "C" {
#include <libavutil/intreadwrite.h>
#include <libavutil/mathematics.h>
}

namespace reel::local {
namespace {

constexpr AVRational nanoseconds{1, 1'000'000'000};
constexpr std::size_t flac_block_header = 4, flac_streaminfo = 34;

PacketPtr packet_of(const MappedBuffer& map) {
  PacketPtr packet(av_packet_alloc());
  if (!packet || av_new_packet(packet.get(), static_cast<int>(map.size())) < 0) throw std::bad_alloc();
  std::memcpy(packet->data, map.data(), map.size());
  return packet;
}

bool same_format(const AVCodecParameters& a, const AVCodecParameters& b) {
  return a.codec_id == b.codec_id && a.width == b.width && a.height == b.height && a.sample_rate == b.sample_rate &&
         a.ch_layout.nb_channels == b.ch_layout.nb_channels && a.extradata_size == b.extradata_size &&
         (a.extradata_size == 0 ||
          std::memcmp(a.extradata, b.extradata, static_cast<std::size_t>(a.extradata_size)) == 0);
}

/// Tells players how many samples at the start and at the end of a packet are none of the sound.
void mark_padding(AVPacket& packet, std::int64_t start, std::int64_t end) {
  std::uint8_t* const data = av_packet_new_side_data(&packet, AV_PKT_DATA_SKIP_SAMPLES, 10);
  if (data == nullptr) return;
  std::memset(data, 0, 10);
  AV_WL32(data, static_cast<std::uint32_t>(start));
  AV_WL32(data + 4, static_cast<std::uint32_t>(end));
}

}  // namespace

void Track::set_caps(const GstCaps* caps) {
  if (ignored) return;
  StreamSpec spec = spec_of(caps);
  if (spec_ && index >= 0) {
    if (!same_format(*spec_->parameters, *spec.parameters))
      throw Error("the format changed midway, which one file cannot hold; expected the same size and rate throughout");
    return;
  }
  time_base_ = spec.time_base;
  spec_ = std::move(spec);
  colour_marks_ = ColourMarks(*spec_->parameters);
}

void Track::set_segment(const GstSegment& segment) {
  if (segment.format == GST_FORMAT_TIME) segment_ = segment;
}

/// Running time, which may be negative: encoders that reorder start decoding before the first picture is shown.
std::int64_t Track::running_time(GstClockTime time) const {
  guint64 running = 0;
  const int sign = gst_segment_to_running_time_full(&segment_, GST_FORMAT_TIME, time, &running);
  return sign < 0 ? -static_cast<std::int64_t>(running) : static_cast<std::int64_t>(running);
}

void Track::time_picture(AVPacket& packet, const GstBuffer* buffer) {
  if (!GST_BUFFER_PTS_IS_VALID(buffer)) throw Error("a picture has no timestamp");
  packet.pts = av_rescale_q(running_time(GST_BUFFER_PTS(buffer)), nanoseconds, time_base_);
  packet.dts = GST_BUFFER_DTS_IS_VALID(buffer)
                   ? av_rescale_q(running_time(GST_BUFFER_DTS(buffer)), nanoseconds, time_base_)
                   : packet.pts;
  if (GST_BUFFER_DURATION_IS_VALID(buffer))
    packet.duration = av_rescale_q(static_cast<std::int64_t>(GST_BUFFER_DURATION(buffer)), nanoseconds, time_base_);
  if (last_dts_) packet.dts = std::max(packet.dts, *last_dts_ + 1);
  packet.pts = std::max(packet.pts, packet.dts);
  last_dts_ = packet.dts;
  if (!GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT)) packet.flags |= AV_PKT_FLAG_KEY;
}

/// Sound is counted, not timed: after its first packet each follows the one before it to the sample.
void Track::time_sound(AVPacket& packet, const GstBuffer* buffer) {
  const AVCodecParameters& p = *spec_->parameters;
  const AVRational rate{1, p.sample_rate};
  if (!next_) {
    const std::int64_t start =
        GST_BUFFER_PTS_IS_VALID(buffer) ? av_rescale_q(running_time(GST_BUFFER_PTS(buffer)), nanoseconds, rate) : 0;
    first_ = next_ = start - p.initial_padding;
    // The header of an MP3 file takes the delay from here.
    if (p.codec_id == AV_CODEC_ID_MP3) mark_padding(packet, p.initial_padding, 0);
  }
  std::int64_t samples = samples_in(p, packet.data, static_cast<std::size_t>(packet.size));
  if (samples == 0 && GST_BUFFER_DURATION_IS_VALID(buffer))
    samples = av_rescale_q(static_cast<std::int64_t>(GST_BUFFER_DURATION(buffer)), nanoseconds, rate);
  packet.pts = packet.dts = *next_;
  packet.duration = samples;
  packet.flags |= AV_PKT_FLAG_KEY;
  *next_ += samples;
}

/// Headers are in the caps already, but FLAC sends its own again at the end, then with length and checksum.
bool Track::take_header(GstBuffer* buffer) {
  if (!GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_HEADER) || !is_sound()) return false;
  const MappedBuffer map(buffer, GST_MAP_READ);
  if (first_ && spec_->parameters->codec_id == AV_CODEC_ID_FLAC && map.size() == flac_block_header + flac_streaminfo)
    final_header_.assign(map.data() + flac_block_header, map.data() + map.size());
  return true;
}

void Track::push(GstBuffer* buffer) {
  if (take_header(buffer)) return;
  const MappedBuffer map(buffer, GST_MAP_READ);
  if (map.size() == 0) return;
  PacketPtr packet = colour_marks_.marked(packet_of(map));
  if (is_sound())
    time_sound(*packet, buffer);
  else
    time_picture(*packet, buffer);
  bytes_ += map.size();
  queue_.push_back(std::move(packet));
}

/// Takes away what lies after `end`: encoders fill up their last packet, and put out their delay after it.
void Track::trim(std::int64_t end) {
  while (!queue_.empty() && queue_.back()->pts >= end) {
    bytes_ -= static_cast<std::size_t>(queue_.back()->size);
    queue_.pop_back();
  }
  if (queue_.empty()) return;
  AVPacket& last = *queue_.back();
  const std::int64_t over = last.pts + last.duration - end;
  if (over <= 0) return;
  last.duration -= over;
  mark_padding(last, last.pts == *first_ ? spec_->parameters->initial_padding : 0, over);
}

void Track::end() {
  if (ended) return;
  ended = true;
  if (!is_sound() || !first_) return;
  const std::int64_t total = samples_ ? samples_->load() : 0;
  const int rate = spec_->parameters->sample_rate;
  if (total > 0 && rate > 0) trim(*first_ + spec_->parameters->initial_padding + total);
  if (final_header_.empty()) return;
  PacketPtr packet(av_packet_alloc());
  if (!packet) throw std::bad_alloc();
  std::uint8_t* const data = av_packet_new_side_data(packet.get(), AV_PKT_DATA_NEW_EXTRADATA, final_header_.size());
  if (data == nullptr) throw std::bad_alloc();
  std::memcpy(data, final_header_.data(), final_header_.size());
  packet->pts = packet->dts = *next_;
  queue_.push_back(std::move(packet));
}

void Track::flush() {
  queue_.clear();
  bytes_ = 0;
  last_dts_.reset();
  first_.reset();
  next_.reset();
  final_header_.clear();
  if (samples_) samples_->store(0);
  ended = ignored;
  flushing = false;
  index = -1;
}

StreamSpec Track::take_spec() {
  complete(*spec_, *queue_.front());
  StreamSpec copy{.parameters = ParametersPtr(avcodec_parameters_alloc())};
  if (!copy.parameters || avcodec_parameters_copy(copy.parameters.get(), spec_->parameters.get()) < 0)
    throw std::bad_alloc();
  copy.time_base = spec_->time_base;
  copy.frame_rate = spec_->frame_rate;
  copy.language = spec_->language;
  copy.side_data = spec_->side_data;
  return copy;
}

std::int64_t Track::next_time() const { return av_rescale_q(queue_.front()->dts, time_base_, nanoseconds); }

PacketPtr Track::pop() {
  PacketPtr packet = std::move(queue_.front());
  queue_.pop_front();
  bytes_ -= static_cast<std::size_t>(packet->size);
  packet->time_base = time_base_;
  packet->stream_index = index;
  return packet;
}

}  // namespace reel::local
