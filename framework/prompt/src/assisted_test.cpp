#include "reel/prompt/assisted.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <nlohmann/json.hpp>

#include "../../model/src/fake_stages.hpp"
#include "reel/model/provider.hpp"

namespace reel::prompt {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* good =
    "reel: 1\nstages:\n  - uses: source\n    with: { uri: in.mp4 }\n  - uses: blur\n    during: 100f..5:15\n"
    "  - uses: cut\n    with: { remove: [ 6:00.. ] }\n  - uses: sink\n    with: { uri: out.mp4 }\n";

/// Says what it is told to say, and remembers what it was asked.
struct Parrot final : model::PromptPlanner {
  std::string who = "parrot";
  std::deque<std::string> answers;
  std::vector<json> asked;

  std::string available() override { return who; }
  std::string plan(const std::string& question, base::StopFlag) override {
    asked.push_back(json::parse(question));
    if (answers.empty()) throw model::NotFound("it knows nothing");
    const std::string answer = answers.front();
    answers.pop_front();
    return answer;
  }
};

struct AssistedTest : ::testing::Test {
  Parrot parrot;
  model::FakeStages stages;
  Ask ask{.text = "do \xff something", .input = "in.mp4", .output = "out.mp4"};
  Understanding reading;
  model::CheckOptions check;

  AssistedTest() {
    model::StageTraits cut = *stages.find("cut");
    cut.video.remove = "remove";
    stages.add(cut);
    reading.questions.push_back({{3, 99}, "which-object", "Which object?", {"person", "car"}});
  }
  Understanding made() { return assisted(ask, stages, reading, {parrot, check}); }
};

TEST_F(AssistedTest, takes_a_pipeline_that_is_good) {
  parrot.answers = {good};
  ask.media.emplace();
  ask.media->streams.push_back(
      {.kind = "video", .video = model::VideoStream{.frame_rate = {25, 1}}, .is_default = true});
  const Understanding u = made();
  EXPECT_TRUE(u.complete());
  EXPECT_EQ(u.yaml, good);
  ASSERT_EQ(u.clauses.size(), 2U);
  EXPECT_EQ(u.clauses[0].stage, "blur");
  EXPECT_EQ(u.clauses[0].words, Words{});
  ASSERT_EQ(u.clauses[0].times.size(), 1U);
  EXPECT_EQ(u.clauses[0].times[0].absolute, (base::TimeRange{std::chrono::seconds(4), std::chrono::seconds(315)}));
  EXPECT_EQ(base::format(u.clauses[0].times[0].written), "100f..5:15");
  ASSERT_EQ(u.clauses[1].times.size(), 1U);
  EXPECT_TRUE(u.clauses[1].times[0].absolute.open_ended());
  ASSERT_EQ(u.notes.size(), 1U);
  EXPECT_EQ(u.notes[0].code, "language-model");
  EXPECT_THAT(u.notes[0].text, HasSubstr("(parrot)"));
}

TEST_F(AssistedTest, asks_with_all_that_is_known) {
  parrot.answers = {good};
  made();
  const json& question = parrot.asked.at(0);
  for (const char* const key :
       {"prompt", "input", "output", "media", "regions", "labels", "pipeline", "schema", "reading"})
    EXPECT_TRUE(question.contains(key)) << key;
  EXPECT_FALSE(question.contains("repair"));
  EXPECT_EQ(question["media"], nullptr);
  EXPECT_TRUE(question["schema"]["$defs"].contains("with-blur"));
  EXPECT_EQ(question["reading"]["questions"][0]["choices"], json({"person", "car"}));
  EXPECT_THAT(question["reading"]["questions"][0]["words"].get<std::string>(), HasSubstr("something"));
}

TEST_F(AssistedTest, says_what_is_wrong_once) {
  parrot.answers = {"stages: [", "reel: 1\nstages:\n  - uses: blurr\n", good};
  const Understanding u = made();
  ASSERT_EQ(parrot.asked.size(), 2U);
  EXPECT_EQ(parrot.asked[1]["repair"]["pipeline"], "stages: [");
  EXPECT_FALSE(parrot.asked[1]["repair"]["errors"].empty());
  EXPECT_EQ(u.yaml, "");
  EXPECT_EQ(u.questions.size(), 1U);
  EXPECT_EQ(u.notes.at(0).code, "language-model-failed");
  EXPECT_THAT(u.notes[0].text, HasSubstr("line 3: there is no stage 'blurr'"));
}

TEST_F(AssistedTest, leaves_the_reading_where_nobody_answers) {
  EXPECT_THAT(made().notes.at(0).text, HasSubstr("it knows nothing"));
  parrot.who = "";
  EXPECT_TRUE(made().notes.empty());
  EXPECT_EQ(parrot.asked.size(), 1U);
}

TEST_F(AssistedTest, knows_words_that_are_files) {
  const auto reads = [&](const std::string& prompt, const std::string& file) {
    ask.text = prompt;
    const std::string answer = "reel: 1\nstages:\n  - uses: source\n    with: { uri: '" + file +
                               "' }\n  - uses: sink\n    with: { uri: out.mp4 }\n";
    parrot.answers = {answer, answer};
    return made().complete();
  };
  for (const char* const prompt : {"use b.mp4", "b.mp4", "use b.mp4.", "use 'b.mp4', then", "(b.mp4)", "b.mp4: that",
                                   "is it b.mp4?", "x/b.mp4 or b.mp4"})
    EXPECT_TRUE(reads(prompt, "b.mp4")) << prompt;
  for (const char* const prompt :
       {"use ab.mp4", "use b.mp4x", "/b.mp4", "b.mp4/c", "b.mp4.part", "dir/b.mp4", "äb.mp4", ""})
    EXPECT_FALSE(reads(prompt, "b.mp4")) << prompt;
  EXPECT_FALSE(reads("fade it", "fade")) << "a word that is no file";
  EXPECT_TRUE(reads("take /srv/b.mp4 too", "/srv/b.mp4"));
  EXPECT_FALSE(reads("take /srv/b.mp4 too", "/srv/../srv/b.mp4"));
}

TEST_F(AssistedTest, files_of_the_pipeline_that_is_there_may_stay) {
  std::string there = good;
  there.replace(there.find("in.mp4"), 6, "ab.mp4");
  ask.pipeline = there;
  parrot.answers = {there};
  EXPECT_TRUE(made().complete());
  EXPECT_EQ(parrot.asked.at(0)["pipeline"], there);
}

}  // namespace
}  // namespace reel::prompt
