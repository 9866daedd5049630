/// A second run renders only what is different: spans that an earlier one rendered are kept, and found again by all that they
/// depend on.
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

class Cache : public ::testing::Test {
 protected:
  Cache() {
    EXPECT_EQ(shell("ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=320x180:rate=25:duration=60 -c:v libx264 -g 25 "
                    "-preset ultrafast -bf 3 -x264-params b-adapt=0:scenecut=0 " +
                    quoted(folder_ / "in.mp4"))
                  .output,
              "");
  }

  struct Spans {
    int rendered = 0, recalled = 0;
    bool operator==(const Spans&) const = default;
  };

  static std::string stage(const std::string& text) { return "  - uses: " + text + "\n"; }
  std::string pipeline(const std::string& stages, const std::string& input = "in.mp4") const {
    return "reel: 1\nstages:\n" + stage("source\n    with: { uri: " + (folder_ / input).string() + " }") + stages +
           stage("sink\n    with: { uri: " + (folder_ / "out.mp4").string() + " }");
  }
  std::string command(const std::string& options) const {
    return "REEL_CACHE_GIGABYTES=" + gigabytes_ + " REEL_STATE=" + quoted(folder_ / "state") + " " + reel() +
           " run --progress none " + options;
  }
  /// Runs a pipeline and counts the spans that were rendered and those that were found.
  Spans run(const std::string& yaml, const std::string& options = "") {
    write(folder_ / "p.yaml", yaml);
    fs::remove(folder_ / "out.mp4");
    const Result result =
        shell(command("--report " + quoted(folder_ / "r.json") + " " + options + " " + quoted(folder_ / "p.yaml")));
    EXPECT_EQ(result.exit, 0) << result.output;
    Spans spans;
    auto report = nlohmann::json::parse(read(folder_ / "r.json"));  // of a full render: without a plan
    for (const auto& span : report["plan"]["spans"])
      if (span["kind"] == "render") ++(span["recalled"] ? spans.recalled : spans.rendered);
    return spans;
  }
  std::string made() const { return read(folder_ / "out.mp4"); }
  std::vector<fs::path> kept() const {
    std::vector<fs::path> files;
    if (fs::exists(folder_ / "state" / "spans"))
      for (const auto& entry : fs::directory_iterator(folder_ / "state" / "spans"))
        if (entry.path().extension() == ".span") files.push_back(entry.path());
    return files;
  }

  const TemporaryFolder folder_;
  std::string gigabytes_ = "1";
  const std::string blur_ = stage("blur\n    during: 3s..5s\n    with: { radius: 4 }"),
                    text_ = stage("text\n    during: 20s..21s\n    with: { text: one }"),
                    other_text_ = stage("text\n    during: 20s..21s\n    with: { text: two }");
};

TEST_F(Cache, keeps_what_was_rendered) {
  EXPECT_EQ(run(pipeline(blur_ + text_)), (Spans{2, 0}));
  const std::string first = made();
  EXPECT_EQ(run(pipeline(blur_ + text_)), (Spans{0, 2}));
  EXPECT_TRUE(made() == first);
  EXPECT_EQ(run(pipeline(blur_ + text_), "--no-cache"), (Spans{2, 0}));
  EXPECT_TRUE(made() == first);
}

/// What a stage said of its frames belongs to the span: a run that renders nothing has it, too.
TEST_F(Cache, keeps_what_was_said_of_frames) {
  const std::string removal =
      pipeline(stage("object-removal\n    during: 3s..3.4s\n    with: { region: { box: [0.7, 0.1, 0.1, 0.1] } }"));
  const auto notes = [&] {
    return nlohmann::json::parse(read(folder_ / "r.json")).value("frame_notes", nlohmann::json());
  };
  EXPECT_EQ(run(removal), (Spans{1, 0}));
  const auto first = notes();
  ASSERT_EQ(first["object-removal"].size(), 10U);
  EXPECT_EQ(first["object-removal"][0]["at_seconds"], 3.0);
  EXPECT_EQ(first["object-removal"][9]["at_seconds"], 3.36);
  EXPECT_NEAR(first["object-removal"][0]["area"].get<double>(), 0.01, 0.001);
  EXPECT_EQ(run(removal), (Spans{0, 1}));
  EXPECT_EQ(notes(), first);
  EXPECT_EQ(run(removal, "--render full"), (Spans{0, 0}));
  EXPECT_EQ(notes()["object-removal"].size(), 10U);
}

TEST_F(Cache, renders_only_the_spans_of_a_stage_that_changed) {
  run(pipeline(blur_ + text_));
  EXPECT_EQ(run(pipeline(blur_ + other_text_)), (Spans{1, 1}));
  const std::string second = made();
  EXPECT_EQ(run(pipeline(blur_ + other_text_), "--no-cache"), (Spans{2, 0}));
  EXPECT_TRUE(made() == second);
  EXPECT_EQ(run(pipeline(blur_ + text_)), (Spans{0, 2})) << "the first text is still known";
}

TEST_F(Cache, knows_a_source_by_its_packets_alone) {
  run(pipeline(blur_));
  fs::copy_file(folder_ / "in.mp4", folder_ / "copy.mp4");
  EXPECT_EQ(run(pipeline(blur_, "copy.mp4")), (Spans{0, 1}));
  EXPECT_EQ(shell("ffmpeg -nostdin -v error -i " + quoted(folder_ / "in.mp4") +
                  " -vf hue=h=90 -c:v libx264 -g 25 -preset ultrafast " + quoted(folder_ / "other.mp4"))
                .output,
            "");
  EXPECT_EQ(run(pipeline(blur_, "other.mp4")), (Spans{1, 0}));
}

