/// The first scenario: words in, live states, a clip out, its job and log kept; and what a program that dies costs.
#include <gmock/gmock.h>

#include <pqxx/pqxx>
#include <random>

#include "generate_fixture.hpp"
#include "reel/store/cluster.hpp"

namespace reel::tests {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST_F(GenerateTest, a_prompt_becomes_a_clip_and_a_job) {
  const store::PrivateCluster cluster(installation.folder() / "postgres");
  setenv("REEL_DATABASE_URL", cluster.url().c_str(), 1);
  const Result done = generate("a red kite over a green hill", "--record --progress plain --report report.json");
  unsetenv("REEL_DATABASE_URL");
  ASSERT_EQ(done.exit, 0) << done.output;
  EXPECT_THAT(done.output, HasSubstr("luma: dreaming (emulator)"));
  EXPECT_THAT(done.output, HasSubstr("luma: made by Luma Dream Machine (emulator), for about $0.40"));
  EXPECT_EQ(picture_times(clip_file()).size(), 5U * 24U);
  const auto report = LumaEmulator::Json::parse(read(installation.folder() / "report.json"));
  EXPECT_EQ(report["made"][0]["id"], emulator.state()["generations"][0]["id"]);

  pqxx::connection connection(cluster.url());
  pqxx::work look(connection);
  const auto request = look.exec1(
      "SELECT state, prompt, pipeline_name, progress_fraction, report->'made'->0->>'service', pipeline_yaml FROM "
      "requests");
  EXPECT_EQ(request[0].as<std::string>(), "succeeded");
  EXPECT_EQ(request[1].as<std::string>(), "a red kite over a green hill");
  EXPECT_EQ(request[2].as<std::string>(), "generate");
  EXPECT_EQ(request[3].as<double>(), 1);
  EXPECT_EQ(request[4].as<std::string>(), "Luma Dream Machine (emulator)");
  EXPECT_THAT(request[5].as<std::string>(), HasSubstr("uses: luma"));
  const auto video = look.exec1("SELECT original_video_url, processed_video_url, status FROM videos");
  EXPECT_EQ(video[0].as<std::string>(), "luma:a red kite over a green hill");
  EXPECT_THAT(video[1].as<std::string>(), ::testing::EndsWith("clip.mp4"));
  EXPECT_EQ(video[2].as<std::string>(), "completed");
  std::vector<std::string> said;
  for (const auto& row : look.exec("SELECT log_message FROM processing_logs WHERE stage = 'luma' ORDER BY log_id"))
    said.push_back(row[0].as<std::string>());
  EXPECT_THAT(said, ::testing::Contains(HasSubstr("queued (emulator)")));
  EXPECT_THAT(said, ::testing::Contains(HasSubstr("dreaming (emulator)")));
  EXPECT_THAT(said, ::testing::Contains(HasSubstr("completed (emulator)")));
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

/// tests/luma_faults does it a hundred times.
TEST_F(GenerateTest, killed_at_any_moment_asks_for_nothing_twice) {
  emulator.settings({{"queued_seconds", 0.2}, {"working_seconds", 1}});
  std::mt19937 random(20);
  kill_at_random(installation, emulator, command("a boat in a storm"), 3, 600, random);
  ASSERT_EQ(generate("a boat in a storm").exit, 0);
  EXPECT_EQ(emulator.count("created"), 1);
  EXPECT_EQ(picture_times(clip_file()).size(), 5U * 24U);
}

TEST_F(GenerateTest, states_go_where_progress_goes) {
  const Result silent = generate("a quiet lake", "--progress none");
  ASSERT_EQ(silent.exit, 0) << silent.output;
  EXPECT_EQ(silent.output, "");
  const Result json = generate("a loud lake", "--progress json");
  ASSERT_EQ(json.exit, 0) << json.output;
  std::istringstream lines(json.output);
  std::vector<std::string> said;
  for (std::string line; std::getline(lines, line);) {
    const auto event = LumaEmulator::Json::parse(line);  // throws what is no JSON
    if (event["event"] == "log" && event["stage"] == "luma") said.push_back(event["message"]);
  }
  EXPECT_THAT(said, ::testing::Contains(HasSubstr("dreaming")));
}

TEST_F(GenerateTest, what_is_not_made_yet_has_no_picture) {
  write(
      installation.folder() / "boat.yaml",
      "reel: 1\nstages:\n  - uses: luma\n    with: { prompt: a boat }\n  - uses: sink\n    with: { uri: clip.mp4 }\n");
  const Result preview = installation.run(reel() + " preview boat.yaml --at 0:01 -o boat.png");
  EXPECT_EQ(preview.exit, 2);
  EXPECT_THAT(preview.output,
              HasSubstr("boat.yaml:3:11: error: 'luma' is made when the pipeline runs, which costs money"));
  EXPECT_EQ(emulator.count("created"), 0);
}

TEST_F(GenerateTest, prices_need_no_key) {
  unsetenv("LUMAAI_API_KEY");
  write(
      installation.folder() / "boat.yaml",
      "reel: 1\nstages:\n  - uses: luma\n    with: { prompt: a boat }\n  - uses: sink\n    with: { uri: clip.mp4 }\n");
  const Result explained = installation.run(reel() + " explain boat.yaml");
  EXPECT_EQ(explained.exit, 0) << explained.output;
  EXPECT_THAT(explained.output,
              HasSubstr("Made by Luma Dream Machine (emulator) before anything plays; costs about $0.71"));
  const Result run = installation.run(reel() + " run boat.yaml");
  EXPECT_NE(run.exit, 0);
  EXPECT_THAT(run.output, HasSubstr("set the secret luma-api-key or the variable LUMAAI_API_KEY"));
}

TEST(GenerateWithSecretTest, the_key_may_lie_in_the_folder_of_secrets) {
  const LumaEmulator emulator;
  setenv("LUMAAI_BASE_URL", emulator.dream_machine().c_str(), 1);
  unsetenv("LUMAAI_API_KEY");
  unsetenv("LUMA_AGENTS_API_KEY");
  const Installation installation("secrets: secrets\n");
  std::filesystem::create_directory(installation.folder() / "secrets");
  const std::string line = reel() + " generate 'a boat' --resolution 540p -o clip.mp4";
  write(installation.folder() / "secrets/luma-api-key", "wrong-1234\n");
  const Result wrong = installation.run(line);
  EXPECT_NE(wrong.exit, 0);
  EXPECT_THAT(wrong.output, Not(HasSubstr("1234")));
  write(installation.folder() / "secrets/luma-api-key", "emulator\n");
  const Result done = installation.run(line);
  EXPECT_EQ(done.exit, 0) << done.output;
  EXPECT_EQ(emulator.count("created"), 1);
}

}  // namespace
}  // namespace reel::tests
