/// Bytes as Photoshop's files want them: most significant first.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace reel::photoshop {

class Bytes {
 public:
  Bytes& u8(unsigned value) { return number(value, 1); }
  Bytes& u16(unsigned value) { return number(value, 2); }
  Bytes& u32(std::uint64_t value) { return number(value, 4); }
  Bytes& i32(std::int64_t value) { return number(static_cast<std::uint64_t>(value), 4); }
  /// A length or count whose size depends on the kind of file.
  Bytes& number(std::uint64_t value, unsigned size);
  Bytes& text(std::string_view characters);
  Bytes& append(std::span<const std::uint8_t> more);
  Bytes& zeros(std::size_t count);
  /// Zeros up to the next multiple, counted from the first byte.
  Bytes& pad(std::size_t multiple);

  std::size_t size() const { return data_.size(); }
  operator std::span<const std::uint8_t>() const { return data_; }

 private:
  std::vector<std::uint8_t> data_;
};

}  // namespace reel::photoshop
