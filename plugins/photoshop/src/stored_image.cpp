#include "stored_image.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "packbits.hpp"

namespace reel::photoshop {

namespace {

/// 32 bit documents are linear; pictures elsewhere are not.
std::uint16_t encoded(float linear) {
  if (!(linear > 0)) return 0;
  const float bounded = std::min(linear, 1.0F);
  const float value = bounded <= 0.0031308F ? 12.92F * bounded : 1.055F * std::pow(bounded, 1 / 2.4F) - 0.055F;
  return static_cast<std::uint16_t>(std::lround(value * 65535));
}

}  // namespace

StoredImage::StoredImage(ByteReader file, const StoredSize& size, const Format& format, unsigned used)
    : size_(size), format_(format), row_(std::size_t{size.width} * format.depth / 8) {
  const unsigned compression = file.u16();
  packed_ = compression == static_cast<unsigned>(Compression::rle);
  if (!packed_ && compression != static_cast<unsigned>(Compression::raw))
    throw Error("the merged image is compressed in a way that is not known (" + std::to_string(compression) + ")");
  if (packed_)
    find_packed_rows(file, used);
  else
    data_ = file.take(std::uint64_t{row_.size()} * size.height * used);
}

/// Everything is checked against the file's size before anything grows by what the file claims.
void StoredImage::find_packed_rows(ByteReader& file, unsigned used) {
  const std::uint64_t rows = std::uint64_t{size_.height} * used;
  const unsigned length_size = format_.row_length_size();
  ByteReader lengths(file.take(std::uint64_t{size_.height} * size_.channels * length_size));
  const std::uint64_t least = (row_.size() + 127) / 128 * 2;
  std::uint64_t end = 0;
  row_ends_.reserve(static_cast<std::size_t>(rows));
  for (std::uint64_t i = 0; i < rows; ++i) {
    const std::uint64_t length = lengths.number(length_size);
    if (length < least) throw Error("a row of the merged image is damaged");
    row_ends_.push_back(end += length);
  }
  data_ = file.take(end);
}

std::span<const std::uint8_t> StoredImage::bytes_of_row(unsigned channel, std::uint32_t y) {
  const std::size_t index = std::size_t{channel} * size_.height + y;
  if (!packed_) return data_.subspan(index * row_.size(), row_.size());
  const std::uint64_t begin = index == 0 ? 0 : row_ends_[index - 1];
  if (!unpack_bits(data_.subspan(begin, row_ends_[index] - begin), row_))
    throw Error("a row of the merged image is damaged");
  return row_;
}

void StoredImage::row(unsigned channel, std::uint32_t y, std::span<std::uint16_t> into) {
  ByteReader bytes(bytes_of_row(channel, y));
  for (std::uint16_t& sample : into) {
    if (format_.depth == 8)
      sample = static_cast<std::uint16_t>(bytes.number(1) * 257);
    else if (format_.depth == 16)
      sample = static_cast<std::uint16_t>(bytes.u16());
    else
      sample = encoded(std::bit_cast<float>(bytes.u32()));
  }
}

}  // namespace reel::photoshop
