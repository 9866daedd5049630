/// What the documents show is true: pipelines in them are valid, quoted files are the files, links lead
/// somewhere.
#include <gtest/gtest.h>

#include <regex>

#include "command.hpp"

namespace reel::tests {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> documents() {
  std::vector<fs::path> found{source_folder() / "README.md"};
  for (const auto& entry : fs::recursive_directory_iterator(source_folder() / "docs"))
    if (entry.path().extension() == ".md") found.push_back(entry.path());
  return found;
}

TEST(Docs, pipelines_in_them_are_valid) {
  const TemporaryFolder folder;
  static const std::regex block("```yaml\n([^`]*)```");
  int count = 0;
  for (const fs::path& document : documents()) {
    const std::string text = read(document);
    for (std::sregex_iterator it(text.begin(), text.end(), block), end; it != end; ++it) {
      write(folder / "pipeline.yaml", (*it)[1]);
      const Result result = shell(reel() + " validate " + quoted(folder / "pipeline.yaml"));
      EXPECT_EQ(result.exit, 0) << document << "\n" << (*it)[1] << result.output;
      ++count;
    }
  }
  EXPECT_GE(count, 4);
}

TEST(Docs, quoted_files_are_the_files) {
  static const std::regex quote("<!-- ([^ ]+) -->\n```[a-z]+\n([^`]*)```");
  int count = 0;
  for (const fs::path& document : documents()) {
    const std::string text = read(document);
    for (std::sregex_iterator it(text.begin(), text.end(), quote), end; it != end; ++it, ++count)
      EXPECT_EQ((*it)[2].str(), read(source_folder() / (*it)[1].str())) << document << " quotes " << (*it)[1];
  }
  EXPECT_GE(count, 2);
}

TEST(Docs, links_lead_somewhere) {
  static const std::regex link(R"(\]\(([^)#:]+)\))");
  for (const fs::path& document : documents()) {
    const std::string text = read(document);
    for (std::sregex_iterator it(text.begin(), text.end(), link), end; it != end; ++it)
      EXPECT_TRUE(fs::exists(document.parent_path() / (*it)[1].str())) << document << " links " << (*it)[1];
  }
}

TEST(Docs, reference_pages_are_as_generated) {
  const fs::path folder = source_folder() / "docs/reference";
  EXPECT_EQ(shell(reel() + " inspect --markdown").output, read(folder / "README.md")) << "run docs/reference/make.sh";
  static const std::regex row(R"(\| \[([a-z0-9-]+)\]\()");
  const std::string index = read(folder / "README.md");
  int count = 0;
  for (std::sregex_iterator it(index.begin(), index.end(), row), end; it != end; ++it, ++count) {
    const std::string name = (*it)[1];
    EXPECT_EQ(shell(reel() + " inspect --markdown " + name).output, read(folder / (name + ".md")))
        << "run docs/reference/make.sh";
    const fs::path example = folder / "examples" / (name + ".yaml");
    const Result result = shell(reel() + " validate " + quoted(example));
    EXPECT_EQ(result.exit, 0) << result.output;
  }
  EXPECT_GE(count, 20);
}

}  // namespace
}  // namespace reel::tests
