/// Real children in tests: a work folder, a clip, what they said.
#pragma once

#include <gmock/gmock.h>
#include <signal.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "command.hpp"
#include "reel/service/runner.hpp"

namespace reel::runner {

namespace fs = std::filesystem;
using nlohmann::json;
using namespace std::chrono_literals;
using service::RequestState;
using service::RunnerResult;
using ::testing::HasSubstr;
using tests::quoted;

/// What somebody who starts children would keep of them.
struct Heard {
  std::optional<service::RunnerSandbox> sandbox;
  std::vector<service::RunnerProgress> progress;
  std::vector<base::LogLine> log;
};

class RunnerTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { service::prepare_runner(setup()); }

  RunnerTest() {
    fs::create_directory(folder_ / "work");
    fs::create_directory(results());
    limits.silence = 60s;
  }

  static fs::path build_folder() { return tests::environment("REEL_BUILD_DIR"); }
  static service::RunnerSetup setup() {
    service::RunnerSetup setup;
    setup.program = build_folder() / "bin/reel-runner";
    setup.plugin_folders = {build_folder() / "tests/plugins_hostile"};
    setup.registry_folder = build_folder() / "tests/registry";
    return setup;
  }
  fs::path work() const { return folder_ / "work"; }
  fs::path results() const { return folder_ / "work" / "results"; }

  /// `arguments` as for ffmpeg, without the file.
  fs::path make(const std::string& name, const std::string& arguments) const {
    const auto made = tests::shell("ffmpeg -nostdin -y -v error " + arguments + " " + quoted(folder_ / name));
    EXPECT_EQ(made.exit, 0) << made.output;
    return folder_ / name;
  }
  fs::path clip(const std::string& length = "2") const {
    return make("clip.mp4", "-f lavfi -i testsrc2=size=160x96:rate=25:duration=" + length +
                                " -f lavfi -i sine=d=" + length + " -c:v libx264 -g 25 -c:a aac -shortest");
  }

  static std::string yaml(const std::string& stages, const std::string& input = "video:12",
                          const std::string& output = "out.mp4") {
    return "reel: 1\nstages:\n  - uses: source\n    with: { uri: \"" + input + "\" }\n" + stages +
           "  - uses: sink\n    with: { uri: \"" + output + "\" }\n";
  }
  static std::string attack(const std::string& how, const std::string& target = "", int before = 5) {
    return "  - uses: hostile/attack\n    id: bad\n    with: { how: " + how + ", target: \"" + target +
           "\", before: " + std::to_string(before) + " }\n";
  }

  service::RunJob job(const std::string& text, const fs::path& input) const {
    service::RunJob job;
    job.name = "request-7.yaml";
    job.yaml = text;
    job.inputs = {{"video:12", input}};
    job.output_folder = results();
    job.stall = 30s;
    return job;
  }
  service::RunnerEvents events() {
    return {[this](const auto& s) { heard.sandbox = s; }, [this](const auto& p) { heard.progress.push_back(p); },
            [this](const auto& l) { heard.log.push_back(l); }};
  }
  service::RunnerProcess start(const service::RunnerProcess::Job& job) {
    service::RunnerProcess child(setup(), job, work(), limits, events());
    child_ = child.process();
    return child;
  }
  /// Runs to the end, and sees that nothing of it is left.
  RunnerResult run(const service::RunnerProcess::Job& job) {
    auto child = start(job);
    RunnerResult result = child.wait();
    expect_nothing_left();
    return result;
  }
  RunnerResult run(const std::string& stages) { return run(job(yaml(stages), clip())); }

  void expect_nothing_left() const {
    EXPECT_NE(::kill(-child_, 0), 0) << "a process of the group is left";
    EXPECT_EQ(tests::shell("grep -l '" + work().string() + "' /proc/[0-9]*/environ 2>/dev/null").output, "");
  }
  std::set<std::string> results_there() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(results())) names.insert(entry.path().filename().string());
    return names;
  }
  std::string log() const {
    std::string text;
    for (const auto& line : heard.log) text += line.stage + ": " + line.message + "\n";
    return text;
  }

  tests::TemporaryFolder folder_;
  service::RunnerLimits limits;
  Heard heard;
  int child_ = 0;
};

}  // namespace reel::runner
