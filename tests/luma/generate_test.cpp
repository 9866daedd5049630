/// The first scenario: words in, live states, a clip out, its job and log kept; and what a program that dies costs.
#include <gmock/gmock.h>

#include <random>
#include <thread>

#include "luma_emulator.hpp"
#include "media.hpp"

namespace reel::tests {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

class GenerateTest : public ::testing::Test {
 protected:
  GenerateTest() {
    setenv("LUMAAI_BASE_URL", emulator.dream_machine().c_str(), 1);
    setenv("LUMAAI_API_KEY", "emulator", 1);
    unsetenv("LUMA_AGENTS_API_KEY");
  }
  Result generate(const std::string& prompt, const std::string& more = "") const {
    return installation.run(reel() + " generate '" + prompt + "' --duration 5s -o clip.mp4 " + more);
  }
  std::filesystem::path clip_file() const { return installation.folder() / "clip.mp4"; }

  LumaEmulator emulator;
  Installation installation;
};

TEST_F(GenerateTest, a_prompt_becomes_a_clip_and_a_job) {
  const Result done = generate("a red kite over a green hill", "--record --progress plain");
  ASSERT_EQ(done.exit, 0) << done.output;
  EXPECT_THAT(done.output, HasSubstr("dreaming"));
  EXPECT_EQ(picture_times(clip_file()).size(), 5U * 24U);
  const Result jobs = installation.run(reel() + " jobs");
  EXPECT_THAT(jobs.output, HasSubstr("generate"));
  EXPECT_THAT(jobs.output, HasSubstr("succeeded"));
  const Result log = installation.run(reel() + " logs 1");
  EXPECT_THAT(log.output, HasSubstr("queued"));
  EXPECT_THAT(log.output, HasSubstr("dreaming"));
  EXPECT_THAT(log.output, HasSubstr("completed"));
}

TEST_F(GenerateTest, the_same_is_paid_for_once) {
  ASSERT_EQ(generate("a boat").exit, 0);
  const std::string first = read(clip_file());
  ASSERT_EQ(generate("a boat").exit, 0);
  EXPECT_EQ(read(clip_file()), first);
  EXPECT_EQ(emulator.count("created"), 1);
  ASSERT_EQ(generate("a boat", "--fresh").exit, 0);
  EXPECT_EQ(emulator.count("created"), 2);
}

TEST_F(GenerateTest, what_cannot_be_had_costs_nothing) {
  const Result odd = installation.run(reel() + " generate 'a boat' --duration 7s -o clip.mp4");
  EXPECT_EQ(odd.exit, 2);
  EXPECT_THAT(odd.output, HasSubstr("the nearest is 5 s"));
  const Result dear = generate("a boat", "--budget 0.10");
  EXPECT_EQ(dear.exit, 2) << dear.output;
  EXPECT_THAT(dear.output, HasSubstr("more than the $0.10"));
  EXPECT_EQ(installation.run(reel() + " generate '' -o clip.mp4").exit, 2);
  EXPECT_EQ(emulator.count("created"), 0);
  EXPECT_FALSE(std::filesystem::exists(clip_file()));
}

TEST_F(GenerateTest, what_the_service_refuses_is_said_in_its_words) {
  const Result done = generate("nothing but gore");
  EXPECT_NE(done.exit, 0);
  EXPECT_THAT(done.output, HasSubstr("moderat"));
  EXPECT_EQ(done.output.find("emulator\""), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(clip_file()));
}

TEST_F(GenerateTest, a_lost_answer_is_found_again) {
  emulator.fault({{"on", "create"}, {"do", "lose_answer"}, {"times", 1}});
  const Result done = generate("a boat at night");
  EXPECT_EQ(done.exit, 0) << done.output;
  EXPECT_EQ(emulator.count("created"), 1);
}

TEST_F(GenerateTest, an_edit_of_it_is_an_edit_of_a_file) {
  write(installation.folder() / "edit.yaml",
        "reel: 1\nstages:\n  - uses: luma\n    with: { prompt: a boat, duration: 5s }\n"
        "  - uses: text\n    during: 0:01..0:02\n    with: { text: Boat }\n  - uses: sink\n    with: { uri: clip.mp4 "
        "}\n");
  const Result done = installation.run(reel() + " run edit.yaml --report report.json");
  ASSERT_EQ(done.exit, 0) << done.output;
  const auto report = LumaEmulator::Json::parse(read(installation.folder() / "report.json"));
  EXPECT_GT(report["plan"]["copied"], 0) << "what the text does not touch is Luma's own";
  EXPECT_EQ(picture_times(clip_file()).size(), 5U * 24U);
}

/// Twenty generations, a hundred programs killed: as many are made as were asked for.
TEST_F(GenerateTest, killed_at_any_moment_asks_for_nothing_twice) {
  constexpr int generations = 20, kills_each = 5;
  emulator.settings({{"queued_seconds", 0.2}, {"working_seconds", 0.5}, {"per_minute", 1000}, {"concurrent", 100}});
  std::mt19937 random(20);
  std::uniform_int_distribution<int> moment(0, 900);
  for (int i = 0; i < generations; ++i) {
    const std::string command = "exec " + reel() + " generate 'boat number " + std::to_string(i) +
                                "' --duration 5s -o clip" + std::to_string(i) + ".mp4";
    for (int k = 0; k < kills_each; ++k) {
      Program program(installation.line(command), installation.folder() / "log");
      std::this_thread::sleep_for(std::chrono::milliseconds(moment(random)));
      program.end(SIGKILL);
    }
    const Result done = installation.run(command);
    ASSERT_EQ(done.exit, 0) << done.output;
    EXPECT_EQ(emulator.count("created"), i + 1);
    EXPECT_EQ(picture_times(installation.folder() / ("clip" + std::to_string(i) + ".mp4")).size(), 5U * 24U);
  }
}

}  // namespace
}  // namespace reel::tests
