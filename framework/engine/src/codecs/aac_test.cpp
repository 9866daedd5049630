#include "codecs/aac.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>
#include <vector>

namespace reel::engine::aac {
namespace {

/// The start of a packet, from text of bits.
std::vector<std::uint8_t> packet(const std::string& bits) {
  std::vector<std::uint8_t> bytes(16);
  for (std::size_t i = 0; i < bits.size(); ++i)
    if (bits[i] == '1') bytes[i / 8] = static_cast<std::uint8_t>(bytes[i / 8] | 0x80U >> i % 8);
  return bytes;
}

const std::string gain = "01100110", tag = "0000";

TEST(AacWindows, are_read_from_either_element) {
  // One channel: its kind, its number, gain, a reserved bit, the sequence, the shape.
  EXPECT_EQ(windows_of(packet("000" + tag + gain + "0" + "00" + "1")), (Windows{true, true, true, true}));
  EXPECT_EQ(windows_of(packet("000" + tag + gain + "0" + "01" + "0")), (Windows{true, false, false, true}));
  EXPECT_EQ(windows_of(packet("000" + tag + gain + "0" + "10" + "0")), (Windows{false, false, false, true}));
  // Two channels, alike and not.
  EXPECT_EQ(windows_of(packet("001" + tag + "1" + "0" + "11" + "1")), (Windows{false, true, true, true}));
  EXPECT_EQ(windows_of(packet("001" + tag + "0" + gain + "0" + "11" + "1")), (Windows{false, true, true, false}));
  // Behind something that fills up.
  EXPECT_EQ(windows_of(packet("110" + std::string("0001") + "00000000" + "000" + tag + gain + "0" + "00" + "1")),
            (Windows{true, true, true, true}));
}

TEST(AacWindows, of_something_else_are_none) {
  EXPECT_EQ(windows_of({}), std::nullopt);
  EXPECT_EQ(windows_of(packet("111")), std::nullopt);
  std::vector<std::uint8_t> short_one{0x00};
  EXPECT_EQ(windows_of(short_one), std::nullopt);
  std::vector<std::uint8_t> endless(400, 0xDB);  // fills, and more of them
  EXPECT_EQ(windows_of(endless), std::nullopt);
}

TEST(AacWindows, have_a_shape_that_can_be_set) {
  auto bytes = packet("001" + tag + "1" + "0" + "00" + "1");
  const auto before = bytes;
  set_shape(bytes, false);
  EXPECT_EQ(windows_of(bytes), (Windows{true, true, false, true}));
  set_shape(bytes, true);
  EXPECT_EQ(bytes, before);
}

double sine(std::size_t n, std::size_t size) {
  return std::sin(std::numbers::pi / (2 * double(size)) * (double(n) + 0.5));
}

/// By its definition, with the Bessel function as a series.
double kaiser(std::size_t n, std::size_t size) {
  const auto bell = [&](std::size_t i) {
    const double x = 4 * std::numbers::pi * std::sqrt(1 - std::pow(2 * double(i) / double(size) - 1, 2));
    double sum = 1, term = 1;
    for (int k = 1; k < 60; ++k) sum += term *= x * x / (4 * k * k);
    return sum;
  };
  double part = 0, all = 0;
  for (std::size_t i = 0; i <= size; ++i) all += bell(i), part += i <= n ? bell(i) : 0;
  return std::sqrt(part / all);
}

TEST(AacFold, holds_what_the_other_shape_would) {
  constexpr std::size_t size = 64;
  std::mt19937 random(1);
  std::vector<float> sound(2 * size);
  for (float& v : sound) v = std::uniform_real_distribution<float>(-1, 1)(random);
  for (const Side side : {Side::before, Side::behind})
    for (const bool own_kaiser : {true, false}) {
      std::vector<float> changed = sound;
      fold_alike(changed, 2, side, own_kaiser);
      const auto folded = [&](const std::vector<float>& from, bool with_kaiser, std::size_t n, std::size_t channel) {
        const auto window = [&](std::size_t i) {
          const std::size_t at = side == Side::before ? i : size - 1 - i;
          return with_kaiser ? kaiser(at, size) : sine(at, size);
        };
        const double here = window(n) * double(from[2 * n + channel]),
                     mirrored = window(size - 1 - n) * double(from[2 * (size - 1 - n) + channel]);
        return side == Side::before ? here - mirrored : here + mirrored;
      };
      for (std::size_t n = 0; n < size; ++n)
        for (const std::size_t channel : {0U, 1U})
          EXPECT_NEAR(folded(changed, own_kaiser, n, channel), folded(sound, !own_kaiser, n, channel), 1e-5);
    }
}

}  // namespace
}  // namespace reel::engine::aac
