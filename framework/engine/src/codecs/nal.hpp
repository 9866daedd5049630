/// Network abstraction layer units, which H.264 and H.265 share (ITU-T H.264, clause 7.3.1 and annex B; ISO 14496-15). Private to
/// the engine.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "codec.hpp"

namespace reel::engine::nal {

/// How units stand in a packet: each behind its length in so many bytes, or, if 0, each behind a start code.
using Framing = std::size_t;
inline constexpr Framing start_codes = 0;

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

/// The units of a packet; nothing if it is not made of units, to the byte.
std::optional<std::vector<Bytes>> units_of(Bytes packet, Framing framing);
/// Appends a unit. False: too long for its length to be written.
bool append_unit(Buffer& packet, Bytes unit, Framing framing);

/// Without, and with, the bytes that keep start codes from appearing by chance.
Buffer unescaped(Bytes unit);
Buffer escaped(Bytes plain);

}  // namespace reel::engine::nal
