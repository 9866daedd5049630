/// The control plane as its users meet it: `reel serve`, and the commands that speak to it.
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "media.hpp"

namespace reel::tests {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using nlohmann::json;

constexpr const char* softer =
    "reel: 1\nparams:\n  input: { type: uri }\nstages:\n  - uses: source\n    with: { uri: \"${input}\" }\n"
    "  - uses: blur\n    during: 1s..2s\n    with: { radius: 8 }\n  - uses: sink\n    with: { uri: softer.mp4 }\n";
constexpr const char* slow =
    "reel: 1\nparams:\n  input: { type: uri }\nstages:\n  - uses: source\n    with: { uri: \"${input}\" }\n"
    "  - uses: blur\n    with: { radius: 20 }\n  - uses: sink\n    with: { uri: slow.mp4 }\n";

/// A server with its own database, and one user who is logged in.
class ServeTest : public ::testing::Test {
 protected:
  ServeTest() {
    write(folder_ / "softer.yaml", softer);
    write(folder_ / "slow.yaml", slow);
    start("0");
    const Result made = run("REEL_PASSWORD='a long password' " + reel() + " admin add-user ada@example.org");
    EXPECT_EQ(made.exit, 0) << made.output;
    const Result login = run("REEL_PASSWORD='a long password' " + reel() + " login --email ada@example.org");
    EXPECT_EQ(login.exit, 0) << login.output;
  }
  ~ServeTest() override {
    if (pid_ != 0) end(SIGTERM);
  }

  void start(const std::string& port) {
    fs::remove(folder_ / "server.log");
    const std::string line = environment() + "exec " + reel() + " serve --port " + port + " > server.log 2>&1";
    std::string shell_name = "sh", flag = "-c", command = "cd " + quoted(folder_.path()) + " && " + line;
    char* const arguments[] = {shell_name.data(), flag.data(), command.data(), nullptr};
    ASSERT_EQ(posix_spawn(&pid_, "/bin/sh", nullptr, nullptr, arguments, environ), 0);
    for (int i = 0; i < 600 && url_line().empty(); ++i) std::this_thread::sleep_for(100ms);
    url_ = url_line();
    ASSERT_FALSE(url_.empty()) << read(folder_ / "server.log");
  }
  /// The exit code, or 128 and the signal.
  int end(int signal) {
    ::kill(pid_, signal);
    int status = 0;
    ::waitpid(std::exchange(pid_, 0), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  std::string port() const { return url_.substr(url_.rfind(':') + 1); }

  Result run(const std::string& line) const {
    return shell("cd " + quoted(folder_.path()) + " && export REEL_SERVER=" + url_ + " && " + environment() + line);
  }
  Result submit(const std::string& pipeline, const std::string& more) const {
    return run(reel() + " submit " + pipeline + " --upload input=" + quoted(clip("cockatoo.mp4")) + " " + more);
  }
  int submitted(const std::string& pipeline) const {
    const Result result = submit(pipeline, "--progress none --json");
    EXPECT_EQ(result.exit, 0) << result.output;
    return json::parse(result.output, nullptr, false).value("id", 0);
  }
  json job(int id) const {
    return json::parse(run(reel() + " jobs " + std::to_string(id) + " --json").output, nullptr, false);
  }
  std::string wait_for(int id, const std::vector<std::string>& states) const {
    std::string state;
    for (int i = 0; i < 1200; ++i, std::this_thread::sleep_for(100ms)) {
      state = job(id).value("state", "");
      if (std::ranges::find(states, state) != states.end()) return state;
    }
    return state;
  }

  const TemporaryFolder folder_;

 private:
  std::string environment() const {
    return "export REEL_CACHE_GIGABYTES=1 REEL_STATE=" + quoted(folder_ / "state") +
           " XDG_CONFIG_HOME=" + quoted(folder_ / "config") + " && ";
  }
  std::string url_line() const {
    constexpr std::string_view mark = "listening on ";
    std::string text = fs::exists(folder_ / "server.log") ? read(folder_ / "server.log") : "";
    const auto at = text.find(mark), line_end = text.find('\n', at == std::string::npos ? 0 : at);
    if (at == std::string::npos || line_end == std::string::npos) return {};
    return text.substr(at + mark.size(), line_end - at - mark.size());
  }

  std::string url_ = "none";
  pid_t pid_ = 0;
};

TEST_F(ServeTest, gives_what_a_run_on_this_machine_gives) {
  const Result result = submit("softer.yaml", "--progress none --wait -o results");
  ASSERT_EQ(result.exit, 0) << result.output << read(folder_ / "server.log");
  const Result here =
      run(reel() + " run --no-cache --progress none softer.yaml --set input=" + quoted(clip("cockatoo.mp4")));
  ASSERT_EQ(here.exit, 0) << here.output;
  EXPECT_EQ(ffmpeg("-i " + quoted(folder_ / "results/softer.mp4") + " -f framemd5 -"),
            ffmpeg("-i " + quoted(folder_ / "softer.mp4") + " -f framemd5 -"));
  EXPECT_EQ(end(SIGTERM), 0) << read(folder_ / "server.log");
}

TEST_F(ServeTest, goes_on_after_it_was_killed) {
  const int id = submitted("slow.yaml");
  ASSERT_EQ(wait_for(id, {"running"}), "running");
  end(SIGKILL);
  start(port());
  ASSERT_EQ(wait_for(id, {"succeeded", "failed"}), "succeeded") << job(id).dump(2);
  EXPECT_EQ(job(id)["attempts"], 2);
  ASSERT_EQ(run(reel() + " fetch " + std::to_string(id) + " --progress none").exit, 0);
  EXPECT_EQ(picture_times(folder_ / "slow.mp4"), picture_times(clip("cockatoo.mp4")));
}

TEST_F(ServeTest, cancels_what_runs) {
  const int id = submitted("slow.yaml");
  ASSERT_EQ(wait_for(id, {"running"}), "running");
  EXPECT_EQ(run(reel() + " cancel " + std::to_string(id)).exit, 0);
  EXPECT_EQ(wait_for(id, {"succeeded", "failed", "cancelled"}), "cancelled");
  EXPECT_TRUE(fs::is_empty(folder_ / "state/results"));
}

TEST_F(ServeTest, refuses_a_state_folder_of_another_database) {
  ASSERT_EQ(end(SIGTERM), 0);
  write(folder_ / "state/installation", "another one\n");
  const Result result = run(reel() + " serve --port 0");
  EXPECT_EQ(result.exit, 2);
  EXPECT_NE(result.output.find("belongs to another database"), std::string::npos) << result.output;
}

}  // namespace
}  // namespace reel::tests
