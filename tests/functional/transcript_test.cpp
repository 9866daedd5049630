/// The command line, tested by data: each tests/functional/cli/*.t is a transcript of a shell session.
///
///     A line of text explains.
///       $ reel validate broken.yaml
///       broken.yaml:1:1: error: …
///       [2]
///
/// Indented lines are commands, what they print, and the exit code where it is not 0. `(re)` at the end of a
/// line means a regular expression, `...` alone any number of lines. Commands of one file run in one new
/// folder; `$CLIP` and `$OTHER` are real clips. With REEL_UPDATE_EXPECTED=1 the files are written anew from
/// what was printed.
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>

#include "command.hpp"

namespace reel::tests {
namespace {

namespace fs = std::filesystem;

struct Step {
  std::string command;
  std::vector<std::string> expected;
};

struct Transcript {
  std::vector<std::string> lines;
  std::vector<Step> steps;
};

Transcript parse(const fs::path& file) {
  Transcript transcript;
  std::istringstream in(read(file));
  for (std::string line; std::getline(in, line);) {
    transcript.lines.push_back(line);
    if (line.starts_with("  $ "))
      transcript.steps.push_back({line.substr(4), {}});
    else if (line.starts_with("  > "))
      transcript.steps.back().command += "\n" + line.substr(4);
    else if (line.starts_with("  "))
      transcript.steps.back().expected.push_back(line.substr(2));
  }
  return transcript;
}

std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

bool matches(const std::string& expected, const std::string& line) {
  if (expected.ends_with(" (re)")) return std::regex_match(line, std::regex(expected.substr(0, expected.size() - 5)));
  return expected == line;
}

bool matches(const std::vector<std::string>& expected, std::size_t e, const std::vector<std::string>& lines,
             std::size_t l) {
  if (e == expected.size()) return l == lines.size();
  if (expected[e] == "...") {
    for (std::size_t next = l; next <= lines.size(); ++next)
      if (matches(expected, e + 1, lines, next)) return true;
    return false;
  }
  return l < lines.size() && matches(expected[e], lines[l]) && matches(expected, e + 1, lines, l + 1);
}

/// The same on every machine.
std::string without_places(std::string text, const fs::path& folder) {
  const std::pair<fs::path, std::string> places[] = {{folder, "FOLDER"},
                                                     {environment("REEL_MEDIA_DIR"), "MEDIA"},
                                                     {environment("REEL_BUILD_DIR"), "BUILD"},
                                                     {source_folder(), "SOURCE"}};
  for (const auto& [place, name] : places)
    for (auto at = text.find(place.string()); at != std::string::npos; at = text.find(place.string(), at))
      text.replace(at, place.string().size(), name);
  return text;
}

std::vector<std::string> perform(const std::string& command, const fs::path& folder) {
  const std::string setting =
      "cd " + quoted(folder) + " && export HOME=" + quoted(folder) + " REEL_STATE=" + quoted(folder / "state") +
      " CLIP=" + quoted(clip("wannaworktogether.mp4")) + " OTHER=" + quoted(clip("cockatoo.mp4")) +
      " PATH=" + quoted(fs::path(environment("REEL_BUILD_DIR")) / "bin") + ":$PATH" +
      " SOURCE=" + quoted(source_folder()) + " BUILD=" + quoted(fs::path(environment("REEL_BUILD_DIR"))) +
      " LC_ALL=C.UTF-8; unset XDG_CONFIG_HOME XDG_DATA_HOME REEL_PLUGIN_PATH\n";
  const Result result = shell(setting + command);
  auto lines = split_lines(without_places(result.output, folder));
  if (result.exit != 0) lines.push_back("[" + std::to_string(result.exit) + "]");
  return lines;
}

void update(const fs::path& file, const Transcript& transcript, const std::vector<std::vector<std::string>>& printed) {
  std::string text;
  std::size_t step = 0;
  bool in_command = false;
  const auto flush = [&] {
    if (!in_command) return;
    for (const auto& line : printed[step]) text += "  " + line + "\n";
    ++step;
    in_command = false;
  };
  for (const auto& line : transcript.lines) {
    const bool command = line.starts_with("  $ "), more = line.starts_with("  > ");
    if (line.starts_with("  ") && !command && !more) continue;
    if (!more) flush();
    text += line + "\n";
    in_command = in_command || command;
  }
  flush();
  write(file, text);
}

class TranscriptTest : public testing::TestWithParam<std::string> {};

TEST_P(TranscriptTest, prints_what_is_written) {
  const fs::path file = source_folder() / "tests/functional/cli" / GetParam();
  const Transcript transcript = parse(file);
  ASSERT_FALSE(transcript.steps.empty());
  const TemporaryFolder folder;
  std::vector<std::vector<std::string>> printed;
  for (const Step& step : transcript.steps) {
    printed.push_back(perform(step.command, folder.path()));
    if (std::getenv("REEL_UPDATE_EXPECTED") != nullptr && !matches(step.expected, 0, printed.back(), 0)) continue;
    std::string got;
    for (const auto& line : printed.back()) got += line + "\n";
    if (std::getenv("REEL_UPDATE_EXPECTED") == nullptr)
      EXPECT_TRUE(matches(step.expected, 0, printed.back(), 0)) << "$ " << step.command << "\nprinted:\n" << got;
    else
      printed.back() = step.expected;
  }
  if (std::getenv("REEL_UPDATE_EXPECTED") != nullptr) update(file, transcript, printed);
}

std::vector<std::string> transcripts() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(source_folder() / "tests/functional/cli"))
    names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Cli, TranscriptTest, testing::ValuesIn(transcripts()), [](const auto& info) {
  std::string name = info.param.substr(0, info.param.find('.'));
  std::ranges::replace(name, '-', '_');
  return name;
});

}  // namespace
}  // namespace reel::tests
