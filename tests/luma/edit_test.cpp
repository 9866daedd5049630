/// Luma changes a part of a clip: its pictures stand where the range is, and all else is the source's own.
#include <gmock/gmock.h>

#include <random>

#include "generate_fixture.hpp"
#include "packets.hpp"
#include "s3_server.hpp"

namespace reel::tests {
namespace {

using ::testing::HasSubstr;
using Json = LumaEmulator::Json;

class LumaEditTest : public ::testing::Test {
 protected:
  explicit LumaEditTest(const std::string& config = "") : installation(config) {
    setenv("LUMAAI_BASE_URL", emulator.dream_machine().c_str(), 1);
    setenv("LUMA_AGENTS_BASE_URL", emulator.agents().c_str(), 1);
    setenv("LUMAAI_API_KEY", "emulator", 1);
    setenv("LUMA_AGENTS_API_KEY", "emulator", 1);
    small_clip(installation.folder().path());
  }
  void pipeline(const std::string& edit, const std::string& source = "source, with: { uri: small.mp4 }") const {
    write(installation.folder() / "edit.yaml", "reel: 1\nstages:\n  - { uses: " + source +
                                                   " }\n  - { uses: luma-edit, " + edit +
                                                   " }\n  - { uses: sink, with: { uri: out.mp4 } }\n");
  }
  Result run(const std::string& more = "") const {
    return installation.run(reel() + " run edit.yaml --report report.json " + more);
  }
  std::filesystem::path file(const std::string& name) const { return installation.folder() / name; }
  Pictures pictures(const std::string& name) const { return decoded_by_ffmpeg(file(name), file("scratch")); }
  /// Of both files' pictures in a range of numbers, the mean likeness.
  static double likeness(const Pictures& a, const Pictures& b, std::size_t from, std::size_t to) {
    double sum = 0;
    for (std::size_t i = from; i < to; ++i) sum += psnr(a.at(i), b.at(i));
    return sum / double(to - from);
  }

  const LumaEmulator emulator;
  const Installation installation;
};

/// With a place where Luma can fetch clips.
class StagedLumaEditTest : public LumaEditTest {
 protected:
  StagedLumaEditTest() : LumaEditTest("staging: s3://media/staging\n") { use_as_s3(s3); }
  std::string staged() const {
    return shell("/usr/bin/aws --endpoint-url " + s3.url() + " s3 ls --recursive s3://media/").output;
  }

