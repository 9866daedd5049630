/// Samples of pictures, as exporters get them, as their documents hold them.
#pragma once

#include <cstdint>
#include <span>

#include "reel/extension/exporter.h"

namespace reel::photoshop {

/// A sample at the depth of the document, in this machine's order of bytes.
inline unsigned at_depth(unsigned sample, unsigned depth, unsigned wanted) {
  if (depth == wanted) return sample;
  return wanted == 16 ? sample * 257 : (sample + 128) / 257;
}

/// Calls f(column, sample) for one channel of a row.
template <class F>
void for_each_sample(const reel_pixels& pixels, unsigned channel, std::size_t row, F f) {
  const auto walk = [&](const auto* first) {
    first += row * pixels.width * pixels.channels + channel;
    for (std::size_t x = 0; x < pixels.width; ++x) f(x, unsigned{first[x * pixels.channels]});
  };
  if (pixels.depth == 8)
    walk(static_cast<const std::uint8_t*>(pixels.data));
  else
    walk(static_cast<const std::uint16_t*>(pixels.data));
}

/// One channel of a row at that depth, most significant byte first. `into`: width * depth / 8 bytes.
inline void channel_row(const reel_pixels& pixels, unsigned channel, std::size_t row, unsigned depth,
                        std::span<std::uint8_t> into) {
  for_each_sample(pixels, channel, row, [&](std::size_t x, unsigned sample) {
    const unsigned value = at_depth(sample, pixels.depth, depth);
    if (depth == 8) {
      into[x] = static_cast<std::uint8_t>(value);
    } else {
      into[2 * x] = static_cast<std::uint8_t>(value >> 8);
      into[2 * x + 1] = static_cast<std::uint8_t>(value);
    }
  });
}

}  // namespace reel::photoshop
