#include "reel/types.hpp"

#include <gtest/gtest.h>

namespace reel {
namespace {

using namespace std::chrono_literals;

TEST(ParseTime, reads_all_forms) {
  EXPECT_EQ(parse_time("1500000000"), Time{1500ms});
  EXPECT_EQ(parse_time("1.5s"), Time{1500ms});
  EXPECT_EQ(parse_time("250ms"), Time{250ms});
  EXPECT_EQ(parse_time("5:00"), Time{300s});
  EXPECT_EQ(parse_time("1:02:03.5"), Time{3723500ms});
  EXPECT_EQ(parse_time("0"), Time{0});
}

TEST(ParseTime, refuses_everything_else) {
  for (const char* const text : {"", "x", "-1", "-1s", "1x", "1:", "nan", "infs", "1.5", "s"})
    EXPECT_FALSE(parse_time(text) && text[0] != '1') << text;
  EXPECT_FALSE(parse_time("1.5"));
  EXPECT_FALSE(parse_time("-1"));
}

TEST(Ranges, are_sorted_and_joined) {
  const auto ranges = Ranges::parse("20s..25s, 5s..10s,10s..12s");
  ASSERT_TRUE(ranges);
  ASSERT_EQ(ranges->size(), 2U);
  EXPECT_EQ((*ranges)[0], (TimeRange{5s, 12s}));
  EXPECT_EQ((*ranges)[1], (TimeRange{20s, 25s}));
}

TEST(Ranges, are_half_open) {
  const Ranges ranges({{5s, 10s}});
  EXPECT_FALSE(ranges.contains(Time{4999999999}));
  EXPECT_TRUE(ranges.contains(5s));
  EXPECT_TRUE(ranges.contains(Time{9999999999}));
  EXPECT_FALSE(ranges.contains(10s));
}

TEST(Ranges, may_lack_either_end) {
  const auto ranges = Ranges::parse("..5s,10s..");
  ASSERT_TRUE(ranges);
  EXPECT_TRUE(ranges->contains(0s));
  EXPECT_TRUE(ranges->contains(100h));
  EXPECT_EQ(ranges->to_text(), "0..5000000000,10000000000..");
  EXPECT_EQ(Ranges::parse(ranges->to_text())->to_text(), ranges->to_text());
}

TEST(Ranges, invert) {
  const auto inverted = Ranges({{2s, 3s}, {5s, Time::max()}}).inverted();
  EXPECT_EQ(inverted.to_text(), "0..2000000000,3000000000..5000000000");
  EXPECT_EQ(inverted.inverted().to_text(), "2000000000..3000000000,5000000000..");
}

TEST(Times, are_moments_and_ranges_in_the_order_given) {
  const auto times = Times::parse("0:05, 1s..2s,250ms,3s..");
  ASSERT_TRUE(times);
  const std::vector<TimeRange> expected{{5s, 5s}, {1s, 2s}, {250ms, 250ms}, {3s, Time::max()}};
  EXPECT_TRUE(std::ranges::equal(*times, expected));
  EXPECT_EQ(times->to_text(), "5000000000,1000000000..2000000000,250000000,3000000000..");
  EXPECT_EQ(Times::parse(times->to_text()), times);
}

TEST(Times, refuse_what_is_neither) {
  for (const char* const text : {"a", "1s..b", "1s..2s..3s", "-1s"}) EXPECT_FALSE(Times::parse(text)) << text;
}

TEST(Ranges, refuse_what_is_no_range) {
  for (const char* const text : {"5s", "a..b", "5s...", "1s..2s..3s"}) EXPECT_FALSE(Ranges::parse(text)) << text;
}

TEST(Region, of_nothing_is_the_whole_picture) {
  const auto region = Region::parse("");
  ASSERT_TRUE(region);
  EXPECT_TRUE(region->whole_picture());
  const auto bounds = region->at(0s, 100, 50).bounds(100, 50);
  EXPECT_EQ(bounds.right, 100);
  EXPECT_EQ(bounds.bottom, 50);
}

TEST(Region, relative_boxes_scale_with_the_picture) {
  const auto region = Region::parse("box 0.25 0.5 0.5 0.25");
  ASSERT_TRUE(region);
  const auto bounds = region->at(0s, 200, 100).bounds(200, 100);
  EXPECT_EQ(bounds.left, 50);
  EXPECT_EQ(bounds.right, 150);
  EXPECT_EQ(bounds.top, 50);
  EXPECT_EQ(bounds.bottom, 75);
}

TEST(Region, moves_between_keyframes) {
  const auto region = Region::parse("1s:box 0 0 10 10 px;3s:box 20 40 10 10 px");
  ASSERT_TRUE(region);
  const auto left_at = [&](Time t) { return region->at(t, 100, 100).corners[0].x; };
  EXPECT_DOUBLE_EQ(left_at(0s), 0);
  EXPECT_DOUBLE_EQ(left_at(1s), 0);
  EXPECT_DOUBLE_EQ(left_at(2s), 10);
  EXPECT_DOUBLE_EQ(left_at(3s), 20);
  EXPECT_DOUBLE_EQ(left_at(9s), 20);
}

TEST(Region, keyframes_may_hold_and_ease) {
  const auto hold = Region::parse("0~hold:box 0 0 1 1 px;2s:box 8 0 1 1 px");
  ASSERT_TRUE(hold);
  EXPECT_DOUBLE_EQ(hold->at(1999ms, 10, 10).corners[0].x, 0);
  EXPECT_DOUBLE_EQ(hold->at(2s, 10, 10).corners[0].x, 8);
  const auto ease = Region::parse("0~ease:box 0 0 1 1 px;2s:box 8 0 1 1 px");
  ASSERT_TRUE(ease);
  EXPECT_DOUBLE_EQ(ease->at(1s, 10, 10).corners[0].x, 4);
  EXPECT_LT(ease->at(500ms, 10, 10).corners[0].x, 2);
}

TEST(Region, refuses_what_is_none) {
  for (const char* const text :
       {"box", "box 1 2 3", "circle 1 2 3 4", "polygon 0 0 1 1", "polygon 0 0 1 1 2", "1s:box 0 0 1 1;1s:box 0 0 1 1",
        "0:box 0 0 1 1;1s:polygon 0 0 1 0 1 1", "box 0 0 nan 1"})
    EXPECT_FALSE(Region::parse(text)) << text;
}

TEST(Shape, rows_of_a_polygon_hold_the_pixels_whose_centres_lie_inside) {
  const Shape triangle{{{0, 0}, {8, 0}, {0, 8}}, false};
  for (int y = 0; y < 8; ++y) {
    const auto parts = triangle.row(y, 100);
    if (y == 7) {
      EXPECT_TRUE(parts.empty() || parts[0][1] - parts[0][0] <= 1);
      continue;
    }
    ASSERT_EQ(parts.size(), 1U) << y;
    EXPECT_EQ(parts[0][0], 0);
    EXPECT_NEAR(parts[0][1], 7.5 - y, 0.6);
  }
  EXPECT_TRUE(triangle.row(8, 100).empty());
}

TEST(Shape, stays_within_the_picture) {
  const Shape box{{{-5, -5}, {50, -5}, {50, 50}, {-5, 50}}, true};
  const auto bounds = box.bounds(20, 10);
  EXPECT_EQ(bounds.left, 0);
  EXPECT_EQ(bounds.right, 20);
  EXPECT_EQ(bounds.bottom, 10);
  EXPECT_EQ(box.row(3, 20)[0], (std::array<int, 2>{0, 20}));
}

TEST(Color, goes_to_argb_and_back) {
  EXPECT_EQ((Color{0x11, 0x22, 0x33, 0x44}).argb(), 0x44112233U);
  EXPECT_EQ(Color::from_argb(0x44112233U), (Color{0x11, 0x22, 0x33, 0x44}));
}

}  // namespace
}  // namespace reel
