/// Every pipeline of tests/pipelines_broken gives, with the real stages, exactly the messages that its
/// .expected file holds.
#include <gtest/gtest.h>

#include <algorithm>

#include "command.hpp"

namespace reel::tests {
namespace {

namespace fs = std::filesystem;

fs::path folder() { return source_folder() / "tests/pipelines_broken"; }

class BrokenPipeline : public testing::TestWithParam<std::string> {};

TEST_P(BrokenPipeline, gives_the_expected_messages) {
  const Result result = shell("cd " + quoted(folder()) + " && " + reel() + " validate " + GetParam() + ".yaml");
  EXPECT_EQ(result.output, read(folder() / (GetParam() + ".expected")));
  EXPECT_EQ(result.exit, 2);
}

std::vector<std::string> names() {
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator(folder()))
    if (entry.path().extension() == ".yaml") found.push_back(entry.path().stem().string());
  std::ranges::sort(found);
  return found;
}

INSTANTIATE_TEST_SUITE_P(All, BrokenPipeline, testing::ValuesIn(names()), [](const auto& info) {
  std::string name = info.param;
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(BrokenPipelines, are_at_least_40) { EXPECT_GE(names().size(), 40U); }

}  // namespace
}  // namespace reel::tests
