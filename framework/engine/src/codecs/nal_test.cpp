#include "codecs/nal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "codecs/h265.hpp"

namespace reel::engine::nal {
namespace {

using ::testing::ElementsAre;

std::vector<Buffer> copies(const std::vector<Bytes>& units) {
  std::vector<Buffer> copies;
  for (const Bytes unit : units) copies.emplace_back(unit.begin(), unit.end());
  return copies;
}

TEST(NalUnits, are_told_apart_by_start_codes_of_both_lengths) {
  const Buffer packet{0, 0, 0, 1, 9, 0x10, 0, 0, 1, 0x65, 1, 2, 0, 0, 0, 1, 0x41, 3};
  const auto units = units_of(packet, start_codes);
  ASSERT_TRUE(units);
  EXPECT_THAT(copies(*units), ElementsAre(Buffer{9, 0x10}, Buffer{0x65, 1, 2}, Buffer{0x41, 3}));
  EXPECT_FALSE(units_of(Buffer{5, 0, 0, 1, 9}, start_codes)) << "something stands before the first";
  EXPECT_FALSE(units_of(Buffer{0, 0, 0}, start_codes));
  EXPECT_FALSE(units_of(Buffer{0, 0, 1, 0, 0, 1, 5}, start_codes)) << "a unit holds one byte at least";
}

TEST(H265, marks_a_slice_as_one_behind_a_broken_link) {
  using h265::with_broken_link;
  // Unit type 21 becomes 18; layer and temporal sub-layer stay.
  EXPECT_EQ(with_broken_link(Buffer{0x2A, 0x01, 0xAF, 0x78}), (Buffer{0x24, 0x01, 0xAF, 0x78}));
  EXPECT_EQ(with_broken_link(Buffer{0x2B, 0x0A, 0x20, 0x78}), (Buffer{0x25, 0x0A, 0x20, 0x78})) << "a further slice";
  // What would make decoders throw away earlier pictures goes, and start codes do not come of that.
  EXPECT_EQ(with_broken_link(Buffer{0x2A, 0x01, 0xE0, 0x78}), (Buffer{0x24, 0x01, 0xA0, 0x78}));
  EXPECT_EQ(with_broken_link(Buffer{0x2A, 0x01, 0x40, 0x00, 0x01, 0x80}),
            (Buffer{0x24, 0x01, 0x00, 0x00, 0x03, 0x01, 0x80}));
}

TEST(NalUnits, come_back_after_escaping) {
  std::mt19937 random(5);
  for (int round = 0; round < 5000; ++round) {
    Buffer plain(1 + random() % 40);
    for (auto& byte : plain) byte = static_cast<std::uint8_t>(random() % 5);
    plain.push_back(0x80);
    const Buffer unit = escaped(plain);
    for (std::size_t i = 0; i + 3 <= unit.size(); ++i)
      EXPECT_FALSE(unit[i] == 0 && unit[i + 1] == 0 && unit[i + 2] < 3) << "a start code at " << i;
    EXPECT_EQ(unescaped(unit), plain);
  }
}

TEST(NalBits, are_read_as_they_were_written) {
  BitWriter writer;
  for (const std::uint32_t value : {0U, 1U, 2U, 14U, 15U, 30U, 31U, 70000U}) writer.exp_golomb(value);
  writer.bits(5, 3);
  BitReader reader(writer.bytes());
  for (const std::uint32_t value : {0U, 1U, 2U, 14U, 15U, 30U, 31U, 70000U}) EXPECT_EQ(reader.exp_golomb(), value);
  EXPECT_EQ(reader.bits(3), 5U);
  EXPECT_TRUE(reader.good());
  reader.skip(8);
  reader.bits(1);
  EXPECT_FALSE(reader.good());
}

TEST(H265Slice, grows_by_one_byte_with_a_longer_number) {
  // Header of two bytes, type 1; first slice of its picture, picture parameter set 0; then what is not looked at.
  const Buffer slice{0x02, 0x01, 0b1'1'010110, 0xAB, 0xCD, 0x80};
  const auto longer = h265::renumbered_slice(slice, 15);
  ASSERT_TRUE(longer);
  EXPECT_THAT(*longer, ElementsAre(0x02, 0x01, 0b1'0000100, 0b00'010110, 0xAB, 0xCD, 0x80));
  // Of a picture to begin with, there is one flag more.
  const Buffer entry{0x26, 0x01, 0b1'0'1'10110, 0xAB, 0x80};
  const auto longer_entry = h265::renumbered_slice(entry, 30);
  ASSERT_TRUE(longer_entry);
  EXPECT_THAT(*longer_entry, ElementsAre(0x26, 0x01, 0b1'0'000011, 0b111'10110, 0xAB, 0x80));
  EXPECT_FALSE(h265::renumbered_slice(Buffer{0x02, 0x01, 0b1'0'010110, 0xAB, 0x80}, 15)) << "it refers to another set";
  EXPECT_FALSE(h265::renumbered_slice(Buffer{0x02, 0x01}, 15));
}

TEST(H265Sets, take_other_numbers_and_keep_the_rest) {
  // Of a clip of 160x96 by x265.
  const Buffer video{0x40, 0x01, 0x0c, 0x01, 0xff, 0xff, 0x01, 0x60, 0x00, 0x00, 0x03, 0x00,
                     0x90, 0x00, 0x00, 0x03, 0x00, 0x00, 0x03, 0x00, 0x1e, 0x95, 0x98, 0x09};
  const Buffer picture{0x44, 0x01, 0xc1, 0x72, 0xb4, 0x62, 0x40};
  EXPECT_EQ(h265::id_of_set(video), 0U);
  EXPECT_EQ(h265::id_of_set(picture), 0U);
  const h265::Numbers numbers{3, 2, 17};
  EXPECT_EQ(h265::id_of_set(h265::renumbered_set(video, numbers)), 3U);
  const Buffer other = h265::renumbered_set(picture, numbers);
  EXPECT_EQ(h265::id_of_set(other), 17U);
  EXPECT_EQ(h265::renumbered_set(other, {0, 0, 0}), picture);
  EXPECT_EQ(h265::renumbered_set(h265::renumbered_set(video, numbers), {0, 0, 0}), video);
}

}  // namespace
}  // namespace reel::engine::nal
