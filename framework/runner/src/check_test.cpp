/// Questions about stages and pipelines.
#include <unistd.h>

#include <thread>

#include "reel/base/error.hpp"
#include "runner_fixture.hpp"

namespace reel::runner {
namespace {

class Check : public RunnerTest {
 protected:
  json check(const std::string& yaml, const std::vector<std::string>& inputs = {"video:12"}) {
    return checker.check({.name = "p.yaml", .yaml = yaml, .inputs = inputs});
  }
  service::PipelineChecker checker{setup()};
};

TEST_F(Check, a_pipeline_that_is_right) {
  const json answer =
      check("reel: 1\nname: soften\nparams:\n  strength: { type: number, default: 3, min: 0, max: 9 }\n" +
            yaml("  - uses: blur\n    with: { radius: \"${strength}\" }\n").substr(8));
  ASSERT_TRUE(answer["valid"]) << answer;
  EXPECT_EQ(answer["name"], "soften");
  EXPECT_EQ(answer["params"][0]["name"], "strength");
  EXPECT_EQ(answer["stages"][1]["uses"], "blur");
  EXPECT_EQ(answer["uris"], json({"video:12"}));
  EXPECT_EQ(answer["network"], false);
  EXPECT_THAT(answer["dot"].get<std::string>(), HasSubstr("digraph"));
}

TEST_F(Check, one_that_is_wrong_and_the_next_one) {
  const json answer = check(yaml("  - uses: blurr\n"));
  EXPECT_FALSE(answer["valid"]);
  EXPECT_EQ(answer["diagnostics"][0]["line"], 5);
  EXPECT_FALSE(check(yaml(""), {"video:13"})["valid"]);
  EXPECT_FALSE(check("\x01\x02")["valid"]);
  EXPECT_TRUE(check(yaml(""))["valid"]);
}

TEST_F(Check, stages_schema_and_plugins) {
  const json stages = checker.stages();
  EXPECT_TRUE(std::ranges::any_of(stages, [](const json& s) { return s["name"] == "blur"; }));
  EXPECT_EQ(checker.schema()["type"], "object");
  EXPECT_TRUE(std::ranges::any_of(checker.plugins(), [](const json& p) { return p["id"] == "org.example.hostile"; }));
}

TEST_F(Check, policy) {
  auto strict = setup();
  strict.deny_stages = {"blur", "gst/*"};
  service::PipelineChecker careful(strict);
  for (const char* const stage : {"blur", "gst/videoflip"})
    EXPECT_FALSE(careful.check(
        {.name = "p", .yaml = yaml("  - uses: " + std::string(stage) + "\n"), .inputs = {"video:12"}})["valid"]);
}

/// To the children of this process.
void signal_checkers(const std::string& signal) {
  tests::shell(
      "for p in /proc/[0-9]*; do if [ \"$(awk '{print $4}' $p/stat 2>/dev/null)\" = " + std::to_string(::getpid()) +
      " ] && grep -q reel-runner $p/comm; then kill -" + signal + " ${p#/proc/}; fi; done");
}

TEST_F(Check, nobody_waits_for_long_while_another_question_is_answered) {
  const json stages = checker.stages();
  signal_checkers("STOP");
  json first;
  std::thread asks([&] { first = check(yaml("")); });
  std::this_thread::sleep_for(500ms);
  EXPECT_EQ(checker.stages(), stages) << "what is known already waits for nothing";
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_THROW(check(yaml("")), base::TransientError);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 20s);
  signal_checkers("CONT");
  asks.join();
  EXPECT_TRUE(first["valid"]) << first;
}

TEST_F(Check, a_checker_that_was_killed_is_made_anew) {
  EXPECT_TRUE(check(yaml(""))["valid"]);
  signal_checkers("KILL");
  std::this_thread::sleep_for(500ms);
  EXPECT_TRUE(check(yaml(""))["valid"]);
}

}  // namespace
}  // namespace reel::runner