  const S3Server s3;
};

constexpr const char* winter = "during: 4s..7s, with: { prompt: in winter, mode: reimagine, strength: 3 }";

TEST_F(StagedLumaEditTest, changes_a_part_and_leaves_the_rest) {
  pipeline(winter);
  const Result done = run("--verify --progress plain");
  ASSERT_EQ(done.exit, 0) << done.output;
  EXPECT_THAT(done.output, HasSubstr("luma-edit: completed (emulator)"));
  EXPECT_EQ(installation.run(reel() + " verify small.mp4 out.mp4").exit, 0);
  const Pictures before = pictures("small.mp4"), after = pictures("out.mp4");
  ASSERT_EQ(before.size(), after.size());
  EXPECT_EQ(picture_times(file("small.mp4")), picture_times(file("out.mp4")));
  const auto times = picture_times(file("out.mp4"));
  const auto at = [&](double time) {
    return static_cast<std::size_t>(std::ranges::lower_bound(times, time - 1e-6) - times.begin());
  };
  const std::size_t begin = at(4), end = at(7);
  for (std::size_t i = 0; i + 24 < begin; ++i) EXPECT_TRUE(before[i] == after[i]) << i;
  for (std::size_t i = end + 24; i < before.size(); ++i) EXPECT_TRUE(before[i] == after[i]) << i;
  EXPECT_GT(likeness(before, after, begin - 3, begin), 33);
  EXPECT_GT(likeness(before, after, end, end + 3), 33);
  EXPECT_LT(likeness(before, after, begin, begin + 3), 28) << "the emulator's label and colours";
  EXPECT_LT(likeness(before, after, end - 3, end), 28);
  const Json plan = Json::parse(read(file("report.json")))["plan"];
  EXPECT_GT(plan["copied"], plan["rendered"]);
  EXPECT_EQ(emulator.count("created"), 1);
  EXPECT_EQ(staged(), "") << "the clip has done its work";
}

TEST_F(StagedLumaEditTest, what_luma_gets_is_the_range) {
  pipeline("during: 4s..7s, with: { prompt: in winter, mode: adhere, strength: 1 }",
           "source, with: { uri: small.mp4 } }\n  - { uses: color, with: { saturation: 0 }");
  ASSERT_EQ(run().exit, 0);
  const auto state = emulator.state();
  const Json made = state["generations"][0];
  EXPECT_EQ(made["request"]["mode"], "adhere_1");
  EXPECT_THAT(made["request"]["media"]["url"], HasSubstr("X-Amz-Signature"));
  const Result got = shell("curl -sf -o " + quoted(file("made.mp4")) + " " +
                           quoted(std::filesystem::path(made["link"].get<std::string>())));
  ASSERT_EQ(got.exit, 0) << got.output;
  EXPECT_NEAR(std::stod(ffprobe(file("made.mp4"), "format=duration")), 3, 0.1);
}

TEST_F(StagedLumaEditTest, the_same_is_paid_for_once) {
  pipeline(winter);
  ASSERT_EQ(run("--no-cache").exit, 0);
  ASSERT_EQ(run("--no-cache").exit, 0);
  EXPECT_EQ(emulator.count("created"), 1);
  pipeline("during: 4s..7s, with: { prompt: in spring }");
  ASSERT_EQ(run().exit, 0);
  EXPECT_EQ(emulator.count("created"), 2);
}

TEST_F(StagedLumaEditTest, killed_at_any_moment_asks_for_nothing_twice) {
  emulator.settings({{"queued_seconds", 0.3}, {"working_seconds", 1}});
  pipeline(winter);
  std::mt19937 random(4);
  kill_at_random(installation, emulator, reel() + " run edit.yaml --no-cache", 6, 1500, random);
  const Result done = run();
  ASSERT_EQ(done.exit, 0) << done.output;
  EXPECT_EQ(emulator.count("created"), 1);
}

TEST_F(StagedLumaEditTest, a_lost_answer_is_found_again) {
  emulator.fault({{"on", "create"}, {"do", "lose_answer"}, {"times", 1}});
  pipeline(winter);
  const Result done = run();
  EXPECT_EQ(done.exit, 0) << done.output;
  EXPECT_EQ(emulator.count("created"), 1);
}

TEST_F(StagedLumaEditTest, all_of_a_clip_takes_the_new_shape_and_keeps_its_sound) {
  ffmpeg("-i " + quoted(file("small.mp4")) + " -f lavfi -i sine=440 -t 4 -c:v copy -c:a aac " +
         quoted(file("loud.mp4")));
  pipeline("with: { action: reframe, aspect-ratio: '1:1' }", "source, with: { uri: loud.mp4 }");
  const Result done = run();
  ASSERT_EQ(done.exit, 0) << done.output;
  EXPECT_EQ(ffprobe(file("out.mp4"), "stream=width", "v:0"), ffprobe(file("out.mp4"), "stream=height", "v:0"));
  EXPECT_EQ(picture_times(file("out.mp4")).size(), picture_times(file("loud.mp4")).size());
  EXPECT_EQ(packets_of(file("out.mp4"), "a:0").size(), packets_of(file("loud.mp4"), "a:0").size());
}

TEST_F(LumaEditTest, works_on_what_luma_has_without_staging) {
  ASSERT_EQ(installation.run(reel() + " generate 'a lake' --resolution 540p -o small.mp4").exit, 0);
  const std::string id = emulator.state()["generations"][0]["id"];
  pipeline("with: { action: audio, generation: " + id + ", prompt: waves }");
  ASSERT_EQ(run().exit, 0);
  EXPECT_EQ(ffprobe(file("out.mp4"), "stream=codec_name", "a:0"), "aac");
}

TEST_F(StagedLumaEditTest, agents_change_clips_too) {
  pipeline("during: 4s..7s, with: { prompt: in winter, api: agents }");
  const Result done = run();
  EXPECT_EQ(done.exit, 0) << done.output;
  EXPECT_EQ(emulator.count("created"), 1);
}

TEST_F(StagedLumaEditTest, an_edit_follows_what_was_made_from_words) {
  pipeline("during: 1s..2s, with: { prompt: in winter }", "luma, with: { prompt: a lake, resolution: 540p }");
  const Result done = run();
  ASSERT_EQ(done.exit, 0) << done.output;
  EXPECT_EQ(emulator.count("created"), 2);
  EXPECT_EQ(picture_times(file("out.mp4")).size(), 5U * 24U);
}

TEST_F(LumaEditTest, what_cannot_be_had_is_said_at_its_place) {
  const auto says = [&](const std::string& what) {
    const Result refused = run();
    EXPECT_EQ(refused.exit, 2);
    EXPECT_THAT(refused.output, HasSubstr(what));
  };
  pipeline("during: 4s..7s, with: { action: reframe, aspect-ratio: '1:1' }");
  says("edit.yaml:4:32: error: during: reframe changes all of the clip");
  pipeline("with: { prompt: in winter }");
  says("edit.yaml:4:13: error: Luma Dream Machine changes clips of at most 10 s in this way");
  pipeline(winter);
  says(
      "edit.yaml:4:13: error: Luma Dream Machine (emulator) fetches what it changes from the web, and there is no "
      "place for that");
  EXPECT_EQ(emulator.count("created"), 0);
  EXPECT_FALSE(exists(file("out.mp4")));
}

}  // namespace
}  // namespace reel::tests
