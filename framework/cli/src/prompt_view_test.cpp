#include "prompt_view.hpp"

#include <gmock/gmock.h>

#include <sstream>

#include "reel/base/text.hpp"

namespace reel::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

prompt::ReadTime from(base::Time begin, base::Time end) { return {{begin, end}, {begin, end}}; }

prompt::Understanding understood() {
  prompt::Understanding out;
  out.clauses.push_back({{0, 19}, "object-removal", "Removes the lamp", {from(5min, 5min + 15s)}});
  out.clauses.push_back({{21, 3}, "cut", "Cuts this out", {{{12min, {}}, {12min, base::Time::max()}}}});
  out.clauses.push_back({{26, 4}, "mute", "Mutes the sound", {}});
  return out;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST(Timeline, shows_when_each_clause_holds) {
  EXPECT_THAT(
      lines_of(timeline(understood(), 16min, 50, false)),
      ElementsAre("  object-removal  ..........=.....................",
                  "  cut             ........................========",
                  "  mute            ================================", "                  0:00      5:00      10:00"));
}

TEST(Timeline, fits_any_length_and_width) {
  for (const base::Time duration :
       {base::Time(40ms), base::Time(9s), base::Time(5min), base::Time(3h), base::Time(100h)})
    for (const int width : {40, 80, 200})
      for (const std::string& line : lines_of(timeline(understood(), duration, width, false)))
        EXPECT_LE(base::display_width(line), static_cast<std::size_t>(width)) << line;
  EXPECT_EQ(timeline(understood(), std::nullopt, 80, false), "");
  EXPECT_EQ(timeline({}, 1min, 80, false), "");
}

TEST(Timeline, shows_moments_and_what_is_shorter_than_a_column) {
  prompt::Understanding out;
  out.clauses.push_back({{0, 1}, "photoshop", "", {from(30min, 30min), from(59min + 59s, 1h)}});
  EXPECT_EQ(lines_of(timeline(out, 1h, 33, false)).front(), "  photoshop  ..........|........=");
  EXPECT_THAT(timeline(out, 1h, 33, true), HasSubstr("\033[1;32m"));
}

TEST(ClauseTable, is_readable_in_80_columns) {
  const std::string prompt = "remove the lamp\n\x1b[31m from 5:00";
  prompt::Understanding out = understood();
  out.clauses[0].words = {0, prompt.size()};
  out.clauses[1].times[0].written.begin = base::FrameNumber{18000};
  const std::string table = clause_table(out, prompt, 80);
  EXPECT_THAT(table, Not(HasSubstr("\x1b")));
  EXPECT_THAT(table, HasSubstr("5:00..5:15"));
  EXPECT_THAT(table, HasSubstr("12:00..end (18000f..)"));
  for (const std::string& line : lines_of(table)) EXPECT_LE(base::display_width(line), 90U) << line;
  EXPECT_EQ(clause_table({}, prompt, 80), "");
}

TEST(Remarks, stand_at_their_words) {
  const std::string prompt = "blür it\nremove it";
  prompt::Understanding out;
  out.questions.push_back({{9, 9}, "which-object", "Which one?", {"person", "face"}});
  out.unknown.push_back({{900, 5}, "unknown-words", "what is this?", {}});
  const auto remarks = remarks_of(out, prompt).diagnostics;
  EXPECT_EQ(remarks[0].mark, (model::Mark{2, 1, 9}));
  EXPECT_EQ(remarks[0].severity, model::Severity::question);
  EXPECT_EQ(remarks[0].hint, "answers: person or face");
  EXPECT_EQ(remarks[1].mark, (model::Mark{2, 10, 1}));
  EXPECT_THAT(model::to_text(remarks_of(out, prompt)), HasSubstr("prompt:2:1: question: Which one? [which-object]\n"));
}

}  // namespace
}  // namespace reel::cli
