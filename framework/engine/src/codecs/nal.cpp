#include "codecs/nal.hpp"

#include <algorithm>

namespace reel::engine::nal {
namespace {

/// Where the next 00 00 01 begins, or the end.
std::size_t start_code(Bytes packet, std::size_t from) {
  for (std::size_t i = from; i + 3 <= packet.size(); ++i)
    if (packet[i] == 0 && packet[i + 1] == 0 && packet[i + 2] == 1) return i;
  return packet.size();
}

std::optional<std::vector<Bytes>> units_between_start_codes(Bytes packet) {
  std::vector<Bytes> units;
  std::size_t at = start_code(packet, 0);
  if (std::ranges::any_of(packet.first(at), [](std::uint8_t b) { return b != 0; })) return std::nullopt;
  while (at < packet.size()) {
    const std::size_t next = start_code(packet, at + 3);
    Bytes unit = packet.subspan(at + 3, next - at - 3);
    while (!unit.empty() && unit.back() == 0) unit = unit.first(unit.size() - 1);
    if (unit.empty()) return std::nullopt;
    units.push_back(unit);
    at = next;
  }
  if (units.empty()) return std::nullopt;
  return units;
}

}  // namespace

std::optional<std::vector<Bytes>> units_of(Bytes packet, Framing framing) {
  if (framing == start_codes) return units_between_start_codes(packet);
  ByteReader reader(packet);
  std::vector<Bytes> units;
  while (reader.good() && !reader.at_end()) {
    const Bytes unit = reader.take(reader.number(framing));
    if (unit.empty()) return std::nullopt;
    units.push_back(unit);
  }
  if (!reader.good() || units.empty()) return std::nullopt;
  return units;
}

bool append_unit(Buffer& packet, Bytes unit, Framing framing) {
  if (framing == start_codes) packet.insert(packet.end(), {0, 0, 0, 1});
  if (framing > 0 && framing < 4 && unit.size() >> (8 * framing) != 0) return false;
  for (std::size_t i = framing; i-- > 0;) packet.push_back(static_cast<std::uint8_t>(unit.size() >> (8 * i)));
  packet.insert(packet.end(), unit.begin(), unit.end());
  return true;
}

Buffer unescaped(Bytes unit) {
  Buffer plain;
  plain.reserve(unit.size());
  unsigned zeros = 0;
  for (const std::uint8_t byte : unit) {
    const bool escape = zeros >= 2 && byte == 3;
    zeros = byte == 0 ? zeros + 1 : 0;
    if (!escape) plain.push_back(byte);
  }
  return plain;
}

Buffer escaped(Bytes plain) {
  Buffer unit;
  unit.reserve(plain.size() + 16);
  unsigned zeros = 0;
  for (const std::uint8_t byte : plain) {
    if (zeros >= 2 && byte <= 3) {
      unit.push_back(3);
      zeros = 0;
    }
    zeros = byte == 0 ? zeros + 1 : 0;
    unit.push_back(byte);
  }
  return unit;
}

}  // namespace reel::engine::nal
