#include "reel/base/time.hpp"

#include <gtest/gtest.h>

#include <random>

namespace reel::base {
namespace {

TEST(FormatMoment, names_a_millisecond_that_is_there) {
  EXPECT_EQ(format_moment(Time{180'256'999'999}), "3:00.256");
  EXPECT_EQ(format_moment(Time{5'000'000'000}), "0:05");
}

using namespace std::chrono_literals;

Time read(std::string_view text) {
  const auto point = parse_time(text);
  EXPECT_TRUE(point) << text << ": " << point.fault;
  return point ? std::get<Time>(*point) : Time{-1};
}

TEST(ParseTime, reads_every_way_of_writing) {
  EXPECT_EQ(read("5:00"), 5min);
  EXPECT_EQ(read("90:00"), 90min);
  EXPECT_EQ(read("1:02:03.500"), 1h + 2min + 3500ms);
  EXPECT_EQ(read("90s"), 90s);
  EXPECT_EQ(read("250ms"), 250ms);
  EXPECT_EQ(read("1.5min"), 90s);
  EXPECT_EQ(read("1h"), 1h);
  EXPECT_EQ(read("0"), 0s);
  EXPECT_EQ(read("0.0"), 0s);
  EXPECT_EQ(read("0:00.000000001"), 1ns);
  EXPECT_EQ(read("0.000001ms"), 1ns);
  EXPECT_EQ(read("0.123456789h"), 444444440400ns);
}

TEST(ParseTime, reads_frames) {
  EXPECT_EQ(std::get<FrameNumber>(*parse_time("1200f")), FrameNumber{1200});
  EXPECT_FALSE(parse_time("1.5f"));
  EXPECT_FALSE(parse_time("99999999999999999999f"));
}

TEST(ParseTime, refuses_what_is_no_time_and_says_why) {
  for (const char* text :
       {"",  " ",   "x",   ":",     "5:",  ":05", "5:5", "5:60", "5:005", "1:60:00", "1:2:03", "1:2:3:04",
        "s", ".5s", "5.s", "1..2s", "5 s", " 5s", "+5s", "5m",   "1e3s",  "5:00s",   "0x5s",   "5:0a"})
    EXPECT_FALSE(parse_time(text)) << text;
  EXPECT_EQ(parse_time("5").fault, "a time needs a unit: write 5s for seconds or 5f for frames");
  EXPECT_EQ(parse_time("1.5").fault, "a time needs a unit: write 1.5s for seconds");
  EXPECT_EQ(parse_time("-5s").fault, "times are never negative");
  EXPECT_EQ(parse_time("5weeks").fault, "unknown unit 'weeks': use h, min, s, ms or f (frames)");
  EXPECT_EQ(parse_time("0.0000000001s").fault, "times are no finer than a nanosecond (nine decimals of a second)");
  EXPECT_EQ(parse_time("0.0000001ms").fault, "times are no finer than a nanosecond");
}

TEST(ParseTime, refuses_times_that_do_not_fit) {
  EXPECT_TRUE(parse_time("2562046h"));
  for (const char* text : {"2562048h", "9223372037s", "99999999999999999999s", "2562048:00:00", "9223372036854775807ms",
                           "153722867281:00", "9999999999999999999:00"})
    EXPECT_EQ(parse_time(text).fault, "the time is too large") << text;
}

TEST(ParseRange, leaves_either_end_out) {
  EXPECT_EQ(*parse_range("5:00..5:15"), (TimePointRange{TimePoint{Time{5min}}, TimePoint{Time{5min + 15s}}}));
  EXPECT_EQ(*parse_range("5:00.."), (TimePointRange{TimePoint{Time{5min}}, {}}));
  EXPECT_EQ(*parse_range("..10f"), (TimePointRange{{}, TimePoint{FrameNumber{10}}}));
  EXPECT_EQ(*parse_range("1s .. 2s"), *parse_range("1s..2s"));
  EXPECT_EQ(*parse_range("1.5s..2.5s"), (TimePointRange{TimePoint{Time{1500ms}}, TimePoint{Time{2500ms}}}));
}

TEST(ParseRange, refuses_ranges_without_an_instant) {
  EXPECT_EQ(parse_range("2s..1s").fault, "the range is reversed: 0:02 is after 0:01");
  EXPECT_EQ(parse_range("1s..0:01").fault, "the range is empty: it begins and ends at 0:01");
  EXPECT_EQ(parse_range("..0").fault, "the range is empty: it begins and ends at 0:00");
  EXPECT_EQ(parse_range("..0f").fault, "the range is empty: it begins and ends at 0f");
  EXPECT_EQ(parse_range("..").fault, "a range needs at least one end, as in 5:00..");
  EXPECT_EQ(parse_range("5..6s").fault, "'5' is no time: a time needs a unit: write 5s for seconds or 5f for frames");
  EXPECT_FALSE(parse_range("1s"));
  EXPECT_FALSE(parse_range("1s...2s"));
  EXPECT_FALSE(parse_range("1s..2s..3s"));
  EXPECT_TRUE(parse_range("10f..1s")) << "which comes first is not known without the media";
}

TEST(Format, is_the_shortest_exact_form) {
  EXPECT_EQ(format_time(5min), "5:00");
  EXPECT_EQ(format_time(1h + 2min + 3500ms), "1:02:03.5");
  EXPECT_EQ(format_time(40ms), "0:00.04");
  EXPECT_EQ(format_time(Time{0}), "0:00");
  EXPECT_EQ(format_time(-1500ms), "-0:01.5");
  EXPECT_EQ(format_time(Time::min()), "-2562047:47:16.854775808");
  EXPECT_EQ(format(TimePoint{FrameNumber{12}}), "12f");
  EXPECT_EQ(format(TimePointRange{{}, TimePoint{Time{1s}}}), "..0:01");
  EXPECT_EQ(format(TimeRange{1s}), "0:01..");
  EXPECT_EQ(format(TimeRange{1s, 2s}), "0:01..0:02");
}

TEST(Format, is_read_back_the_same) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 10'000; ++i) {
    const Time time{static_cast<std::int64_t>(random() >> (1 + i % 63))};
    if (time > 2562046h) continue;
    EXPECT_EQ(read(format_time(time)), time);
  }
}

TEST(FormatDuration, is_rounded_for_people) {
  EXPECT_EQ(format_duration(0s), "0 ms");
  EXPECT_EQ(format_duration(250ms), "250 ms");
  EXPECT_EQ(format_duration(999900us), "1 s");
  EXPECT_EQ(format_duration(1440ms), "1.4 s");
  EXPECT_EQ(format_duration(9960ms), "10 s");
  EXPECT_EQ(format_duration(59600ms), "1 min");
  EXPECT_EQ(format_duration(3min + 12s), "3 min 12 s");
  EXPECT_EQ(format_duration(59min + 59900ms), "1 h");
  EXPECT_EQ(format_duration(1h + 4min + 40s), "1 h 5 min");
  EXPECT_EQ(format_duration(-2s), "-2 s");
  EXPECT_EQ(format_duration(Time::min()).front(), '-');
}

TEST(FormatMilliseconds, to_the_tenth) {
  EXPECT_EQ(format_milliseconds(0s), "0.0 ms");
  EXPECT_EQ(format_milliseconds(12'340us), "12.3 ms");
}

TEST(Normalized, joins_what_touches) {
  using Ranges = std::vector<TimeRange>;
  EXPECT_EQ(normalized({{5s, 6s}, {1s, 2s}, {2s, 3s}, {4s, 4s}, {9s, 8s}}), (Ranges{{1s, 3s}, {5s, 6s}}));
  EXPECT_EQ(normalized({{1s, 10s}, {2s, 3s}, {5s}}), (Ranges{{1s}}));
  EXPECT_TRUE(normalized({}).empty());
}

TEST(TimeRange, is_half_open) {
  const TimeRange range{1s, 2s};
  EXPECT_TRUE(range.contains(1s));
  EXPECT_FALSE(range.contains(2s));
  EXPECT_TRUE(TimeRange{}.open_ended());
}

}  // namespace
}  // namespace reel::base
