#include "channel.hpp"

#include <zlib.h>

#include <array>

#include "bytes.hpp"
#include "packbits.hpp"
#include "reel/task.hpp"
#include "samples.hpp"

namespace reel::photoshop {

namespace {

Bytes mark(Compression compression) { return Bytes().u16(static_cast<unsigned>(compression)); }

void write_packed(Output& output, const reel_pixels& pixels, unsigned channel, const Format& format) {
  output.write(mark(Compression::rle));
  const std::uint64_t table = output.position();
  Bytes lengths;
  output.write(Bytes().zeros(std::size_t{pixels.height} * format.row_length_size()));
  std::vector<std::uint8_t> row(std::size_t{pixels.width} * format.depth / 8), packed;
  for (std::size_t y = 0; y < pixels.height; ++y) {
    channel_row(pixels, channel, y, format.depth, row);
    packed.clear();
    pack_bits(row, packed);
    lengths.number(packed.size(), format.row_length_size());
    output.write(packed);
  }
  output.patch(table, lengths);
}

/// zlib's stream into the file.
class Deflater {
 public:
  explicit Deflater(Output& output) : output_(output) {
    // Predicted samples are noise for the most part: more effort takes time and saves little.
    if (deflateInit(&stream_, 4) != Z_OK) throw ExtensionError(REEL_ERROR_FAILED, "zlib has no memory");
  }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  void write(std::span<const std::uint8_t> bytes, bool last) {
    stream_.next_in = const_cast<Bytef*>(bytes.data());
    stream_.avail_in = static_cast<uInt>(bytes.size());
    do {
      stream_.next_out = chunk_.data();
      stream_.avail_out = static_cast<uInt>(chunk_.size());
      deflate(&stream_, last ? Z_FINISH : Z_NO_FLUSH);
      output_.write(std::span(chunk_).first(chunk_.size() - stream_.avail_out));
    } while (stream_.avail_out == 0);
  }

 private:
  Output& output_;
  z_stream stream_{};
  std::array<std::uint8_t, 1 << 16> chunk_;
};

/// Each sample becomes its difference to the one on its left.
void predict(std::span<std::uint8_t> row) {
  const auto sample = [&](std::size_t at) { return static_cast<unsigned>(row[at] << 8 | row[at + 1]); };
  for (std::size_t at = row.size() - 2; at > 0; at -= 2) {
    const unsigned difference = sample(at) - sample(at - 2);
    row[at] = static_cast<std::uint8_t>(difference >> 8);
    row[at + 1] = static_cast<std::uint8_t>(difference);
  }
}

void write_deflated(Output& output, const reel_pixels& pixels, unsigned channel) {
  output.write(mark(Compression::zip_predicted));
  Deflater deflater(output);
  std::vector<std::uint8_t> row(std::size_t{pixels.width} * 2);
  for (std::size_t y = 0; y < pixels.height; ++y) {
    channel_row(pixels, channel, y, 16, row);
    predict(row);
    deflater.write(row, y + 1 == pixels.height);
  }
}

}  // namespace

std::uint64_t write_channel(Output& output, const reel_pixels& pixels, unsigned channel, const Format& format) {
  if (pixels.width == 0 || pixels.height == 0) return write_empty_channel(output);
  const std::uint64_t begin = output.position();
  if (format.depth == 8)
    write_packed(output, pixels, channel, format);
  else
    write_deflated(output, pixels, channel);
  return output.position() - begin;
}

std::uint64_t write_empty_channel(Output& output) {
  const Bytes bytes = mark(Compression::raw);
  output.write(bytes);
  return bytes.size();
}

}  // namespace reel::photoshop
