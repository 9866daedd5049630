/// Bytes of a file at any place, from wherever GStreamer can read.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "reel/sdk.hpp"

namespace reel::local {

/// Throws nothing: what cannot be read is empty.
class ByteReader {
 public:
  explicit ByteReader(const std::string& uri);
  ~ByteReader();
  ByteReader(const ByteReader&) = delete;
  ByteReader& operator=(const ByteReader&) = delete;

  /// Bytes; 0 where it cannot be read at any place.
  std::uint64_t size() const { return size_; }
  /// How many of them were there.
  std::size_t read(std::uint64_t offset, std::span<std::uint8_t> into);

 private:
  ElementPtr source_;
  PadPtr pad_;
  std::uint64_t size_ = 0;
};

}  // namespace reel::local
