/// VP8 (RFC 6386, 9.1), VP9 (bitstream specification, 6.2) and AV1 (bitstream specification, 5.3 to 5.5).
#include <algorithm>
#include <array>

#include "nal.hpp"

namespace reel::engine {
namespace {

constexpr const char* changes_size = "its pictures change in size";

/// Of VP8 and VP9, from 0 to 63: untouched pictures cannot be told from the originals.
constexpr int constant_quality = 6;

class Vp8Codec final : public Codec {
 public:
  explicit Vp8Codec(const AVCodecParameters& parameters) : Codec(parameters) {}

  void read(Bytes packet, std::vector<model::IndexedPacket>& packets) override {
    if (packet.size() < 10) return refuse("a packet of it is damaged");
    if ((packet[0] & 0x10U) == 0) return refuse("some of its packets are not shown");
    if ((packet[0] & 1U) != 0) return;
    packets.back().entry = true;
    const int width = (packet[6] | packet[7] << 8) & 0x3FFF, height = (packet[8] | packet[9] << 8) & 0x3FFF;
    if (width != parameters_.width || height != parameters_.height) refuse(changes_size);
  }
  std::vector<EncoderSettings> encoders(int) const override {
    EncoderSettings s{.encoder = "libvpx", .bit_rate = 1'000'000'000};
    s.options = {{"crf", std::to_string(constant_quality)},
                 {"qmax", "20"},
                 {"deadline", "good"},
                 {"cpu-used", "4"},
                 {"auto-alt-ref", "0"},
                 {"lag-in-frames", "0"}};
    return {s};
  }
};

class Vp9Codec final : public Codec {
 public:
  explicit Vp9Codec(const AVCodecParameters& parameters) : Codec(parameters) {}

  void read(Bytes packet, std::vector<model::IndexedPacket>& packets) override {
    nal::BitReader reader(packet);
    if (reader.bits(2) != 2) return refuse("a packet of it is damaged");
    const std::uint32_t low = reader.bits(1), profile = low | reader.bits(1) << 1U;
    if (profile == 3) reader.skip(1);
    const bool shows_known = reader.bits(1) != 0;
    if (shows_known || reader.bits(1) != 0) return;
    packets.back().entry = true;
    reader.skip(2 + 24);
    if (profile >= 2) reader.skip(1);
    constexpr std::uint32_t rgb = 7;
    const bool is_rgb = reader.bits(3) == rgb;
    if (!is_rgb) reader.skip(1);
    if (profile == 1 || profile == 3) reader.skip(is_rgb ? 1 : 3);
    const auto width = reader.bits(16) + 1, height = reader.bits(16) + 1;
    if (!reader.good()) return refuse("a packet of it is damaged");
    if (static_cast<int>(width) != parameters_.width || static_cast<int>(height) != parameters_.height)
      refuse(changes_size);
  }
  std::vector<EncoderSettings> encoders(int) const override {
    EncoderSettings s{.encoder = "libvpx-vp9"};
    s.options = {{"crf", std::to_string(constant_quality)}, {"deadline", "good"}, {"cpu-used", "5"}, {"row-mt", "1"}};
    return {s};
  }
};

/// An open bitstream unit.
struct Unit {
  unsigned type = 0;
  Bytes all;
};
constexpr unsigned av1_sequence_header = 1, av1_temporal_delimiter = 2;

std::optional<std::vector<Unit>> av1_units(Bytes packet) {
  std::vector<Unit> units;
  while (!packet.empty()) {
    const bool extended = (packet[0] & 4U) != 0, sized = (packet[0] & 2U) != 0;
    std::size_t head = extended ? 2 : 1, size = 0;
    for (unsigned i = 0; sized; ++i) {
      if (i == 8 || head >= packet.size()) return std::nullopt;
      const std::uint8_t byte = packet[head++];
      size |= std::size_t{byte & 0x7FU} << (7 * i);
      if ((byte & 0x80U) == 0) break;
    }
    if (head > packet.size() || size > packet.size() - head) return std::nullopt;
    const std::size_t end = sized ? head + size : packet.size();
    units.push_back({packet[0] >> 3U & 15U, packet.first(end)});
    packet = packet.subspan(end);
  }
  return units;
}

class Av1Codec final : public Codec {
 public:
  explicit Av1Codec(const AVCodecParameters& parameters) : Codec(parameters) {}

  void read(Bytes packet, std::vector<model::IndexedPacket>& packets) override {
    const auto units = av1_units(packet);
    if (!units) return refuse("a packet of it is damaged");
    const auto sequence = std::ranges::find(*units, av1_sequence_header, &Unit::type);
    if (sequence == units->end()) return;
    if (sequence_.empty()) sequence_ = {sequence->all.begin(), sequence->all.end()};
    if (!std::ranges::equal(sequence_, sequence->all)) refuse("its sequence headers change on the way");
    // Rendered pictures bring a sequence header of their own, so an entry must bring back the file's.
    packets.back().entry = packets.back().key;
  }
  std::vector<EncoderSettings> encoders(int) const override {
    // Not SVT-AV1, which waits for ever when it is closed before its end (1.4).
    EncoderSettings s{.encoder = "libaom-av1"};
    s.options = {{"usage", "realtime"}, {"cpu-used", "7"}, {"crf", "8"}, {"row-mt", "1"}};
    return {s};
  }
  std::optional<Buffer> fitted(Bytes packet) const override {
    const auto units = av1_units(packet);
    if (!units) return std::nullopt;
    Buffer fitted;
    for (const Unit& unit : *units)
      if (unit.type != av1_temporal_delimiter) fitted.insert(fitted.end(), unit.all.begin(), unit.all.end());
    return fitted;
  }

 private:
  Buffer sequence_;
};

}  // namespace

std::unique_ptr<Codec> vp8_codec(const AVCodecParameters& parameters) { return std::make_unique<Vp8Codec>(parameters); }
std::unique_ptr<Codec> vp9_codec(const AVCodecParameters& parameters) { return std::make_unique<Vp9Codec>(parameters); }
std::unique_ptr<Codec> av1_codec(const AVCodecParameters& parameters) { return std::make_unique<Av1Codec>(parameters); }

}  // namespace reel::engine
