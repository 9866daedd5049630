#include "codecs/h264.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

namespace reel::engine::h264 {
namespace {

using ::testing::ElementsAre;

Buffer bytes(const std::string& hex) {
  Buffer found;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    found.push_back(static_cast<std::uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  return found;
}

/// Of a clip by x264: one sequence parameter set and one picture parameter set, both with number 0.
const Buffer one_of_each =
    bytes("01f4001fffe1001967f4001f919b280a00b742000003000200000300501e30632c01000668ebec448440");

TEST(H264Configuration, is_read_and_written_back_the_same) {
  const auto c = read_configuration(one_of_each);
  ASSERT_TRUE(c);
  EXPECT_EQ(c->profile, 0xF4);
  EXPECT_EQ(c->level, 31);
  EXPECT_EQ(c->framing, 4U);
  ASSERT_EQ(c->sequence_sets.size(), 1U);
  ASSERT_EQ(c->picture_sets.size(), 1U);
  EXPECT_EQ(id_of_set(c->sequence_sets[0]), 0U);
  EXPECT_EQ(id_of_set(c->picture_sets[0]), 0U);
  EXPECT_EQ(write(*c), one_of_each);
}

TEST(H264Configuration, takes_a_second_set) {
  auto c = read_configuration(one_of_each);
  c->sequence_sets.push_back(bytes("67f4001f4466ca02802dd80b50101014000003000400000300a23c60c658"));
  c->picture_sets.push_back(bytes("684aaec64864"));
  EXPECT_EQ(id_of_set(c->sequence_sets[1]), 1U);
  EXPECT_EQ(id_of_set(c->picture_sets[1]), 1U);
  const auto again = read_configuration(write(*c));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->sequence_sets, c->sequence_sets);
  EXPECT_EQ(again->picture_sets, c->picture_sets);
}

TEST(H264Configuration, that_is_broken_is_none) {
  for (std::size_t size = 0; size < one_of_each.size(); ++size)
    EXPECT_FALSE(read_configuration(Bytes(one_of_each).first(size))) << size;
  Buffer other = one_of_each;
  other[0] = 2;
  EXPECT_FALSE(read_configuration(other));
  std::mt19937 random(3);
  for (int round = 0; round < 20000; ++round) {
    Buffer damaged = one_of_each;
    for (int n = 0; n < 3; ++n) damaged[random() % damaged.size()] = static_cast<std::uint8_t>(random());
    if (const auto c = read_configuration(damaged))
      for (const Buffer& set : c->sequence_sets) id_of_set(set);
  }
}

TEST(H264Units, are_parted_to_the_byte) {
  const Buffer packet = bytes("0000000265ff000000016b");
  const auto units = nal::units_of(packet, 4);
  ASSERT_TRUE(units);
  ASSERT_EQ(units->size(), 2U);
  EXPECT_THAT((*units)[0], ElementsAre(0x65, 0xFF));
  EXPECT_EQ(type_of((*units)[0]), idr_slice);
  for (std::size_t size = 0; size < packet.size(); ++size)
    EXPECT_EQ(nal::units_of(Bytes(packet).first(size), 4).has_value(), size == 6) << size;
  EXPECT_FALSE(nal::units_of(bytes("00000000"), 4)) << "a unit holds one byte at least";
}

TEST(H264Units, are_written_with_lengths_of_any_size) {
  const Buffer unit(300, 0x41);
  Buffer packet;
  EXPECT_FALSE(nal::append_unit(packet, unit, 1));
  EXPECT_TRUE(packet.empty());
  EXPECT_TRUE(nal::append_unit(packet, unit, 2));
  ASSERT_TRUE(nal::units_of(packet, 2));
  EXPECT_EQ(nal::units_of(packet, 2)->at(0).size(), 300U);
}

TEST(H264Sets, have_numbers_behind_bytes_that_only_keep_start_codes_away) {
  // Profile, constraints and level all 0: a byte 3 stands between them.
  EXPECT_EQ(id_of_set(bytes("6700000300b0")), 0U);
  EXPECT_EQ(id_of_set(bytes("6842")), 1U);
  EXPECT_EQ(id_of_set(bytes("6864")), 2U);
  EXPECT_EQ(id_of_set(bytes("68")), std::nullopt);
  EXPECT_EQ(id_of_set(bytes("6800000000")), std::nullopt);
  EXPECT_EQ(id_of_set({}), std::nullopt);
}

TEST(H264Mark, says_which_x264_it_was) {
  const std::string text = "\x06\x05\x20................x264 - core 148 r2643 5c65704";
  const Buffer unit(text.begin(), text.end());
  EXPECT_EQ(x264_version({Bytes(unit)}), 148U);
  EXPECT_EQ(x264_version({Bytes(one_of_each)}), std::nullopt);
}

}  // namespace
}  // namespace reel::engine::h264
