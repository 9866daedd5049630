/// What the corpus of tests/prompts cannot say: stages of others, pipelines written by hand, words and their places.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../../model/src/fake_stages.hpp"
#include "reel/base/error.hpp"
#include "reel/prompt/prompt.hpp"

namespace reel::prompt {
namespace {

using ::testing::HasSubstr;

struct UnderstandTest : ::testing::Test {
  model::FakeStages stages;
  Ask ask{.text = {}, .input = "in.mp4", .output = "out.mp4"};

  UnderstandTest() {
    model::StageTraits negative = *stages.find("blur");
    negative.name = "acme/negative";
    negative.title = "Negative";
    negative.synonyms = {"invert", "like a negative", "half inverted => amount=0.5"};
    model::ParamSchema amount;
    amount.name = "amount";
    amount.type = model::ParamType::number;
    amount.default_value = 1.0;
    amount.minimum = 0;
    amount.maximum = 1;
    negative.params = {amount};
    stages.add(negative);
    ask.media.emplace();
    ask.media->duration = std::chrono::minutes(10);
  }
  Understanding of(const std::string& text) {
    ask.text = text;
    return understand(ask, stages);
  }
};

TEST_F(UnderstandTest, stages_of_others_are_spoken_by_their_own_words) {
  EXPECT_THAT(of("invert it from 1:00 to 1:10").yaml, HasSubstr("  - uses: acme/negative\n    during: 1:00..1:10\n"));
  EXPECT_THAT(of("make it look half inverted").yaml, HasSubstr("  - uses: acme/negative\n    with: { amount: 0.5 }\n"));
  EXPECT_THAT(of("apply the negative, amount 0.25").yaml, HasSubstr("acme/negative"));
}

TEST_F(UnderstandTest, a_stage_that_is_not_here_is_refused_by_name) {
  stages.refuse("freeze", "policy does not allow it");
  const auto got = of("freeze at 2:15 for 3 seconds");
  ASSERT_EQ(got.refusals.size(), 1U);
  EXPECT_EQ(got.refusals[0].code, "not-here");
  EXPECT_THAT(got.refusals[0].text, HasSubstr("freeze"));
  EXPECT_TRUE(got.yaml.empty());
}

TEST_F(UnderstandTest, clauses_say_which_words_they_are_of) {
  const auto got = of("Please blur it from 5:00 to 5:15, and cut the last 10 seconds.");
  ASSERT_EQ(got.clauses.size(), 2U);
  const auto words = [&](const Clause& clause) { return ask.text.substr(clause.words.begin, clause.words.length); };
  EXPECT_EQ(words(got.clauses[0]), "Please blur it from 5:00 to 5:15");
  EXPECT_EQ(words(got.clauses[1]), "cut the last 10 seconds");
  EXPECT_EQ(got.clauses[0].stage, "blur");
  ASSERT_EQ(got.clauses[1].times.size(), 1U);
  EXPECT_EQ(got.clauses[1].times[0].absolute, (base::TimeRange{std::chrono::seconds(590), std::chrono::seconds(600)}));
}

TEST_F(UnderstandTest, a_pipeline_written_by_hand_keeps_what_is_not_changed) {
  ask.pipeline =
      "# My own.\nreel: 1\nname: own\nstages:\n  - uses: source      # here\n    with: { uri: in.mp4 }\n\n"
      "  - uses: blur\n    with:\n      radius: 3         # soft\n  - uses: sink\n    with: { uri: out.mp4 }\n";
  const auto got = of("cut the first 10 seconds");
  EXPECT_TRUE(got.complete());
  EXPECT_THAT(got.yaml, HasSubstr("# My own.\nreel: 1\nname: own\nstages:\n  - uses: source      # here\n"));
  EXPECT_THAT(
      got.yaml,
      HasSubstr("      radius: 3         # soft\n  - uses: cut\n    with: { remove: [ ..0:10 ] }\n  - uses: sink\n"));
}

TEST_F(UnderstandTest, a_pipeline_that_is_not_valid_is_an_error) {
  ask.pipeline = "reel: 1\nstages:\n  - uses: sink\n";
  EXPECT_THROW(of("cut the first 10 seconds"), base::InputError);
}

TEST_F(UnderstandTest, the_same_question_has_the_same_answer) {
  const auto once = of("blur from 1:00 to 1:10 and fade out, then cut 2:00 to 3:00"),
             again = of("blur from 1:00 to 1:10 and fade out, then cut 2:00 to 3:00");
  EXPECT_EQ(once.yaml, again.yaml);
}

}  // namespace
}  // namespace reel::prompt
