/// Each prompt of the files beside this becomes exactly what stands there.
#include <gtest/gtest.h>

#include <algorithm>

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
