// Every pipeline of tests/pipelines_broken gives exactly the messages of its .expected file. With
// REEL_UPDATE_EXPECTED=1 the files are written anew, to be read before they are kept.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "fake_stages.hpp"
#include "reel/model/pipeline.hpp"

namespace reel::model {
namespace {

namespace fs = std::filesystem;

fs::path folder() {
  const char* root = std::getenv("REEL_SOURCE_DIR");
  return fs::path(root ? root : ".") / "tests/pipelines_broken";
}

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> names() {
  std::vector<std::string> found;
  if (!fs::exists(folder())) return found;
  for (const auto& entry : fs::directory_iterator(folder()))
    if (entry.path().extension() == ".yaml") found.push_back(entry.path().stem().string());
  std::sort(found.begin(), found.end());
  return found;
}

TEST(BrokenPipelines, are_many) { EXPECT_GE(names().size(), 45U); }

TEST(BrokenPipelines, give_the_expected_messages) {
  const FakeStages stages;
  for (const std::string& name : names()) {
    SCOPED_TRACE(name);
    Diagnosed diagnosed;
    CheckOptions options;
    options.require_params = false;
    const auto pipeline =
        load_pipeline(name + ".yaml", read_file(folder() / (name + ".yaml")), stages, options, diagnosed);
    EXPECT_FALSE(pipeline);
    EXPECT_TRUE(diagnosed.has_errors());
    const fs::path expected = folder() / (name + ".expected");
    if (std::getenv("REEL_UPDATE_EXPECTED")) std::ofstream(expected, std::ios::binary) << to_text(diagnosed);
    EXPECT_EQ(to_text(diagnosed), read_file(expected));
  }
}

}  // namespace
}  // namespace reel::model
