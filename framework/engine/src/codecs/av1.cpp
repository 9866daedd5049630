/// AV1 (bitstream specification, 5.3 to 5.5).
#include <algorithm>

#include "codecs/codec.hpp"

namespace reel::engine {
namespace {

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

  void read(Bytes packet, model::IndexedPacket& found) override {
    const auto units = av1_units(packet);
    if (!units) return refuse("a packet of it is damaged");
    const auto sequence = std::ranges::find(*units, av1_sequence_header, &Unit::type);
    if (sequence == units->end()) return;
    if (sequence_.empty()) sequence_ = {sequence->all.begin(), sequence->all.end()};
    if (!std::ranges::equal(sequence_, sequence->all)) refuse("its sequence headers change on the way");
    // Rendered pictures bring a sequence header of their own, so an entry must bring back the file's.
    found.entry = found.key;
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

std::unique_ptr<Codec> av1_codec(const AVCodecParameters& parameters) { return std::make_unique<Av1Codec>(parameters); }

}  // namespace reel::engine
