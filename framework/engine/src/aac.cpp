#include "aac.hpp"

#include <cstddef>

namespace reel::engine::aac {
namespace {

class Bits {
 public:
  explicit Bits(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  unsigned read(std::size_t count) {
    unsigned value = 0;
    for (; count > 0; --count, ++at_) value = value << 1U | (ended() ? 0 : bytes_[at_ / 8] >> (7 - at_ % 8) & 1U);
    return value;
  }
  void skip(std::size_t count) { at_ += count; }
  bool ended() const { return at_ / 8 >= bytes_.size(); }

 private:
  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
};

// ISO/IEC 14496-3, tables 4.85 (elements) and 4.109 (window sequences).
enum Element : unsigned { single_channel = 0, channel_pair = 1, fill = 6 };
enum Sequence : unsigned { only_long = 0, long_start = 1, long_stop = 3 };

}  // namespace

std::optional<Windows> windows_of(std::span<const std::uint8_t> packet) {
  Bits bits(packet);
  unsigned element = bits.read(3);
  while (element == fill && !bits.ended()) {
    const unsigned count = bits.read(4);
    bits.skip(std::size_t{8} * (count < 15 ? count : 14 + bits.read(8)));
    element = bits.read(3);
  }
  if (element != single_channel && element != channel_pair) return std::nullopt;
  bits.skip(4);  // which of its kind
  const bool common = element == single_channel || bits.read(1) == 1;
  if (element == single_channel || !common) bits.skip(8);  // gain
  bits.skip(1);
  const unsigned sequence = bits.read(2);
  const bool kaiser = bits.read(1) == 1;
  if (bits.ended()) return std::nullopt;
  return Windows{sequence == only_long || sequence == long_start, sequence == only_long || sequence == long_stop,
                 kaiser, common};
}

}  // namespace reel::engine::aac
