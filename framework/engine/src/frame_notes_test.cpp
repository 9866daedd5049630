#include "reel/engine/frame_notes.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace reel::engine {
namespace {

using std::chrono::milliseconds;

TEST(FrameNotes, are_read_back_as_they_were) {
  FrameNotes notes;
  notes.add("removal", milliseconds(1234), {{"confidence", 0.25}, {"area", 0.125}});
  notes.add("removal", milliseconds(40), {{"confidence", 1}});
  notes.add("other", base::Time(33'366'667), {{"x", -2}});
  const std::string json = notes.to_json();
  EXPECT_EQ(json,
            R"({"other":[{"at_seconds":0.033366667,"x":-2.0}],)"
            R"("removal":[{"at_seconds":0.04,"confidence":1.0},{"at_seconds":1.234,"area":0.125,"confidence":0.25}]})");
  EXPECT_EQ(FrameNotes::from_json(json).to_json(), json);
  for (const char* const bad : {"", "[", "[1]", "{\"a\": 1}", "{\"a\": [1, {\"at_seconds\": \"x\"}]}"})
    EXPECT_TRUE(FrameNotes::from_json(bad).empty()) << bad;
}

TEST(FrameNotes, the_last_word_on_a_frame_counts) {
  FrameNotes notes, later;
  notes.add("a", milliseconds(40), {{"x", 1}});
  later.add("a", milliseconds(40), {{"x", 2}});
  notes.add(later);
  EXPECT_EQ(notes.to_json(), R"({"a":[{"at_seconds":0.04,"x":2.0}]})");
}

TEST(FrameNotes, say_where_to_look) {
  FrameNotes notes;
  notes.add("sure", milliseconds(0), {{"confidence", 0.5}});
  notes.add("a", milliseconds(0), {{"confidence", 0.4}});
  notes.add("a", milliseconds(40), {{"confidence", 0.1}});
  notes.add("a", milliseconds(80), {{"confidence", 0.9}});
  const auto doubts = notes.doubts();
  ASSERT_EQ(doubts.size(), 1U);
  EXPECT_EQ(doubts[0].stage, "a");
  EXPECT_EQ(doubts[0].frames, 2U);
  EXPECT_EQ(doubts[0].of, 3U);
  EXPECT_EQ(doubts[0].worst, milliseconds(40));
}

/// They come from plugins.
TEST(FrameNotes, are_bounded) {
  FrameNotes notes;
  FrameNotes::Figures many;
  for (int i = 0; i < 100; ++i) many["figure" + std::to_string(i)] = i;
  notes.add("a", milliseconds(0), many);
  notes.add("b", milliseconds(0), {{std::string(1000, 'n'), 1}, {"nan", std::numeric_limits<double>::quiet_NaN()}});
  EXPECT_EQ(notes.to_json().find("\"b\""), std::string::npos);
  for (std::size_t i = 1; i < FrameNotes::most_frames + 5; ++i)
    notes.add("a", milliseconds(static_cast<std::int64_t>(i)), {{"x", 1}});
  EXPECT_EQ(notes.left_out(), 5U);
  EXPECT_LT(notes.to_json().size(), FrameNotes::most_frames * 40);
}

}  // namespace
}  // namespace reel::engine
