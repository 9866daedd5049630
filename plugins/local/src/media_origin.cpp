#include "media_origin.hpp"

extern "C" {
#include <libavformat/avformat.h>
}

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "byte_reader.hpp"

namespace reel::local {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::uint64_t clock_range = 1ULL << 33U;  ///< ticks of 1/90000 s after which the clock starts over
constexpr std::size_t searched = 8U << 20U;

/// Program clock reference of one packet of a transport stream (ISO 13818-1, 2.4.3.4).
std::optional<std::uint64_t> reference_in(Bytes packet) {
  const bool has_adaptation = (packet[3] & 0x20U) != 0 && packet[4] >= 7;
  if (packet[0] != 0x47 || !has_adaptation || (packet[5] & 0x10U) == 0) return std::nullopt;
  std::uint64_t ticks = 0;
  for (std::size_t i = 6; i < 10; ++i) ticks = ticks << 8U | packet[i];
  return ticks << 1U | packet[10] >> 7U;
}

std::optional<std::uint64_t> transport_clock(Bytes bytes) {
  constexpr std::size_t size = 188;
  // Cameras put four bytes before each packet, broadcasters sixteen behind.
  for (const auto& [first, step] : {std::pair<std::size_t, std::size_t>{0, 188}, {4, 192}, {0, 204}}) {
    if (bytes.size() < first + step + size || bytes[first] != 0x47 || bytes[first + step] != 0x47) continue;
    for (std::size_t at = first; at + size <= bytes.size(); at += step)
      if (const auto ticks = reference_in(bytes.subspan(at, size))) return ticks;
  }
  return std::nullopt;
}

/// System clock reference of the first pack of a program stream (ISO 13818-1, 2.5.3.4; ISO 11172-1 lays it out likewise,
/// from another bit on).
std::optional<std::uint64_t> program_clock(Bytes bytes) {
  if (bytes.size() < 9 || bytes[0] != 0 || bytes[1] != 0 || bytes[2] != 1 || bytes[3] != 0xBA) return std::nullopt;
  std::uint64_t bits = 0;
  for (std::size_t i = 4; i < 9; ++i) bits = bits << 8U | bytes[i];
  const unsigned top = bytes[4] >> 6U == 1 ? 35 : 33;  // of 40 bits: where the highest of three groups begins
  const auto group = [&](unsigned from, unsigned width) { return bits >> from & ((1ULL << width) - 1); };
  return group(top, 3) << 30U | group(top - 16, 15) << 15U | group(top - 32, 15);
}

std::optional<std::uint64_t> first_clock(ByteReader& file, bool transport) {
  std::vector<std::uint8_t> bytes(searched);
  bytes.resize(file.read(0, bytes));
  return transport ? transport_clock(bytes) : program_clock(bytes);
}

/// libavformat's view of a file.
struct Place {
  ByteReader& file;
  std::uint64_t at = 0;

  static int read(void* opaque, std::uint8_t* into, int size) {
    auto& place = *static_cast<Place*>(opaque);
    const std::size_t got = place.file.read(place.at, {into, static_cast<std::size_t>(size)});
    place.at += got;
    return got > 0 ? static_cast<int>(got) : AVERROR_EOF;
  }
  static std::int64_t seek(void* opaque, std::int64_t offset, int whence) {
    auto& place = *static_cast<Place*>(opaque);
    const auto size = static_cast<std::int64_t>(place.file.size());
    if (whence == AVSEEK_SIZE) return size;
    const std::int64_t from = whence == SEEK_CUR ? static_cast<std::int64_t>(place.at) : whence == SEEK_END ? size : 0;
    if (offset < -from) return AVERROR(EINVAL);
    place.at = static_cast<std::uint64_t>(from + offset);
    return from + offset;
  }
};

struct FreeIo {
  void operator()(AVIOContext* io) const {
    av_freep(static_cast<void*>(&io->buffer));
    avio_context_free(&io);
  }
};

/// When the first picture or sound begins, on libavformat's clock.
std::optional<Time> first_media(ByteReader& file) {
  constexpr int block = 64 * 1024;
  Place place{file};
  auto* const buffer = static_cast<unsigned char*>(av_malloc(block));
  const std::unique_ptr<AVIOContext, FreeIo> io(
      avio_alloc_context(buffer, block, 0, &place, Place::read, nullptr, Place::seek));
  AVFormatContext* opened = avformat_alloc_context();
  if (!io || opened == nullptr) return std::nullopt;
  opened->pb = io.get();
  // Other kinds of files may name addresses that would be opened.
  AVDictionary* settings = nullptr;
  av_dict_set(&settings, "format_whitelist", "mov,mp4,m4a,3gp,3g2,mj2,mpegts,mpeg", 0);
  const int error = avformat_open_input(&opened, nullptr, nullptr, &settings);
  av_dict_free(&settings);
  if (error < 0) return std::nullopt;
  const auto close = [](AVFormatContext* context) { avformat_close_input(&context); };
  const std::unique_ptr<AVFormatContext, decltype(close)> context(opened, close);
  if (avformat_find_stream_info(opened, nullptr) < 0) return std::nullopt;
  std::optional<Time> first;
  for (const AVStream* const stream : std::span(opened->streams, opened->nb_streams)) {
    const AVMediaType type = stream->codecpar->codec_type;
    const bool cover = (stream->disposition & AV_DISPOSITION_ATTACHED_PIC) != 0;
    if ((type != AVMEDIA_TYPE_VIDEO && type != AVMEDIA_TYPE_AUDIO) || cover || stream->start_time == AV_NOPTS_VALUE)
      continue;
    const Time start{av_rescale_q_rnd(stream->start_time, stream->time_base, {1, 1'000'000'000}, AV_ROUND_DOWN)};
    if (!first || start < *first) first = start;
  }
  return first;
}

Time mpeg_origin(ByteReader& file, bool transport) {
  const auto clock = first_clock(file, transport);
  const auto media = clock ? first_media(file) : std::nullopt;
  if (!media) return Time{0};
  const auto ticks = static_cast<std::uint64_t>(av_rescale(media->count(), 90'000, 1'000'000'000));
  const std::uint64_t before = (ticks - *clock) % clock_range;
  if (before > clock_range / 2) return Time{0};  // the media begin before the clock is known
  return Time{av_rescale(static_cast<std::int64_t>(before), 1'000'000'000, 90'000)};
}

}  // namespace

Time media_origin(const std::string& uri, const std::string& media_type) {
  const bool transport = media_type == "video/mpegts";
  const bool mpeg = transport || media_type == "video/mpeg";
  if (!mpeg && media_type != "video/quicktime" && media_type != "audio/x-m4a") return Time{0};
  ByteReader file(uri);
  return mpeg ? mpeg_origin(file, transport) : std::max(Time{0}, first_media(file).value_or(Time{0}));
}

}  // namespace reel::local
