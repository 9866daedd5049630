#include "files/file_index.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
}

#include <algorithm>
#include <span>

#include "files/file_io.hpp"
#include "files/packet_tables.hpp"
#include "files/picture_order.hpp"

namespace reel::engine {
namespace {

constexpr std::size_t deepest_reorder = 16;  // of H.264

/// MP4 may have several headers for one stream, and says with a packet that another one counts from there on.
bool has_new_header(const AVPacket& packet, const AVCodecParameters& parameters) {
  std::size_t size = 0;
  const std::uint8_t* const header = av_packet_get_side_data(&packet, AV_PKT_DATA_NEW_EXTRADATA, &size);
  return header != nullptr &&
         !std::ranges::equal(std::span(header, size),
                             std::span(parameters.extradata, static_cast<std::size_t>(parameters.extradata_size)));
}

constexpr const char* other_order = "its pictures are shown in another order than the times of its packets say";

/// False: pictures are shown in another order than the times of their packets say. `blank`: what is in them does not come with them.
bool add_packets(AVFormatContext* input, const AVStream* stream, base::Time origin, bool blank, FileIndex& index) {
  PictureOrder order(*stream->codecpar);
  const av::Packet packet(av_packet_alloc());
  while (av::read(input, packet.get())) {
    if (packet->stream_index == stream->index) {
      const bool timed = packet->pts != AV_NOPTS_VALUE;
      if (!timed) index.media.fault = "some of its packets have no time";
      if ((packet->flags & AV_PKT_FLAG_DISCARD) != 0) index.media.fault = "an edit list hides some of its pictures";
      if (packet->size == 0) index.media.fault = "some of its packets are empty";
      if (has_new_header(*packet, *stream->codecpar)) index.media.fault = "its parameter sets change on the way";
      const std::int64_t pts = timed ? packet->pts : 0;
      index.media.packets.push_back({.time = av::to_time(pts, stream->time_base) - origin,
                                     .bytes = static_cast<std::uint32_t>(packet->size),
                                     .key = (packet->flags & AV_PKT_FLAG_KEY) != 0});
      const Bytes bytes{packet->data, static_cast<std::size_t>(packet->size)};
      model::IndexedPacket& added = index.media.packets.back();
      if (blank) added.entry = added.key;
      if (!blank && index.codec) index.codec->read(bytes, added);
      if (!blank && timed) order.read(bytes, pts, added.entry);
      index.times.push_back({pts, packet->dts, packet->duration});
    }
    av_packet_unref(packet.get());
  }
  return order.agrees();
}

/// Packets must be told apart by their times, and those must be such that a player can follow.
std::string fault_of_times(const FileIndex& index) {
  std::vector<std::int64_t> shown;
  for (std::size_t i = 0; i < index.times.size(); ++i) {
    shown.push_back(index.times[i].pts);
    if (index.times[i].dts > index.times[i].pts) return "some of its pictures are to be shown before they are decoded";
    if (i > 0 && index.times[i].dts <= index.times[i - 1].dts) return "its packets are not in order of decoding";
  }
  std::ranges::sort(shown);
  if (std::ranges::adjacent_find(shown) != shown.end()) return "two of its pictures have the same time";
  return {};
}

/// By how many places a packet lies before its place in the order of display, at most.
int reorder_of(const std::vector<PacketTimes>& times) {
  int deepest = 0;
  std::vector<std::int64_t> waiting;  // decoded, not yet shown, sorted
  // A picture that comes k places late means that k others were decoded before it and are shown after it.
  for (const PacketTimes& t : times) {
    const auto place = std::ranges::upper_bound(waiting, t.pts);
    deepest = std::max(deepest, static_cast<int>(waiting.end() - place));
    waiting.insert(place, t.pts);
    if (waiting.size() > deepest_reorder) waiting.erase(waiting.begin());
  }
  return deepest;
}

/// Matroska keeps no times of decoding.
void add_missing_times(FileIndex& index) {
  if (std::ranges::none_of(index.times, [](const PacketTimes& t) { return t.dts == AV_NOPTS_VALUE; })) return;
  std::vector<std::int64_t> shown;
  for (const PacketTimes& t : index.times) shown.push_back(t.pts);
  std::ranges::sort(shown);
  const auto decoded = decoding_times(shown, index.reorder);
  for (std::size_t i = 0; i < decoded.size(); ++i) index.times[i].dts = decoded[i];
}

base::Time end_of(const FileIndex& index, AVFormatContext* input) {
  const auto last = std::ranges::max_element(index.times, {}, &PacketTimes::pts);
  const std::int64_t length = std::max<std::int64_t>(last->duration, 1);
  return av::to_time(last->pts + length, index.time_base) - av::media_start(input);
}

/// Codecs learn of the first packets what kind of stream it is; so of them, and of one that is no keyframe.
void look_at_beginning(FileIndex& index) {
  constexpr std::size_t enough = 8;
  index.seen.assign(index.times.size(), false);
  std::size_t end = 1;
  while (end < std::min(enough, index.times.size()) && index.media.packets[end - 1].key) ++end;
  look_into(index, 0, end);
}

}  // namespace

std::vector<std::int64_t> decoding_times(const std::vector<std::int64_t>& shown, int depth) {
  const auto ahead = static_cast<std::size_t>(depth);
  const std::int64_t step = shown.size() > 1 ? std::max<std::int64_t>(1, shown[1] - shown[0]) : 1;
  std::vector<std::int64_t> decoded;
  for (std::size_t i = 0; i < shown.size(); ++i)
    decoded.push_back(i >= ahead ? shown[i - ahead] : shown[0] - static_cast<std::int64_t>(ahead - i) * step);
  return decoded;
}

std::optional<FileIndex> index_file(const std::string& uri) {
  const av::Input input = av::open(uri);
  AVStream* const stream = av::default_stream(input.get(), AVMEDIA_TYPE_VIDEO);
  if (stream == nullptr) return std::nullopt;
  FileIndex index{.uri = uri, .stream = stream->index, .time_base = stream->time_base};
  index.version = av::version_of(input->pb);
  index.media.codec = avcodec_get_name(stream->codecpar->codec_id);
  if (stream->avg_frame_rate.num > 0 && stream->avg_frame_rate.den > 0) index.frame_rate = stream->avg_frame_rate;
  index.parameters = av::copy_of(*stream->codecpar);
  index.codec = codec_of(*index.parameters);
  const av::Input tables = av::told_by_tables(*index.parameters) ? av::open_tables(input.get(), uri) : nullptr;
  AVFormatContext* const packets = tables ? tables.get() : input.get();
  av::read_only(packets, stream->index);
  const bool in_order = add_packets(packets, stream, av::media_start(input.get()), tables != nullptr, index);
  if (index.times.empty()) return std::nullopt;
  if (tables) look_at_beginning(index);
  if (!index.codec) index.media.refusal = "pictures of " + index.media.codec + " cannot be spliced";
  if (index.codec && index.media.refusal.empty()) index.media.refusal = index.codec->refusal();
  index.media.end = end_of(index, input.get());
  index.reorder = reorder_of(index.times);
  add_missing_times(index);
  if (index.media.fault.empty()) index.media.fault = fault_of_times(index);
  if (index.media.fault.empty() && index.media.refusal.empty() && !in_order) index.media.fault = other_order;
  for (const auto& p : index.media.packets) index.shown.push_back(p.time);
  std::ranges::sort(index.shown);
  return index;
}

bool read_packets(const FileIndex& index, std::size_t first, std::size_t end, const std::function<void(Bytes)>& take) {
  // Returns up to where it came.
  const auto read = [&](bool from_start) {
    const av::Input input = av::open(index.uri);
    av::read_only(input.get(), index.stream);
    // Some containers are searched by times of decoding, which come first.
    const PacketTimes& times = index.times[first];
    const std::int64_t time = times.dts != AV_NOPTS_VALUE ? std::min(times.dts, times.pts) : times.pts;
    if (!from_start && av_seek_frame(input.get(), index.stream, time, AVSEEK_FLAG_BACKWARD) < 0) return first;
    const av::Packet packet(av_packet_alloc());
    std::size_t at = first;
    while (at < end && av::read(input.get(), packet.get())) {
      const bool ours = packet->stream_index == index.stream;
      if (ours && packet->pts == index.times[at].pts)
        take({packet->data, static_cast<std::size_t>(packet->size)}), ++at;
      else if (ours && at > first)
        break;
      av_packet_unref(packet.get());
    }
    return at;
  };
  std::size_t at = read(first == 0);
  if (at == first && first > 0) at = read(true);
  return at == end;
}

bool look_into(FileIndex& index, std::size_t first, std::size_t end) {
  PictureOrder order(*index.parameters);
  bool as_told = true;
  std::size_t at = first;
  const bool read = read_packets(index, first, end, [&](Bytes packet) {
    model::IndexedPacket& told = index.media.packets[at];
    model::IndexedPacket found{.time = told.time, .bytes = told.bytes, .key = told.key};
    index.codec->read(packet, found);
    order.read(packet, index.times[at].pts, found.entry);
    as_told = as_told && found.entry == told.entry && found.open_entry == told.open_entry;
    told = found;
    index.seen[at++] = true;
  });
  model::MediaIndex& media = index.media;
  if (!read) media.fault = "its packets are not where its tables say";
  if (media.fault.empty() && !order.agrees()) media.fault = other_order;
  if (media.refusal.empty()) media.refusal = index.codec->refusal();
  return as_told && media.fault.empty() && media.refusal.empty();
}

}  // namespace reel::engine
