#include "verify/match.hpp"

#include <gmock/gmock.h>

namespace reel::engine::proof {
namespace {

using planner::Span;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = Misfit::Kind;

/// A packet a letter.
std::vector<Print> prints(std::string_view letters) {
  std::vector<Print> made;
  for (const char c : letters) made.push_back({static_cast<std::uint8_t>(c)});
  return made;
}

Span copy(std::size_t first, std::size_t end) { return {.first = first, .end = end, .first_packet = first}; }
Span render(std::size_t first, std::size_t end) { return {.kind = Span::Kind::render, .first = first, .end = end}; }

std::vector<Misfit> misfits(const std::vector<Span>& plan, std::string_view source, std::string_view output) {
  return align(plan, prints(source), prints(output)).misfits;
}

std::vector<Match> runs(std::string_view source, std::string_view output) {
  return runs_in_order(prints(source), prints(output));
}

TEST(Runs, FollowBothFiles) {
  EXPECT_THAT(runs("abcdefgh", "abcdefgh"), ElementsAre(Match{0, 0, 8}));
  EXPECT_THAT(runs("abcdefgh", "abXYefgh"), ElementsAre(Match{0, 0, 2}, Match{4, 4, 4}));
  EXPECT_THAT(runs("abcdefgh", "efgh"), ElementsAre(Match{4, 0, 4}));
  EXPECT_THAT(runs("abcdefgh", "WXYZ"), IsEmpty());
  EXPECT_THAT(runs("", "ab"), IsEmpty());
  EXPECT_THAT(runs("ab", ""), IsEmpty());
}

TEST(Runs, GoPastWhatWasCut) {
  EXPECT_THAT(runs("abcdefghijkl", "abcdijkl"), ElementsAre(Match{0, 0, 4}, Match{8, 4, 4}));
  EXPECT_THAT(runs("abcdefghijkl", "abXYijkl"), ElementsAre(Match{0, 0, 2}, Match{8, 4, 4}));
}

TEST(Runs, AreNotMisledByPacketsThatHoldTheSame) {
  // One new packet happens to be like one much later.
  EXPECT_THAT(runs("abcdefghij", "abjdefghij"), ElementsAre(Match{0, 0, 2}, Match{3, 3, 7}));
  // All alike: where nothing speaks for another place, they stay where they are.
  EXPECT_THAT(runs("aaaaaaaa", "aaaaaaaa"), ElementsAre(Match{0, 0, 8}));
  // The longer run counts.
  EXPECT_THAT(runs("abcdeXabcdefgh", "abcdefgh"), ElementsAre(Match{6, 0, 8}));
}

TEST(Aligned, AsPlanned) {
  const std::vector<Span> plan{copy(0, 3), render(3, 5), copy(5, 8)};
  const Alignment a = align(plan, prints("abcdefgh"), prints("abcXYfgh"));
  EXPECT_THAT(a.misfits, IsEmpty());
  ASSERT_EQ(a.stretches.size(), 3U);
  EXPECT_EQ(a.stretches[1].output, 3U);
  EXPECT_EQ(a.stretches[1].count, 2U);
  EXPECT_EQ(a.from[2], 2U);
  EXPECT_EQ(a.from[3], std::nullopt);
  EXPECT_EQ(a.from[7], 7U);
}

TEST(Aligned, WithACut) {
  EXPECT_THAT(misfits({copy(0, 2), render(4, 5), copy(5, 8)}, "abcdefgh", "abXfgh"), IsEmpty());
}

TEST(Aligned, SaysWhatIsWrongAndGoesOn) {
  const std::vector<Span> all{copy(0, 8)};
  EXPECT_THAT(misfits(all, "abcdefgh", "abXdefgh"), ElementsAre(Misfit{Kind::changed, 2, 1}));
  EXPECT_THAT(misfits(all, "abcdefgh", "abdefgh"), ElementsAre(Misfit{Kind::missing, 2, 1}));
  EXPECT_THAT(misfits(all, "abcdefgh", "abefgh"), ElementsAre(Misfit{Kind::missing, 2, 2}));
  EXPECT_THAT(misfits(all, "abcdefgh", "abXcdefgh"), ElementsAre(Misfit{Kind::extra, 2, 1}));
  EXPECT_THAT(misfits(all, "abcdefgh", "abdcefgh"), ElementsAre(Misfit{Kind::swapped, 2, 2}));
  EXPECT_THAT(misfits(all, "abcdefgh", "abcdef"), ElementsAre(Misfit{Kind::missing, 6, 2}));
  EXPECT_THAT(misfits(all, "abcdefgh", "abcdefghX"), ElementsAre(Misfit{Kind::extra, 8, 1}));
  EXPECT_THAT(misfits(all, "abcdefgh", ""), ElementsAre(Misfit{Kind::missing, 0, 8}));
}

TEST(Aligned, FindsTheCopyBehindARenderOfTheWrongLength) {
  const std::vector<Span> plan{copy(0, 2), render(2, 5), copy(5, 8)};
  EXPECT_THAT(misfits(plan, "abcdefgh", "abXYfgh"), ElementsAre(Misfit{Kind::missing, 4, 1}));
  EXPECT_THAT(misfits(plan, "abcdefgh", "abXYZWfgh"), ElementsAre(Misfit{Kind::extra, 6, 1}));
}

TEST(Aligned, BehindWhatLeadsAnOpenEntry) {
  // Decoded as d e f, shown as e f d: d stays, the two that lead it are rendered.
  Span open = copy(5, 8);
  open.first_packet = 3;
  const Alignment a = align({copy(0, 3), render(3, 5), open}, prints("abcdefgh"), prints("abcXYdgh"));
  EXPECT_THAT(a.misfits, IsEmpty());
  EXPECT_EQ(a.from[5], 3U);
  EXPECT_EQ(a.from[6], 6U);
}

TEST(FoundOut, WhatLeadsAnOpenEntryMayBeNew) {
  const std::vector<bool> keys{true, false, false, true, false, false, false, false, false, false};
  const Alignment a = align(prints("abcdefghij"), prints("abcXYdghij"), keys);
  EXPECT_THAT(a.misfits, IsEmpty());
  EXPECT_EQ(a.from[5], 3U);
  EXPECT_EQ(a.from[6], 6U);
}

TEST(FoundOut, WhatMustHaveBeenCopied) {
  const std::vector<bool> keys{true, false, false, false, true, false, false, false};
  const Alignment a = align(prints("abcdefgh"), prints("abXYefgh"), keys);
  EXPECT_THAT(a.misfits, IsEmpty());
  ASSERT_EQ(a.stretches.size(), 3U);
  EXPECT_EQ(a.stretches[1].kind, Span::Kind::render);
  EXPECT_TRUE(a.stretches[1].placed) << "as many packets as are missing of the source";
  EXPECT_FALSE(align(prints("abcdefgh"), prints("abXefgh"), keys).stretches[1].placed);
}

TEST(FoundOut, ACopyBeginsWhereADecoderCan) {
  const std::vector<bool> keys{true, false, false, false, true, false, false, false};
  EXPECT_THAT(align(prints("abcdefgh"), prints("aXcdefgh"), keys).misfits, ElementsAre(Misfit{Kind::no_entry, 2, 1}));
  const std::vector<bool> second_new{true, true, false, false, true, false, false, false};
  EXPECT_THAT(align(prints("abcdefgh"), prints("aXcdefgh"), keys, second_new).misfits,
              ElementsAre(Misfit{Kind::no_entry, 2, 1}))
      << "a new keyframe, where the source has none";
  // The source's is left out, and in its place, behind what leads it, there is a new one.
  const std::vector<bool> last_new{true, false, false, false, false, true, false, false};
  EXPECT_THAT(align(prints("abcdefgh"), prints("abcdXYgh"), keys, last_new).misfits, IsEmpty());
  EXPECT_THAT(align(prints("abcdefgh"), prints("abcdXYgh"), keys).misfits, ElementsAre(Misfit{Kind::no_entry, 6, 1}));
  EXPECT_THAT(align(prints("abcdefgh"), prints("abcdfgh"), keys).misfits, ElementsAre(Misfit{Kind::no_entry, 4, 1}));
}

}  // namespace
}  // namespace reel::engine::proof
