/// Numbers out of bits and bytes, as headers of media have them. Private to the engine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace reel::engine {

using Bytes = std::span<const std::uint8_t>;
using Buffer = std::vector<std::uint8_t>;

/// Reads numbers from the front of bytes; past the end it is no longer good.
class ByteReader {
 public:
  explicit ByteReader(Bytes bytes) : bytes_(bytes) {}

  bool good() const { return good_; }
  bool at_end() const { return at_ == bytes_.size(); }
  std::uint32_t number(std::size_t size);
  Bytes take(std::size_t size);
  Bytes rest() { return take(bytes_.size() - at_); }

 private:
  Bytes bytes_;
  std::size_t at_ = 0;
  bool good_ = true;
};

/// Reads bits from the front of bytes; past the end it is no longer good.
class BitReader {
 public:
  explicit BitReader(Bytes bytes) : bytes_(bytes) {}

  bool good() const { return good_; }
  std::size_t at() const { return at_; }
  std::uint32_t bits(std::size_t count);
  void skip(std::size_t count) { at_ += count; }
  std::uint32_t exp_golomb();

 private:
  Bytes bytes_;
  std::size_t at_ = 0;
  bool good_ = true;
};

class BitWriter {
 public:
  void bits(std::uint32_t value, std::size_t count);
  void exp_golomb(std::uint32_t value);
  /// What `from` has from bit `at` on, with the 1 that closes it; zeros fill the last byte.
  void rest(Bytes from, std::size_t at);
  const Buffer& bytes() const { return bytes_; }

 private:
  Buffer bytes_;
  std::size_t used_ = 0;
};

}  // namespace reel::engine
