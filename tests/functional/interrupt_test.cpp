/// Stopping a run, and runs that the machine stops: what was at the target stays, and nothing half-written is
/// left.
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include <chrono>
#include <set>
#include <thread>

#include "media.hpp"

namespace reel::tests {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

std::set<std::string> entries_of(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename().string());
  return names;
}

constexpr const char* slow_pipeline =
    "reel: 1\nparams:\n  input: { type: uri }\nstages:\n  - uses: source\n    with: { uri: \"${input}\" }\n  "
    "- uses: blur\n    with: { radius: 20 }\n  - uses: sink\n    with: { uri: out.mp4, speed: veryslow }\n";

/// A run in the background, in a folder of its own, with something at the target already.
class Running {
 public:
  explicit Running(const std::string& pipeline = slow_pipeline) {
    write(folder_ / "slow.yaml", pipeline);
    write(folder_ / "out.mp4", "what was there before");
    const std::string line = "cd " + quoted(folder_.path()) + " && exec " + reel() +
                             " run --progress plain slow.yaml --set input=" + quoted(clip("wannaworktogether.mp4")) +
                             " > log 2>&1";
    std::string shell_name = "sh", flag = "-c", command = line;
    char* const arguments[] = {shell_name.data(), flag.data(), command.data(), nullptr};
    if (posix_spawn(&pid_, "/bin/sh", nullptr, nullptr, arguments, environ) != 0)
      throw std::runtime_error("cannot start reel");
  }
  /// Until a temporary file, or one beside that, has some bytes.
  void wait_until_writing() const {
    for (int i = 0; i < 300; ++i, std::this_thread::sleep_for(100ms))
      for (const auto& entry : fs::directory_iterator(folder_.path())) {
        std::error_code ignored;
        if (entry.path().filename().string().find(".out.mp4") != std::string::npos &&
            fs::file_size(entry.path(), ignored) > 0)
          return;
      }
    ADD_FAILURE() << "nothing was written: " << read(folder_ / "log");
  }
  void signal(int number) const { kill(pid_, number); }
  int wait() const {
    int status = 0;
    waitpid(pid_, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  const TemporaryFolder& folder() const { return folder_; }

 private:
  TemporaryFolder folder_;
  pid_t pid_ = 0;
};

TEST(Interrupt, ends_a_run_cleanly) {
  for (const int number : {SIGINT, SIGTERM}) {
    const Running run;
    run.wait_until_writing();
    run.signal(number);
    EXPECT_EQ(run.wait(), 130);
    EXPECT_EQ(entries_of(run.folder().path()), (std::set<std::string>{"slow.yaml", "out.mp4", "log"}))
        << read(run.folder() / "log");
    EXPECT_EQ(read(run.folder() / "out.mp4"), "what was there before");
  }
}

TEST(Interrupt, a_second_one_ends_it_at_once) {
  const Running run;
  run.wait_until_writing();
  run.signal(SIGINT);
  run.signal(SIGTERM);
  EXPECT_EQ(run.wait(), 130);
  EXPECT_EQ(read(run.folder() / "out.mp4"), "what was there before");
}

TEST(Interrupt, a_full_disk_is_said_and_leaves_nothing) {
  const TemporaryFolder folder;
  write(folder / "p.yaml",
        "reel: 1\nstages:\n  - uses: source\n    with: { uri: " + clip("wannaworktogether.mp4").string() +
            " }\n  - uses: sink\n    with: { uri: out.mp4 }\n");
  // A limit on the size of files stands for a disk without room: writing fails in the same place.
  const Result result =
      shell("cd " + quoted(folder.path()) + " && ulimit -f 500 && " + reel() + " run --progress none p.yaml");
  EXPECT_EQ(result.exit, 1) << result.output;
  EXPECT_NE(result.output.find("p.yaml:5:"), std::string::npos) << result.output;
  EXPECT_EQ(entries_of(folder.path()), std::set<std::string>{"p.yaml"});
}

TEST(Interrupt, a_read_only_target_folder_is_an_input_error) {
  if (geteuid() == 0) {
    // Root may write anywhere but into the kernel's own files.
    const TemporaryFolder folder;
    write(folder / "p.yaml", "reel: 1\nstages:\n  - uses: source\n    with: { uri: " + clip("cockatoo.mp4").string() +
                                 " }\n  - uses: sink\n    with: { uri: /proc/out.mp4 }\n");
    const Result result = shell(reel() + " run --progress none " + quoted(folder / "p.yaml"));
    EXPECT_NE(result.exit, 0);
    EXPECT_NE(result.output.find("/proc"), std::string::npos) << result.output;
    return;
  }
  const TemporaryFolder folder;
  fs::permissions(folder.path(), fs::perms::owner_read | fs::perms::owner_exec);
  const Result result =
      shell("printf 'reel: 1\\nstages:\\n  - uses: source\\n    with: { uri: " + clip("cockatoo.mp4").string() +
            " }\\n  - uses: sink\\n    with: { uri: " + (folder / "out.mp4").string() + " }\\n' | " + reel() +
            " run --progress none -");
  EXPECT_EQ(result.exit, 2) << result.output;
  fs::permissions(folder.path(), fs::perms::owner_all);
}

}  // namespace
}  // namespace reel::tests
