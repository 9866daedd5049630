/// Good runs, wrong pipelines, damaged media, and being told to end.
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string_view>
#include <thread>

#include "landlock.hpp"
#include "runner_fixture.hpp"

namespace reel::runner {
namespace {

constexpr const char* slow = "  - uses: blur\n    with: { radius: 20 }\n";

TEST_F(RunnerTest, a_good_run_gives_a_whole_artifact_and_a_report) {
  const RunnerResult result = run("  - uses: blur\n    with: { radius: 3 }\n");
  ASSERT_EQ(result.outcome.state, RequestState::succeeded) << result.outcome.error << log();
  EXPECT_EQ(result.outcome.artifacts, std::vector<std::string>{"out.mp4"});
  EXPECT_EQ(results_there(), std::set<std::string>{"out.mp4"});
  EXPECT_EQ(result.made.at(0).bytes, fs::file_size(results() / "out.mp4"));
  const auto report = json::parse(result.outcome.report_json);
  EXPECT_EQ(report["frames"], 50);
  EXPECT_EQ(report["artifacts"][0]["uri"], "out.mp4");
  EXPECT_EQ(tests::shell("ffprobe -v error -count_frames -select_streams v -show_entries stream=nb_read_frames -of "
                         "csv=p=0 " +
                         quoted(results() / "out.mp4"))
                .output.substr(0, 2),
            "50");
  ASSERT_FALSE(heard.progress.empty());
  EXPECT_EQ(heard.progress.back().record.fraction, 1);
  EXPECT_EQ(heard.progress.back().stages.size(), 3U);
  EXPECT_EQ(log().find(folder_.path().string()), std::string::npos) << log();
}

TEST_F(RunnerTest, every_wall_stands_that_this_machine_has) {
  ASSERT_EQ(run("").outcome.state, RequestState::succeeded);
  ASSERT_TRUE(heard.sandbox);
  EXPECT_TRUE(heard.sandbox->no_new_privileges);
  EXPECT_TRUE(heard.sandbox->limits);
  EXPECT_TRUE(heard.sandbox->network);
  EXPECT_TRUE(heard.sandbox->calls);
  EXPECT_EQ(heard.sandbox->other_user, ::geteuid() == 0);
  // Not every kernel that tests run on has Landlock.
  EXPECT_EQ(heard.sandbox->files, Landlock({}, {}).possible());
}

TEST_F(RunnerTest, codecs_find_behind_the_walls_what_they_need) {
  const fs::path input = clip("0.4");
  for (const char* const codec : {"h264", "h265", "vp9", "av1", "prores", "ffv1"}) {
    const std::string stages = "  - uses: denoise\n  - uses: text\n    with: { text: hello }\n";
    std::string text = yaml(stages, "video:12", "out.mkv");
    text.insert(text.rfind(" }"), ", video-codec: " + std::string(codec) + ", audio-codec: opus");
    const RunnerResult result = run(job(text, input));
    EXPECT_EQ(result.outcome.state, RequestState::succeeded) << codec << ": " << result.outcome.error << "\n" << log();
  }
}

TEST_F(RunnerTest, a_wrong_pipeline_is_told_with_its_places) {
  const RunnerResult result = run("  - uses: blurr\n");
  EXPECT_EQ(result.outcome.state, RequestState::failed);
  EXPECT_EQ(result.outcome.error_code, "invalid-pipeline");
  EXPECT_EQ(result.outcome.error_line, 5);
  EXPECT_FALSE(result.transient);
  EXPECT_THAT(result.outcome.error, HasSubstr("blurr"));
  EXPECT_THAT(result.outcome.error, HasSubstr("; ")) << "the hint is missing";
}

TEST_F(RunnerTest, only_inputs_can_be_read_and_only_file_names_be_written) {
  const auto refused = [&](const std::string& text) {
    const RunnerResult result = run(job(text, clip()));
    EXPECT_EQ(result.outcome.error_code, "invalid-pipeline") << text;
    EXPECT_THAT(result.outcome.error, HasSubstr("may not be used: ")) << text;
    EXPECT_EQ(result.outcome.error.find(folder_.path().string()), std::string::npos);
  };
  for (const char* const input : {"/etc/passwd", "clip.mp4", "../clip.mp4", "file:///etc/passwd", "FILE:///etc/passwd",
                                  "video:13", "http://localhost/a.mp4", "s3://bucket/a.mp4", "fd://0"})
    refused(yaml("", input));
  for (const char* const output : {"/tmp/out.mp4", "../out.mp4", "a/out.mp4", ".out.mp4", "file:///tmp/out.mp4", "..",
                                   "s3://bucket/a.mp4", "-o.mp4"})
    refused(yaml("", "video:12", output));
  refused(yaml("  - uses: lut\n    with: { file: /etc/passwd }\n"));
}

TEST_F(RunnerTest, errors_speak_of_names_and_not_of_places) {
  tests::write(folder_ / "text.mp4", "This is a text.\n");
  const RunnerResult result = run(job(yaml(""), folder_ / "text.mp4"));
  EXPECT_EQ(result.outcome.state, RequestState::failed);
  EXPECT_THAT(result.outcome.error, HasSubstr("'video:12' is no media file"));
  EXPECT_EQ(result.outcome.error_line, 4);
}

TEST_F(RunnerTest, secrets_are_given_and_not_told) {
  auto with_secret = job(yaml("  - uses: text\n    with: { text: \"${secret:WORD}\" }\n"), clip());
  EXPECT_EQ(run(with_secret).outcome.error_code, "invalid-pipeline");
  with_secret.secrets = {{"WORD", "xyzzy-plugh"}};
  const RunnerResult result = run(with_secret);
  EXPECT_EQ(result.outcome.state, RequestState::succeeded) << result.outcome.error;
  EXPECT_EQ((log() + result.outcome.report_json).find("xyzzy"), std::string::npos);
}

TEST_F(RunnerTest, spans_are_kept_from_run_to_run) {
  auto cached = job(yaml("  - uses: blur\n    during: 0.5s..1s\n    with: { radius: 3 }\n"), clip());
  cached.span_cache = folder_ / "spans";
  cached.span_cache_bytes = 100'000'000;
  EXPECT_EQ(run(cached).outcome.state, RequestState::succeeded) << log();
  EXPECT_FALSE(fs::is_empty(folder_ / "spans"));
  EXPECT_EQ(run(cached).outcome.state, RequestState::succeeded) << log();
}

TEST_F(RunnerTest, a_run_that_is_told_to_stop_leaves_nothing) {
  auto child = start(job(yaml(slow), clip("60")));
  while (heard.progress.empty() && !child.poll()) std::this_thread::sleep_for(10ms);
  child.stop(30s);
  const RunnerResult result = child.wait();
  EXPECT_EQ(result.outcome.state, RequestState::cancelled);
  EXPECT_EQ(result.outcome.error_code, "interrupted");
  EXPECT_EQ(results_there(), std::set<std::string>{});
  expect_nothing_left();
}

TEST_F(RunnerTest, one_that_does_not_stop_is_killed) {
  auto child = start(job(yaml(attack("loop")), clip()));
  while (heard.progress.empty() && !child.poll()) std::this_thread::sleep_for(10ms);
  child.stop(500ms);
  EXPECT_EQ(child.wait().outcome.state, RequestState::cancelled);
  expect_nothing_left();
}

TEST_F(RunnerTest, a_run_that_others_end_is_worth_another_try) {
  for (const int signal : {SIGTERM, SIGKILL}) {
    auto child = start(job(yaml(slow), clip("60")));
    while (heard.progress.empty() && !child.poll()) std::this_thread::sleep_for(10ms);
    ::kill(child.process(), signal);
    const RunnerResult result = child.wait();
    EXPECT_EQ(result.outcome.state, RequestState::failed);
    EXPECT_EQ(result.outcome.error_code, "killed");
    EXPECT_TRUE(result.transient);
    heard = {};
  }
}

TEST_F(RunnerTest, a_pause_takes_no_time_of_the_run) {
  limits.silence = 3s;
  auto paused = job(yaml(slow), clip("4"));
  paused.stall = 2s;
  auto child = start(paused);
  while (heard.progress.empty() && !child.poll()) std::this_thread::sleep_for(10ms);
  child.pause();
  const auto until = std::chrono::steady_clock::now() + 5s;
  while (std::chrono::steady_clock::now() < until) {
    EXPECT_FALSE(child.poll());
    std::this_thread::sleep_for(100ms);
  }
  child.resume();
  EXPECT_EQ(child.wait().outcome.state, RequestState::succeeded) << child.result()->outcome.error << log();
}

TEST_F(RunnerTest, a_thread_holds_several) {
  const auto input = clip();
  std::vector<service::RunnerProcess> children;
  for (int i = 0; i < 3; ++i) {
    const fs::path own = folder_ / ("work" + std::to_string(i));
    fs::create_directories(own / "results");
    auto each = job(yaml(""), input);
    each.output_folder = own / "results";
    children.emplace_back(setup(), each, own, limits, service::RunnerEvents{});
  }
  for (auto& child : children) EXPECT_EQ(child.wait().outcome.state, RequestState::succeeded);
}

TEST_F(RunnerTest, a_child_does_not_outlive_its_parent) {
  // The parent is this test again, in a program of its own: it starts a child, says its number, and waits to be killed.
  constexpr const char* mark = "REEL_TEST_IS_THE_PARENT";
  if (std::getenv(mark) != nullptr) {
    const service::RunnerProcess child(setup(), job(yaml(slow), clip("60")), work(), limits);
    std::cout << "\nchild " << child.process() << std::endl;
    for (;;) ::pause();
  }
  FILE* const parent =
      popen(("echo $$; export " + std::string(mark) + "=1; exec " + quoted(fs::read_symlink("/proc/self/exe")) +
             " --gtest_filter=RunnerTest.a_child_does_not_outlive_its_parent")
                .c_str(),
            "r");
  std::array<char, 1000> line{};
  int parent_number = 0;
  while (child_ == 0 && fgets(line.data(), line.size(), parent) != nullptr) {
    if (parent_number == 0) parent_number = std::atoi(line.data());
    if (std::string_view(line.data()).starts_with("child ")) child_ = std::atoi(line.data() + 6);
  }
  ASSERT_GT(child_, 0);
  std::this_thread::sleep_for(500ms);
  ::kill(parent_number, SIGKILL);
  pclose(parent);
  // Nobody here waits for it, so it is gone, or a zombie until its new parent looks.
  const auto gone = [&] {
    const std::string stat = tests::read("/proc/" + std::to_string(child_) + "/stat");
    return stat.empty() || stat.find(") Z") != std::string::npos;
  };
  for (int i = 0; i < 100 && !gone(); ++i) std::this_thread::sleep_for(100ms);
  EXPECT_TRUE(gone());
}

TEST_F(RunnerTest, a_child_outlives_the_thread_that_made_it) {
  std::optional<service::RunnerProcess> child;
  const auto input = clip();
  std::thread([&] { child.emplace(start(job(yaml(""), input))); }).join();
  EXPECT_EQ(child->wait().outcome.state, RequestState::succeeded) << child->result()->outcome.error;
}

TEST_F(RunnerTest, a_program_that_is_not_there_is_said) {
  auto elsewhere = setup();
  elsewhere.program = "/nowhere/reel-runner";
  try {
    const service::RunnerProcess child(elsewhere, job(yaml(""), "/dev/null"), work(), limits);
    FAIL();
  } catch (const std::exception& e) {
    EXPECT_THAT(e.what(), HasSubstr("/nowhere/reel-runner"));
  }
}

TEST_F(RunnerTest, damaged_media_end_in_a_result_or_a_sentence) {
  const std::string good = tests::read(clip());
  std::mt19937 random(4);
  const auto upto = [&random](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
  limits.silence = 20s;
  for (int i = 0; i < 50; ++i) {
    std::string bad = good;
    if (i % 3 == 0) bad.resize(upto(bad.size()));
    for (std::size_t n = upto(i % 3 == 0 ? 2 : 400); n-- > 0 && !bad.empty();)
      bad[upto(bad.size())] = static_cast<char>(random());
    tests::write(folder_ / "bad.mp4", bad);
    auto damaged = job(yaml("  - uses: blur\n    during: 0.4s..\n"), folder_ / "bad.mp4");
    damaged.stall = 10s;
    const RunnerResult result = run(damaged);
    SCOPED_TRACE("variant " + std::to_string(i) + ": " + result.outcome.error + "\n" + log());
    if (result.outcome.state == RequestState::succeeded) {
      EXPECT_GT(fs::file_size(results() / "out.mp4"), 0U);
    } else {
      EXPECT_EQ(result.outcome.state, RequestState::failed);
      EXPECT_GT(result.outcome.error.size(), 10U);
      EXPECT_TRUE(result.outcome.error_code == "run-failed" || result.outcome.error_code == "invalid-pipeline");
      EXPECT_EQ(results_there(), std::set<std::string>{});
    }
    fs::remove(results() / "out.mp4");
    heard = {};
  }
}

}  // namespace
}  // namespace reel::runner
