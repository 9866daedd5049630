/// Plugins that do what no stage should: each costs its own run only, and its result says what happened.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "runner_fixture.hpp"

namespace reel::runner {
namespace {

class Hostile : public RunnerTest {
 protected:
  RunnerResult run_attack(const std::string& how, const std::string& target = "") { return run(attack(how, target)); }
  void expect_failed(const RunnerResult& result, const std::string& code, const std::string& what) {
    EXPECT_EQ(result.outcome.state, RequestState::failed);
    EXPECT_EQ(result.outcome.error_code, code) << result.outcome.error << "\n" << log();
    EXPECT_THAT(result.outcome.error, HasSubstr(what));
    EXPECT_FALSE(result.transient);
    EXPECT_EQ(results_there().count("out.mp4"), 0U);
  }
};

TEST_F(Hostile, segfault) {
  const RunnerResult result = run_attack("segfault");
  expect_failed(result, "crashed", "was killed by signal 11 (segmentation fault) in stage `bad`");
  EXPECT_EQ(result.outcome.error_stage, "bad");
  EXPECT_FALSE(result.last_lines.empty());
}

TEST_F(Hostile, abort) { expect_failed(run_attack("abort"), "crashed", "signal 6 (aborted) in stage `bad`"); }

TEST_F(Hostile, exit) { expect_failed(run_attack("exit"), "no-result", "ended without a result (exit 3)"); }

TEST_F(Hostile, a_loop_is_found_by_the_engine) {
  auto looping = job(yaml(attack("loop")), clip());
  looping.stall = 3s;
  const RunnerResult result = run(looping);
  expect_failed(result, "run-failed", "'bad' hangs: nothing has moved for 3");
  EXPECT_EQ(result.outcome.error_stage, "bad");
}

TEST_F(Hostile, a_loop_runs_out_of_processor_time) {
  limits.cpu = 2s;
  expect_failed(run_attack("loop"), "cpu-limit", "used more than 2 s of processor time");
}

TEST_F(Hostile, a_loop_runs_out_of_time) {
  limits.wall = 3s;
  expect_failed(run_attack("sleep"), "time-limit", "took longer than 3 s");
}

TEST_F(Hostile, silence) {
  limits.silence = 3s;
  auto child = start(job(yaml(attack("sleep")), clip()));
  while (heard.progress.empty() && !child.poll()) ::usleep(10'000);
  // Somebody else stops it, so that not even the engine says anything.
  ::kill(-child.process(), SIGSTOP);
  expect_failed(child.wait(), "hung", "gave no sign of life for 3 s");
  expect_nothing_left();
}

TEST_F(Hostile, memory) {
  limits.memory_bytes = 600'000'000;
  expect_failed(run_attack("leak"), "memory-limit", "took more than 600.0 MB of memory");
}

TEST_F(Hostile, memory_at_once) {
  limits.memory_bytes = 600'000'000;
  expect_failed(run_attack("leak-fast"), "memory-limit", "of memory");
}

TEST_F(Hostile, memory_that_nobody_would_count) {
  expect_failed(run_attack("hide-memory"), "run-failed", "hiding memory was refused");
}

TEST_F(Hostile, fork) { expect_failed(run_attack("fork"), "run-failed", "fork was refused"); }

TEST_F(Hostile, exec) {
  expect_failed(run_attack("exec", (work() / "made").string()), "run-failed", "exec was refused");
  EXPECT_FALSE(fs::exists(work() / "made"));
}

TEST_F(Hostile, files_of_others) {
  fs::permissions(folder_.path(), fs::perms::all);
  tests::write(folder_ / "secret", "not yours");
  fs::permissions(folder_ / "secret", fs::perms{0644});
  const RunnerResult wrote = run_attack("write", (folder_ / "gotcha").string());
  EXPECT_FALSE(fs::exists(folder_ / "gotcha"));
  ASSERT_TRUE(heard.sandbox);
  if (!heard.sandbox->files) GTEST_SKIP() << "this kernel has no Landlock";
  expect_failed(wrote, "run-failed", "writing was refused");
  expect_failed(run_attack("read", (folder_ / "secret").string()), "run-failed", "reading was refused");
}

TEST_F(Hostile, sockets) {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(listener, 4), 0);
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  const std::string port = std::to_string(ntohs(address.sin_port));
  expect_failed(run_attack("socket", port), "run-failed", "connecting was refused");
  auto with_network = job(yaml(attack("socket", port)), clip());
  with_network.network = true;
  EXPECT_THAT(run(with_network).outcome.error, HasSubstr("connecting SUCCEEDED"));
  ::close(listener);
}

TEST_F(Hostile, the_parent) {
  expect_failed(run_attack("kill"), "run-failed", "killing the parent was refused");
  expect_failed(run_attack("reach"), "run-failed", "reaching the parent was refused");
  expect_failed(run_attack("outlive"), "run-failed", "outliving the parent was refused");
  expect_failed(run_attack("root"), "run-failed", "becoming root was refused");
}

TEST_F(Hostile, rubbish) {
  expect_failed(run_attack("rubbish"), "bad-answer", "answers made no sense: it wrote a text that is no JSON object");
  expect_failed(run_attack("deep"), "bad-answer", "answers made no sense");
}

TEST_F(Hostile, a_line_without_end) { expect_failed(run_attack("long-line"), "bad-answer", "answers made no sense"); }

TEST_F(Hostile, a_forged_result) { expect_failed(run_attack("forge"), "bad-answer", "which it said it had"); }

TEST_F(Hostile, a_failure_that_claims_results_of_others) {
  const RunnerResult result = run_attack("forge-failure");
  EXPECT_EQ(result.outcome.state, RequestState::failed);
  EXPECT_TRUE(result.outcome.artifacts.empty() && result.made.empty());
}

TEST_F(Hostile, another_folder_in_place_of_that_of_the_results) {
  fs::create_directory(folder_ / "victim");
  tests::write(folder_ / "victim" / "preview.mp4", "not yours");
  const RunnerResult result = run_attack("swap-results", results().string() + ":" + (folder_ / "victim").string());
  expect_failed(result, "bad-answer", "it did not make 'preview.mp4', which it said it had");
}

TEST_F(Hostile, a_link_among_the_results) {
  const RunnerResult result = run_attack("link", (results() / "innocent.mp4").string());
  ASSERT_TRUE(heard.sandbox);
  EXPECT_FALSE(heard.sandbox->files && fs::is_symlink(results() / "innocent.mp4")) << "Landlock lets links be made";
  EXPECT_EQ(result.outcome.error_code, "bad-answer");
  EXPECT_THAT(result.outcome.error, HasSubstr("'innocent.mp4', which is no plain file"));
}

TEST_F(Hostile, a_flood_of_words_is_cut_short) {
  EXPECT_EQ(run_attack("talk").outcome.state, RequestState::succeeded);
  EXPECT_LT(heard.log.size(), 3000U);
  EXPECT_THAT(log(), HasSubstr("the rest is left out"));
  EXPECT_EQ(log().find('\x1b'), std::string::npos);
}

TEST_F(Hostile, too_many_files) {
  limits.disk_bytes = 100'000'000;
  expect_failed(run_attack("many-files", work().string()), "disk-limit", "wrote more than 100.0 MB");
}

TEST_F(Hostile, too_large_a_file) {
  limits.disk_bytes = 100'000'000;
  expect_failed(run_attack("large-file", work().string()), "disk-limit", "wrote more than 100.0 MB");
}

TEST_F(Hostile, files_without_a_name) {
  limits.disk_bytes = 100'000'000;
  for (const char* const how : {"open-deleted", "map-deleted"})
    expect_failed(run_attack(how, work().string()), "disk-limit", "wrote more than 100.0 MB");
  expect_failed(run_attack("reserve", work().string()), "run-failed", "reserving was refused");
}

TEST_F(Hostile, too_much_among_the_spans) {
  limits.disk_bytes = 200'000'000;
  auto greedy = job(yaml(attack("many-files", (folder_ / "spans").string())), clip());
  greedy.span_cache = folder_ / "spans";
  greedy.span_cache_bytes = 50'000'000;
  limits.wall = 10s;
  expect_failed(run(greedy), "disk-limit", "wrote more than 200.0 MB");
  std::uintmax_t left = 0;
  for (const auto& entry : fs::directory_iterator(folder_ / "spans")) left += entry.file_size();
  EXPECT_LE(left, greedy.span_cache_bytes);
  EXPECT_GT(left, greedy.span_cache_bytes / 2);
}

}  // namespace
}  // namespace reel::runner