TEST_F(Cache, knows_when_a_file_that_a_stage_reads_is_another) {
  const auto lut = [&](double most) {
    const std::string one = std::to_string(most);
    write(folder_ / "look.cube", "LUT_1D_SIZE 2\n0 0 0\n" + one + " " + one + " " + one + "\n");
    return pipeline(stage("lut\n    during: 3s..5s\n    with: { file: look.cube }"));
  };
  EXPECT_EQ(run(lut(0.5)), (Spans{1, 0}));
  const std::string dark = made();
  EXPECT_EQ(run(lut(0.25)), (Spans{1, 0}));
  EXPECT_FALSE(made() == dark);
}

TEST_F(Cache, of_a_cut_renders_no_effect_again) {
  run(pipeline(blur_ + text_));
  EXPECT_EQ(run(pipeline(blur_ + text_ + stage("cut\n    with: { remove: [ 10s..12s ] }"))), (Spans{0, 2}));
}

TEST_F(Cache, tells_parts_of_one_group_of_pictures_apart) {
  const auto keep = [&](const std::string& range) {
    return pipeline(stage("cut\n    with: { keep: [ " + range + ", 10s..11s ] }"));
  };
  EXPECT_EQ(run(keep("3.22s..3.26s")), (Spans{1, 0}));
  EXPECT_EQ(run(keep("3.26s..3.3s")), (Spans{1, 0}));
  const std::string second = made();
  EXPECT_EQ(run(keep("3.26s..3.3s"), "--no-cache"), (Spans{1, 0}));
  EXPECT_TRUE(made() == second);
}

TEST_F(Cache, lets_an_interrupted_run_go_on) {
  // Every second group, so that there are many spans.
  std::string stages;
  for (int at = 0; at < 30; at += 2)
    stages += stage("denoise\n    during: " + std::to_string(at) + ".1s.." + std::to_string(at) +
                    ".9s\n    with: { strength: 0.9 }");
  write(folder_ / "p.yaml", pipeline(stages));
  std::string shell_name = "sh", flag = "-c",
              line = "export " + command("").substr(0, command("").find(reel())) + "; exec " + reel() +
                     " run --progress none " + quoted(folder_ / "p.yaml");
  char* const arguments[] = {shell_name.data(), flag.data(), line.data(), nullptr};
  pid_t pid = 0;
  ASSERT_EQ(posix_spawn(&pid, "/bin/sh", nullptr, nullptr, arguments, environ), 0);
  for (int i = 0; i < 600 && kept().size() < 3; ++i) std::this_thread::sleep_for(50ms);
  kill(pid, SIGINT);
  int status = 0;
  waitpid(pid, &status, 0);
  ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 130) << status;
  EXPECT_FALSE(fs::exists(folder_ / "out.mp4"));
  const Spans rest = run(pipeline(stages));
  EXPECT_GE(rest.recalled, 3);
  EXPECT_EQ(rest.recalled + rest.rendered, 15);
  const std::string continued = made();
  run(pipeline(stages), "--no-cache");
  EXPECT_TRUE(made() == continued);
}

TEST_F(Cache, renders_again_what_the_disk_has_lost) {
  run(pipeline(blur_));
  const std::string good = made();
  const auto entry = kept().at(0);
  std::string bytes = read(entry);
  for (const bool cut_short : {false, true}) {
    std::string damaged = bytes;
    damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 1);
    if (cut_short) damaged.resize(damaged.size() / 2);
    write(entry, damaged);
    EXPECT_EQ(run(pipeline(blur_)), (Spans{1, 0}));
    EXPECT_TRUE(made() == good);
  }
  EXPECT_EQ(run(pipeline(blur_)), (Spans{0, 1}));
}

TEST_F(Cache, stays_within_its_size) {
  gigabytes_ = "0.0003";
  for (int i = 0; i < 6; ++i)
    run(pipeline(stage("blur\n    during: " + std::to_string(3 * i) + "s.." + std::to_string(3 * i + 1) + "s")));
  std::uintmax_t all = 0;
  for (const fs::path& file : kept()) all += fs::file_size(file);
  EXPECT_GT(all, 0U);
  EXPECT_LE(all, 300'000U);
  const Result cleared = shell("REEL_STATE=" + quoted(folder_ / "state") + " " + reel() + " cache clear");
  EXPECT_EQ(cleared.exit, 0) << cleared.output;
  EXPECT_TRUE(kept().empty());
}

TEST_F(Cache, serves_several_runs_at_once) {
  std::string line;
  for (int i = 0; i < 4; ++i) {
    const std::string number = std::to_string(i);
    write(folder_ / (number + ".yaml"), pipeline(blur_ + text_));
    line += command("-o " + quoted(folder_ / (number + ".mp4")) + " " + quoted(folder_ / (number + ".yaml"))) + " & ";
  }
  EXPECT_EQ(shell(line + "wait").output, "");
  for (int i = 1; i < 4; ++i) EXPECT_TRUE(read(folder_ / "0.mp4") == read(folder_ / (std::to_string(i) + ".mp4"))) << i;
  EXPECT_EQ(kept().size(), 2U);
}

}  // namespace
}  // namespace reel::tests
