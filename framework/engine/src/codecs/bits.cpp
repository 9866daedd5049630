#include "codecs/bits.hpp"

namespace reel::engine {

std::uint32_t ByteReader::number(std::size_t size) {
  std::uint32_t value = 0;
  for (const std::uint8_t byte : take(size)) value = value << 8U | byte;
  return value;
}

Bytes ByteReader::take(std::size_t size) {
  good_ = good_ && size <= bytes_.size() - at_;
  if (!good_) return {};
  at_ += size;
  return bytes_.subspan(at_ - size, size);
}

std::uint32_t BitReader::bits(std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i, ++at_) {
    good_ = good_ && at_ / 8 < bytes_.size();
    value = value << 1U | (good_ ? bytes_[at_ / 8] >> (7 - at_ % 8) & 1U : 0U);
  }
  return value;
}

std::uint32_t BitReader::exp_golomb() {
  std::size_t zeros = 0;
  while (good_ && bits(1) == 0) ++zeros;
  good_ = good_ && zeros < 32;
  return good_ ? ((1U << zeros) | bits(zeros)) - 1 : 0;
}

void BitWriter::bits(std::uint32_t value, std::size_t count) {
  for (std::size_t i = count; i-- > 0; ++used_) {
    if (used_ % 8 == 0) bytes_.push_back(0);
    bytes_.back() = static_cast<std::uint8_t>(bytes_.back() | (value >> i & 1U) << (7 - used_ % 8));
  }
}

void BitWriter::exp_golomb(std::uint32_t value) {
  std::size_t length = 0;
  while ((value + 1) >> (length + 1) != 0) ++length;
  bits(0, length);
  bits(value + 1, length + 1);
}

void BitWriter::rest(Bytes from, std::size_t at) {
  std::size_t end = from.size() * 8;
  while (end > at && (from[(end - 1) / 8] >> (7 - (end - 1) % 8) & 1U) == 0) --end;
  BitReader reader(from);
  reader.skip(at);
  while (reader.at() < end) bits(reader.bits(1), 1);
}

}  // namespace reel::engine
