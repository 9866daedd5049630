/// Reads what Bytes writes.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "reel/types.hpp"

namespace reel::photoshop {

/// Throws Error where the file ends too early.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  std::size_t left() const { return bytes_.size(); }
  std::span<const std::uint8_t> take(std::uint64_t size) {
    if (size > bytes_.size()) throw Error("the file is cut short");
    const auto taken = bytes_.first(static_cast<std::size_t>(size));
    bytes_ = bytes_.subspan(static_cast<std::size_t>(size));
    return taken;
  }
  std::uint64_t number(unsigned size) {
    std::uint64_t value = 0;
    for (const std::uint8_t byte : take(size)) value = value << 8 | byte;
    return value;
  }
  unsigned u16() { return static_cast<unsigned>(number(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  std::string_view text(std::uint64_t size) {
    const auto taken = take(size);
    return {reinterpret_cast<const char*>(taken.data()), taken.size()};
  }

 private:
  std::span<const std::uint8_t> bytes_;
};

}  // namespace reel::photoshop
