#include "merged_image.hpp"

#include <algorithm>
#include <cmath>

#include "bytes.hpp"
#include "packbits.hpp"

namespace reel::photoshop {

namespace {

/// Photoshop keeps the colours of this picture as they look on white, beside its alpha.
float on_white(const Pixel& p, unsigned channel) {
  switch (channel) {
    case 0:
      return p.red + 1 - p.alpha;
    case 1:
      return p.green + 1 - p.alpha;
    case 2:
      return p.blue + 1 - p.alpha;
    default:
      return p.alpha;
  }
}

}  // namespace

MergedImage::MergedImage(const reel_document& document, const Format& format, const Task& task)
    : row_(std::size_t{document.width} * format.depth / 8), thumbnail_(document.width, document.height) {
  if (format.depth == 16)
    for (Channel& c : channels_) c.bytes.reserve(row_.size() * document.height);
  Compositor compositor(document);
  std::vector<Pixel> row(document.width);
  for (std::uint32_t y = 0; y < document.height; ++y) {
    task.check();
    task.progress(0.5 * y / document.height, "blending");
    compositor.row(y, row);
    append(row, format.depth);
    thumbnail_.add(y, row);
  }
}

void MergedImage::append(std::span<const Pixel> row, unsigned depth) {
  const float scale = depth == 8 ? 255.0F : 65535.0F;
  const auto full = static_cast<unsigned>(scale);
  for (unsigned channel = 0; channel < 4; ++channel) {
    for (std::size_t x = 0; x < row.size(); ++x) {
      const float value = std::clamp(on_white(row[x], channel), 0.0F, 1.0F);
      const auto sample = static_cast<unsigned>(std::lround(value * scale));
      if (channel == 3 && sample != full) has_alpha_ = true;
      if (depth == 16) row_[2 * x] = static_cast<std::uint8_t>(sample >> 8);
      row_[depth == 16 ? 2 * x + 1 : x] = static_cast<std::uint8_t>(sample);
    }
    Channel& c = channels_[channel];
    if (depth == 16) {
      c.bytes.insert(c.bytes.end(), row_.begin(), row_.end());
      continue;
    }
    const std::size_t before = c.bytes.size();
    pack_bits(row_, c.bytes);
    c.row_lengths.push_back(static_cast<std::uint32_t>(c.bytes.size() - before));
  }
}

void MergedImage::write(Output& output, const Format& format) const {
  const auto written = std::span(channels_).first(channels());
  Bytes head;
  head.u16(static_cast<unsigned>(format.depth == 8 ? Compression::rle : Compression::raw));
  for (const Channel& c : written)
    for (const std::uint32_t length : c.row_lengths) head.number(length, format.row_length_size());
  output.write(head);
  for (const Channel& c : written) output.write(c.bytes);
}

}  // namespace reel::photoshop
