/// VP8 (RFC 6386, 9.1) and VP9 (bitstream specification, 6.2).
#include "codecs/bits.hpp"
#include "codecs/codec.hpp"

namespace reel::engine {
namespace {

constexpr const char* changes_size = "its pictures change in size";

/// Of VP8 and VP9, from 0 to 63: untouched pictures cannot be told from the originals.
constexpr int constant_quality = 6;

class Vp8Codec final : public Codec {
 public:
  explicit Vp8Codec(const AVCodecParameters& parameters) : Codec(parameters) {}

  void read(Bytes packet, model::IndexedPacket& found) override {
    if (packet.size() < 10) return refuse("a packet of it is damaged");
    if ((packet[0] & 0x10U) == 0) return refuse("some of its packets are not shown");
    if ((packet[0] & 1U) != 0) return;
    found.entry = true;
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

  void read(Bytes packet, model::IndexedPacket& found) override {
    BitReader reader(packet);
    if (reader.bits(2) != 2) return refuse("a packet of it is damaged");
    const std::uint32_t low = reader.bits(1), profile = low | reader.bits(1) << 1U;
    if (profile == 3) reader.skip(1);
    const bool shows_known = reader.bits(1) != 0;
    if (shows_known || reader.bits(1) != 0) return;
    found.entry = true;
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

}  // namespace

std::unique_ptr<Codec> vp8_codec(const AVCodecParameters& parameters) { return std::make_unique<Vp8Codec>(parameters); }
std::unique_ptr<Codec> vp9_codec(const AVCodecParameters& parameters) { return std::make_unique<Vp9Codec>(parameters); }

}  // namespace reel::engine
