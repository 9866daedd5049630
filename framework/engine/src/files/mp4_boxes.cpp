#include "files/mp4_boxes.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "reel/base/text.hpp"

namespace reel::engine::av {
namespace {

/// False: there are not so many bytes.
bool read_at(AVIOContext* io, std::uint64_t at, std::span<unsigned char> into) {
  return avio_seek(io, static_cast<std::int64_t>(at), SEEK_SET) >= 0 &&
         avio_read(io, into.data(), static_cast<int>(into.size())) == static_cast<int>(into.size());
}

std::uint64_t number(std::span<const unsigned char> bytes) {
  std::uint64_t n = 0;
  for (const unsigned char b : bytes) n = n << 8U | b;
  return n;
}

std::size_t entries_in(AVIOContext* io, std::uint64_t begin, std::uint64_t end, std::size_t depth) {
  static constexpr std::array path{"moov", "trak", "mdia", "minf", "stbl", "stsd"};
  std::size_t most = 0;
  for_each_box(io, begin, end, [&](const Mp4Box& box) {
    if (box.type != path.at(depth)) return true;
    std::array<unsigned char, 8> head{};  // version, flags, count
    if (depth + 1 < path.size())
      most = std::max(most, entries_in(io, box.begin, box.end, depth + 1));
    else if (box.end - box.begin >= head.size() && read_at(io, box.begin, head))
      most = std::max<std::size_t>(most, number(std::span(head).last<4>()));
    return true;
  });
  return most;
}

}  // namespace

std::string for_each_box(AVIOContext* io, std::uint64_t at, std::uint64_t end,
                         const std::function<bool(const Mp4Box&)>& f) {
  constexpr int most_boxes = 1'000'000;
  for (int n = 0; n < most_boxes && at + 8 <= end; ++n) {
    std::array<unsigned char, 16> head{};
    const std::size_t there = static_cast<std::size_t>(std::min<std::uint64_t>(head.size(), end - at));
    if (!read_at(io, at, std::span(head).first(there))) return "is damaged";
    const std::string type(reinterpret_cast<const char*>(head.data()) + 4, 4);
    std::uint64_t length = number(std::span(head).first<4>()), header = 8;
    if (length == 1) length = number(std::span(head).last<8>()), header = 16;
    if (length == 0) length = end - at;  // to the end of the file
    if (length < header) return "is damaged";
    if (length > end - at) return "is cut short: it ends in the middle of its '" + base::printable(type) + "' part";
    if (!f({type, at + header, at + length})) return {};
    at += length;
  }
  return {};
}

std::string mp4_fault(AVIOContext* io) {
  static constexpr std::array<std::string_view, 5> first{"ftyp", "moov", "mdat", "wide", "free"};
  const std::int64_t size = avio_size(io);
  std::array<unsigned char, 8> head{};
  if (size < static_cast<std::int64_t>(head.size()) || !read_at(io, 0, head)) return {};
  if (std::ranges::find(first, std::string_view(reinterpret_cast<const char*>(head.data()) + 4, 4)) == first.end())
    return {};
  bool moov = false;
  const std::string fault = for_each_box(io, 0, static_cast<std::uint64_t>(size), [&](const Mp4Box& box) {
    moov = moov || box.type == "moov";
    return true;
  });
  if (!fault.empty() || moov) return fault;
  return "is cut short: it has no index (no 'moov' part), as when recording or copying was broken off";
}

std::string mp4_fault(const std::string& uri) { return mp4_fault(open_io(uri).get()); }

std::size_t most_sample_entries(const std::string& uri) {
  const Io io = open_io(uri);
  const std::int64_t size = avio_size(io.get());
  return size < 0 ? 0 : entries_in(io.get(), 0, static_cast<std::uint64_t>(size), 0);
}

}  // namespace reel::engine::av
