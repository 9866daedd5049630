#include "codecs/aac.hpp"

#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

#include "codecs/bits.hpp"

namespace reel::engine::aac {
namespace {

// ISO/IEC 14496-3, tables 4.85 (elements) and 4.109 (window sequences).
enum Element : unsigned { single_channel = 0, channel_pair = 1, fill = 6 };
enum Sequence : unsigned { only_long = 0, long_start = 1, long_stop = 3 };

struct Found {
  Windows windows;
  std::size_t shape = 0;  ///< where the bit of the shape is
};

std::optional<Found> find(std::span<const std::uint8_t> packet) {
  BitReader reader(packet);
  unsigned element = reader.bits(3);
  while (element == fill && reader.good()) {
    const unsigned count = reader.bits(4);
    reader.skip(std::size_t{8} * (count < 15 ? count : 14 + reader.bits(8)));
    element = reader.bits(3);
  }
  if (element != single_channel && element != channel_pair) return std::nullopt;
  reader.skip(4);  // which of its kind
  const bool common = element == single_channel || reader.bits(1) == 1;
  if (element == single_channel || !common) reader.skip(8);  // gain
  reader.skip(1);
  const unsigned sequence = reader.bits(2);
  const std::size_t shape = reader.at();
  const bool kaiser = reader.bits(1) == 1;
  if (!reader.good()) return std::nullopt;
  return Found{
      {sequence == only_long || sequence == long_start, sequence == only_long || sequence == long_stop, kaiser, common},
      shape};
}

/// The rising half of a window, ISO/IEC 14496-3, 4.6.11.3.2.
std::vector<double> rising(std::size_t size, bool kaiser) {
  std::vector<double> window(size);
  if (!kaiser) {
    for (std::size_t n = 0; n < size; ++n)
      window[n] = std::sin(std::numbers::pi / (2 * static_cast<double>(size)) * (static_cast<double>(n) + 0.5));
    return window;
  }
  constexpr double alpha = 4;
  double sum = 0;
  const auto bell = [&](std::size_t n) {
    const double x = 2 * static_cast<double>(n) / static_cast<double>(size) - 1;
    return std::cyl_bessel_i(0.0, std::numbers::pi * alpha * std::sqrt(1 - x * x));
  };
  for (std::size_t n = 0; n < size; ++n) window[n] = sum += bell(n);
  sum += bell(size);
  for (double& w : window) w = std::sqrt(w / sum);
  return window;
}

}  // namespace

std::optional<Windows> windows_of(std::span<const std::uint8_t> packet) {
  const auto found = find(packet);
  return found ? std::optional(found->windows) : std::nullopt;
}

void set_shape(std::span<std::uint8_t> packet, bool kaiser) {
  const auto found = find(packet);
  if (!found) return;
  const auto bit = static_cast<std::uint8_t>(0x80U >> found->shape % 8);
  std::uint8_t& byte = packet[found->shape / 8];
  byte = static_cast<std::uint8_t>(kaiser ? byte | bit : byte & ~bit);
}

void fold_alike(std::span<float> samples, int channels, Side side, bool kaiser) {
  const auto step = static_cast<std::size_t>(channels);
  const std::size_t size = samples.size() / step;
  const std::vector<double> own = rising(size, kaiser), other = rising(size, !kaiser);
  // A packet holds of each half the sound folded about the middle, windowed: minus its mirror while it rises, plus while it falls.
  const double sign = side == Side::before ? -1 : 1;
  for (std::size_t n = 0; n < size / 2; ++n) {
    const std::size_t mirror = size - 1 - n;
    const std::size_t a = side == Side::before ? n : mirror,
                      b = size - 1 - a;  // in the window, which is mirrored where it falls
    for (std::size_t c = 0; c < step; ++c) {
      float &left = samples[n * step + c], &right = samples[mirror * step + c];
      const double missing = (other[a] - own[a]) * left + sign * (other[b] - own[b]) * right;
      left += static_cast<float>(own[a] * missing);
      right += static_cast<float>(sign * own[b] * missing);
    }
  }
}

}  // namespace reel::engine::aac
