/// Each prompt of the files beside this becomes exactly what stands there.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <regex>

#include "stages.hpp"

namespace reel::tests {
namespace {

std::vector<std::string> topics() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(prompts_folder()))
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem());
  std::ranges::sort(names);
  return names;
}

class Prompts : public testing::TestWithParam<std::string> {};

TEST_P(Prompts, become_what_was_meant) {
  std::size_t right = 0;
  const auto cases = read_cases(prompts_folder() / (GetParam() + ".yaml"));
  for (const Case& test : cases) {
    const std::string fault = fault_of(test, stages());
    EXPECT_EQ(fault, "");
    right += fault.empty() ? 1 : 0;
  }
  RecordProperty("right", static_cast<int>(right));
}

INSTANTIATE_TEST_SUITE_P(Topics, Prompts, testing::ValuesIn(topics()), [](const auto& info) {
  std::string name = info.param;
  std::ranges::replace(name, '-', '_');
  return name;
});

/// The rows of the guide's tables: what is said, and the stages or the answer.
TEST(Guide, examples_become_what_it_says) {
  std::ifstream guide(prompts_folder() / "../../docs/guide/prompts.md");
  Case usual = read_cases(prompts_folder() / "cut.yaml").front();
  usual.ask.media->duration = std::chrono::minutes(10);
  usual.ask.labels = {"face", "person"};
  std::size_t rows = 0;
  for (std::string line; std::getline(guide, line);) {
    static const std::regex row(R"(\| (.+) \| (.+) \|)");
    std::smatch cells;
    if (!std::regex_match(line, cells, row) || cells[1] == "you say" || cells[1] == "---") continue;
    Case test = usual;
    test.file = "prompts.md";
    test.line = ++rows;
    test.ask.text = cells[1];
    test.has_stages = false;
    static const std::string drawn = " (with a box drawn)";
    if (test.ask.text.ends_with(drawn)) {
      test.ask.text.resize(test.ask.text.size() - drawn.size());
      test.ask.regions.push_back({"", {.points = {{0.1, 0.2}, {0.3, 0.4}}}});
    }
    expect(test, cells[2]);
    EXPECT_EQ(fault_of(test, stages()), "");
  }
  EXPECT_GE(rows, 60U);
}

TEST(Corpus, has_many) {
  std::size_t all = 0, answered = 0;
  for (const std::string& topic : topics())
    for (const Case& test : read_cases(prompts_folder() / (topic + ".yaml"))) {
      ++all;
      answered += test.asks.empty() && test.refuses.empty() && !test.unknown ? 0 : 1;
    }
  EXPECT_GE(all, 400U);
  EXPECT_GE(answered, 80U);
}

}  // namespace
}  // namespace reel::tests
