/// The merged image as it is stored: channel after channel.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "byte_reader.hpp"
#include "format.hpp"

namespace reel::photoshop {

struct StoredSize {
  std::uint32_t width, height;
  unsigned channels;  ///< all that are stored
};

/// Gives rows of channels in any order. Views the file.
class StoredImage {
 public:
  /// `used`: so many channels will be asked for. Throws Error if the file cannot hold them.
  StoredImage(ByteReader file, const StoredSize& size, const Format& format, unsigned used);

  /// One row, scaled to 16 bits. `into`: as wide as the image. Throws Error if it is damaged.
  void row(unsigned channel, std::uint32_t y, std::span<std::uint16_t> into);

 private:
  void find_packed_rows(ByteReader& file, unsigned used);
  std::span<const std::uint8_t> bytes_of_row(unsigned channel, std::uint32_t y);

  StoredSize size_;
  Format format_;
  bool packed_;
  std::span<const std::uint8_t> data_;
  std::vector<std::uint64_t> row_ends_;  ///< in `data_`, where rows are packed
  std::vector<std::uint8_t> row_;
};

}  // namespace reel::photoshop
