#include "sound.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace reel::planner {
namespace {

using namespace std::chrono_literals;
using base::Time;
using base::TimeRange;

/// One packet after the other, each of 1024 samples, from what lets a decoder settle on; so samples hang on two packets.
model::SoundIndex aac(int rate, std::int64_t packets) {
  return {.codec = "aac", .rate = rate, .frame = 1024, .first = -1024, .packets = packets, .before = 2, .after = 1};
}

model::SoundIndex lossless(int frame, std::int64_t packets) {
  return {.codec = "alac", .rate = 48'000, .frame = frame, .packets = packets};
}

Time at(std::int64_t sample, int rate) { return Time{sample * 1'000'000'000 / rate}; }

/// Of samples.
TimeRange between(std::int64_t begin, std::int64_t end, int rate) { return {at(begin, rate), at(end, rate)}; }

constexpr Time length = 100s;

Path changed(const std::vector<TimeRange>& ranges) {
  Path path;
  path.pieces = {{{Time{0}, length}, Time{0}, 1.0}};
  for (const TimeRange& r : ranges) path.changes.push_back({1, r});
  return path;
}

Path cut(const std::vector<TimeRange>& kept) {
  Path path;
  path.retimers = {1};
  const TimeMap map = TimeMap::keep(kept);
  for (const TimeMap::Piece& piece : map.pieces())
    path.pieces.push_back({{piece.input.begin, std::min(piece.input.end, length)}, piece.output, 1.0});
  return path;
}

/// `copy 0..4, render 4..8, copy 8..20+3`: from 8 on, three packets of the source are left out.
std::string text(const SoundPlan& plan) {
  std::string text;
  for (const SoundSpan& s : plan.spans) {
    text += (text.empty() ? "" : ", ") + std::string(s.kind == SoundSpan::Kind::copy ? "copy " : "render ") +
            std::to_string(s.first) + ".." + std::to_string(s.end);
    if (s.moved != 0) text += "+" + std::to_string(s.moved);
  }
  return text;
}

std::string text(const model::SoundIndex& index, const Path& path, Time crossfade = 0ms) {
  return text(plan_sound_parts(index, path, crossfade, length));
}

struct Row {
  const char* name;
  int rate;
  std::vector<TimeRange> changes;
  const char* spans;
};

TEST(SoundParts, of_changes_render_the_packets_that_hang_on_them) {
  // Packet 1 is the first that is heard.
  const Row rows[]{
      {"one sample", 48'000, {between(10'300, 10'301, 48'000)}, "copy 0..9, render 9..13, copy 13..100"},
      {"one sample, 44.1 kHz", 44'100, {between(10'300, 10'301, 44'100)}, "copy 0..9, render 9..13, copy 13..100"},
      {"at 0", 48'000, {{Time{0}, 1ms}}, "render 0..3, copy 3..100"},
      {"at the end", 48'000, {between(98 * 1024, 99 * 1024, 48'000)}, "copy 0..96, render 96..100"},
      {"beyond the end", 44'100, {{2s, 90s}}, "copy 0..85, render 85..100"},
      {"adjacent",
       48'000,
       {between(10'000, 12'000, 48'000), between(12'000, 14'000, 48'000)},
       "copy 0..8, render 8..16, copy 16..100"},
      {"overlapping",
       44'100,
       {between(10'000, 13'000, 44'100), between(11'000, 14'000, 44'100)},
       "copy 0..8, render 8..16, copy 16..100"},
      {"two in one packet",
       48'000,
       {between(10'300, 10'320, 48'000), between(10'400, 10'420, 48'000)},
       "copy 0..9, render 9..13, copy 13..100"},
      {"two apart",
       48'000,
       {between(10'300, 10'301, 48'000), between(30'800, 30'801, 48'000)},
       "copy 0..9, render 9..13, copy 13..29, render 29..33, copy 33..100"},
      {"all", 48'000, {{Time{0}, Time::max()}}, "render 0..100"},
  };
  for (const Row& row : rows) EXPECT_EQ(text(aac(row.rate, 100), changed(row.changes)), row.spans) << row.name;
}

TEST(SoundParts, of_a_lossless_codec_render_what_changes_alone) {
  EXPECT_EQ(text(lossless(4096, 20), changed({between(8'200, 8'201, 48'000)})), "copy 0..2, render 2..3, copy 3..20");
  EXPECT_EQ(text(lossless(1, 9'000), changed({between(100, 200, 48'000)})),
            "copy 0..99, render 99..201, copy 201..9000");
}

TEST(SoundParts, of_a_cut_move_by_whole_packets) {
  // 10 packets and 300 samples go: 10 packets do.
  const SoundPlan plan = plan_sound_parts(
      aac(48'000, 100), cut({between(0, 20'000, 48'000), between(20'000 + 10'540, 5'000'000, 48'000)}), 10ms, length);
  EXPECT_EQ(text(plan), "copy 0..18, render 18..22, copy 22..90+10");
  ASSERT_EQ(plan.kept.size(), 2U);
  EXPECT_EQ(plan.kept[0].begin, Time{0});
  EXPECT_EQ(plan.kept[1].begin - plan.kept[0].end, at(10'240, 48'000) + 1ns);  // rounded to nanoseconds
}

TEST(SoundParts, of_a_cut_at_the_start_let_nothing_be_heard_of_what_went) {
  EXPECT_EQ(text(aac(48'000, 100), cut({between(20'480, 5'000'000, 48'000)}), 10ms), "render 0..3, copy 3..80+20");
  // The output begins in the middle of a packet, which is to begin with silence.
  auto index = aac(48'000, 100);
  index.first = -2'112;
  EXPECT_EQ(text(index, cut({between(20'480, 5'000'000, 48'000)}), 10ms), "render 1..4, copy 4..80+20");
}

TEST(SoundParts, of_a_cut_at_the_end_stop_there) {
  EXPECT_EQ(text(aac(48'000, 100), cut({between(0, 20'000, 48'000)})), "copy 0..18, render 18..21");
  EXPECT_EQ(text(lossless(1, 90'000), cut({between(0, 20'000, 48'000)})), "copy 0..20000");
}

TEST(SoundParts, of_a_cut_that_is_less_than_half_a_packet_leave_the_sound) {
  EXPECT_EQ(text(aac(44'100, 100), cut({between(0, 20'000, 44'100), between(20'400, 5'000'000, 44'100)})),
            "copy 0..100");
  EXPECT_EQ(text(aac(44'100, 100), cut({between(400, 5'000'000, 44'100)})), "copy 0..100");
}

TEST(SoundParts, of_a_cut_of_one_packet) {
  EXPECT_EQ(text(aac(48'000, 100), cut({between(0, 20'480, 48'000), between(21'504, 5'000'000, 48'000)})),
            "copy 0..19, render 19..23, copy 23..99+1");
}

TEST(SoundParts, where_packets_can_be_parted_copy_all_but_the_crossfade) {
  const Path path = cut({between(0, 20'000, 48'000), between(30'000, 5'000'000, 48'000)});
  EXPECT_EQ(text(lossless(1, 90'000), path), "copy 0..20000, copy 20000..80000+10000");
  EXPECT_EQ(text(lossless(1, 90'000), path, 10ms), "copy 0..20000, render 20000..20480, copy 20480..80000+10000");
}

TEST(SoundParts, begin_and_end_where_sound_does) {
  auto late = lossless(1000, 50);
  late.first = 24'000;
  EXPECT_EQ(text(late, changed({{Time{0}, 10ms}})), "copy 0..50");
  EXPECT_EQ(text(late, cut({between(12'000, 5'000'000, 48'000)})), "copy -12..38+12");
  EXPECT_EQ(text(late, cut({between(0, 10'000, 48'000), between(12'000, 5'000'000, 48'000)})), "copy -2..48+2");
  // The last piece has none.
  EXPECT_EQ(text(late, cut({between(0, 30'000, 48'000), between(80'000, 5'000'000, 48'000)})), "copy 0..6");
}

/// What holds for every plan of a cut, whatever the file and the cuts.
void check(const SoundPlan& plan, const model::SoundIndex& index, const std::vector<TimeRange>& kept) {
  ASSERT_FALSE(plan.spans.empty());
  std::int64_t at = plan.spans.front().first;
  EXPECT_LE(index.begin_of(at), 0);
  for (const SoundSpan& s : plan.spans) {
    ASSERT_EQ(s.first, at);
    ASSERT_LT(s.first, s.end);
    at = s.end;
    if (s.kind == SoundSpan::Kind::render) continue;
    EXPECT_GE(s.first + s.moved, 0);
    EXPECT_LE(s.end + s.moved, index.packets);
    // The whole of it, with what hangs on it, comes from one piece, and lies where that is, to half a packet.
    const double rate = index.rate, from = double(index.begin_of(s.first)) / rate,
                 to = double(index.begin_of(s.end)) / rate;
    double output = 0;
    bool found = false;
    for (const TimeRange& k : kept) {
      const double begin = double(k.begin.count()) / 1e9, size = double((k.end - k.begin).count()) / 1e9;
      if (from >= output - 2e-5 && to <= output + size + 2e-5) {  // rounded to samples
        found = true;
        EXPECT_LE(std::abs(double(s.moved * index.frame) / rate - (begin - output)), 0.5001 * index.frame / rate);
      }
      output += size;
    }
    EXPECT_TRUE(found || from < 0) << s.first << ".." << s.end;
  }
}

TEST(SoundParts, hold_for_random_cuts) {
  std::mt19937 random(7);
  const auto below = [&](int n) { return std::uniform_int_distribution(0, n - 1)(random); };
  for (int round = 0; round < 2000; ++round) {
    auto index = aac(round % 2 == 0 ? 44'100 : 48'000, 2000);
    if (round % 5 == 0) index.first = -below(2'200);
    std::vector<TimeRange> kept;
    for (Time t = Time{below(2'000)} * 1'000'000; t < 40s && kept.size() < 20;) {
      const Time end = t + Time{1 + below(4'000)} * 1'000'000 + Time{below(1'000'000)};
      kept.push_back({t, end});
      t = end + Time{30 + below(3'000)} * 1'000'000;
    }
    const SoundPlan plan = plan_sound_parts(index, cut(kept), 10ms, length);
    SCOPED_TRACE(text(plan));
    check(plan, index, kept);
    Time output{0};
    for (const TimeRange& k : plan.kept) output += k.end - k.begin;
    Time wanted{0};
    for (const TimeRange& k : kept) wanted += k.end - k.begin;
    EXPECT_EQ(output, wanted);  // joins stay where they are
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace reel::planner
