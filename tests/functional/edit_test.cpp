/// `reel edit` with somebody at the terminal.
#include <gmock/gmock.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <deque>
#include <nlohmann/json.hpp>

#include "installation.hpp"
#include "media.hpp"

namespace reel::tests {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr winsize eighty_columns{.ws_row = 25, .ws_col = 80, .ws_xpixel = 0, .ws_ypixel = 0};

/// Runs a line of shell on a terminal of its own. Whenever what it says ends in one of `questions`, the next answer is typed; behind the last
/// one, the end of input.
Result on_terminal(const std::string& line, std::deque<std::string> answers) {
  int terminal = -1;
  const pid_t child = forkpty(&terminal, nullptr, nullptr, &eighty_columns);
  if (child == 0) {
    execl("/bin/sh", "sh", "-c", line.c_str(), nullptr);
    _exit(127);
  }
  Result result;
  std::array<char, 4096> chunk{};
  for (ssize_t n = 0; (n = ::read(terminal, chunk.data(), chunk.size())) > 0;) {
    result.output.append(chunk.data(), static_cast<std::size_t>(n));
    const bool asks = std::ranges::any_of(std::array{"stop): ", "n] ", "N] "},
                                          [&](const char* end) { return result.output.ends_with(end); });
    if (!asks) continue;
    const std::string answer = answers.empty() ? "\x04" : answers.front() + "\n";
    EXPECT_EQ(::write(terminal, answer.data(), answer.size()), static_cast<ssize_t>(answer.size()));
    if (!answers.empty()) answers.pop_front();
  }
  EXPECT_TRUE(answers.empty()) << "not asked enough: " << result.output;
  int status = 0;
  ::waitpid(child, &status, 0);
  ::close(terminal);
  result.exit = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

class Edit : public ::testing::Test {
 protected:
  Edit() { fs::copy_file(small_clip(site.folder().path()), site.folder() / "talk.mp4"); }

  Result edit(const std::string& rest, std::deque<std::string> answers) const {
    return on_terminal(site.line("NO_COLOR=1 TERM=xterm exec " + reel() + " edit talk.mp4 " + rest),
                       std::move(answers));
  }
  bool made() const { return fs::exists(site.folder() / "talk-edited.mp4"); }

  Installation site;
};

TEST_F(Edit, asks_what_is_missing_and_whether_to_run) {
  const Result result = edit("'blur the faces at 0:01'", {"for 1 second", "n"});
  EXPECT_EQ(result.exit, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("[how-long]"));
  EXPECT_THAT(result.output, HasSubstr("0:01..0:02"));
  EXPECT_FALSE(made());
  const Result silent = edit("'blur the faces at 0:01'", {""});
  EXPECT_EQ(silent.exit, 2) << silent.output;
  EXPECT_THAT(silent.output, Not(HasSubstr("Run it?")));
}

TEST_F(Edit, runs_what_it_showed_and_replaces_nothing_unasked) {
  ASSERT_EQ(edit("'mute the sound'", {"y"}).exit, 0);
  ASSERT_TRUE(made());
  write(site.folder() / "talk-edited.mp4", "mine");
  const Result kept = edit("'mute the sound'", {""});
  EXPECT_THAT(kept.output, HasSubstr("Run it, and replace talk-edited.mp4? [y/N] "));
  EXPECT_EQ(read(site.folder() / "talk-edited.mp4"), "mine");
  EXPECT_EQ(edit("'mute the sound'", {"yes"}).exit, 0);
  EXPECT_NE(read(site.folder() / "talk-edited.mp4"), "mine");
}

TEST_F(Edit, is_recorded_with_all_that_was_said) {
  const Result done =
      site.run(reel() + " edit talk.mp4 'blur the video' 'mute the sound' --yes --record --progress none");
  ASSERT_EQ(done.exit, 0) << done.output;
  const auto job = nlohmann::json::parse(site.run(reel() + " jobs 1 --json").output);
  EXPECT_EQ(job["prompt"], "blur the video\nmute the sound");
  EXPECT_EQ(job["state"], "succeeded");
  EXPECT_THAT(job["yaml"].get<std::string>(), HasSubstr("uses: mute"));
}

}  // namespace
}  // namespace reel::tests
