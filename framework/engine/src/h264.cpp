#include "h264.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace reel::engine::h264 {
namespace {

/// Reads numbers from the front of bytes; past the end it is no longer good.
class Reader {
 public:
  explicit Reader(Bytes bytes) : bytes_(bytes) {}

  bool good() const { return good_; }
  bool at_end() const { return at_ == bytes_.size(); }
  std::uint32_t number(std::size_t size) {
    std::uint32_t value = 0;
    for (const std::uint8_t byte : take(size)) value = value << 8U | byte;
    return value;
  }
  Bytes take(std::size_t size) {
    good_ = good_ && size <= bytes_.size() - at_;
    if (!good_) return {};
    at_ += size;
    return bytes_.subspan(at_ - size, size);
  }
  Bytes rest() { return take(bytes_.size() - at_); }

 private:
  Bytes bytes_;
  std::size_t at_ = 0;
  bool good_ = true;
};

Buffer copy_of(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

std::vector<Buffer> sets(Reader& reader, std::size_t count) {
  std::vector<Buffer> found;
  for (std::size_t i = 0; i < count && reader.good(); ++i) found.push_back(copy_of(reader.take(reader.number(2))));
  return found;
}

void append(Buffer& to, const std::vector<Buffer>& sets) {
  for (const Buffer& set : sets) append_unit(to, set, 2);
}

/// Without the bytes that keep start codes from appearing by chance. Only the first few: numbers of sets stand at the front.
Buffer unescaped_front(Bytes unit) {
  Buffer plain;
  unsigned zeros = 0;
  for (const std::uint8_t byte : unit.first(std::min<std::size_t>(unit.size(), 32))) {
    if (zeros >= 2 && byte == 3) {
      zeros = 0;
      continue;
    }
    zeros = byte == 0 ? zeros + 1 : 0;
    plain.push_back(byte);
  }
  return plain;
}

/// An unsigned Exp-Golomb number at a bit of `bytes`.
std::optional<unsigned> exp_golomb(const Buffer& bytes, std::size_t bit) {
  const auto at = [&](std::size_t i) { return (bytes[i / 8] >> (7 - i % 8) & 1U) != 0; };
  const std::size_t bits = bytes.size() * 8;
  std::size_t zeros = 0;
  while (bit < bits && !at(bit)) ++bit, ++zeros;
  if (zeros > 16 || bit + zeros >= bits) return std::nullopt;
  unsigned value = 0;
  for (std::size_t i = 0; i <= zeros; ++i) value = value << 1U | (at(bit + i) ? 1U : 0U);
  return value - 1;
}

}  // namespace

std::optional<Configuration> read_configuration(Bytes header) {
  Reader reader(header);
  if (reader.number(1) != 1) return std::nullopt;
  Configuration c;
  c.profile = static_cast<std::uint8_t>(reader.number(1));
  c.compatibility = static_cast<std::uint8_t>(reader.number(1));
  c.level = static_cast<std::uint8_t>(reader.number(1));
  c.length_size = (reader.number(1) & 3U) + 1;
  c.sequence_sets = sets(reader, reader.number(1) & 31U);
  c.picture_sets = sets(reader, reader.number(1));
  c.tail = copy_of(reader.rest());
  if (!reader.good() || c.length_size == 3 || c.sequence_sets.empty() || c.picture_sets.empty()) return std::nullopt;
  return c;
}

Buffer write(const Configuration& c) {
  Buffer header{1,
                c.profile,
                c.compatibility,
                c.level,
                static_cast<std::uint8_t>(0xFCU | (c.length_size - 1)),
                static_cast<std::uint8_t>(0xE0U | c.sequence_sets.size())};
  append(header, c.sequence_sets);
  header.push_back(static_cast<std::uint8_t>(c.picture_sets.size()));
  append(header, c.picture_sets);
  header.insert(header.end(), c.tail.begin(), c.tail.end());
  return header;
}

std::optional<std::vector<Bytes>> units_of(Bytes packet, std::size_t length_size) {
  Reader reader(packet);
  std::vector<Bytes> units;
  while (reader.good() && !reader.at_end()) {
    const Bytes unit = reader.take(reader.number(length_size));
    if (unit.empty()) return std::nullopt;
    units.push_back(unit);
  }
  if (!reader.good() || units.empty()) return std::nullopt;
  return units;
}

bool append_unit(Buffer& packet, Bytes unit, std::size_t length_size) {
  if (length_size < 4 && unit.size() >> (8 * length_size) != 0) return false;
  for (std::size_t i = length_size; i-- > 0;) packet.push_back(static_cast<std::uint8_t>(unit.size() >> (8 * i)));
  packet.insert(packet.end(), unit.begin(), unit.end());
  return true;
}

std::optional<unsigned> x264_version(const std::vector<Bytes>& units) {
  constexpr std::string_view mark = "x264 - core ";
  for (const Bytes unit : units) {
    if (type_of(unit) != sei) continue;
    const std::string_view text(reinterpret_cast<const char*>(unit.data()), unit.size());
    const std::size_t at = text.find(mark);
    unsigned version = 0;
    if (at != std::string_view::npos &&
        std::from_chars(text.data() + at + mark.size(), text.data() + text.size(), version).ec == std::errc{})
      return version;
  }
  return std::nullopt;
}

std::optional<unsigned> id_of_set(Bytes unit) {
  if (unit.empty()) return std::nullopt;
  // A sequence set begins with profile, constraints and level.
  return exp_golomb(unescaped_front(unit), type_of(unit) == sequence_set ? 32 : 8);
}

}  // namespace reel::engine::h264
