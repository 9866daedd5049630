/// Questions about stages and pipelines.
#include <unistd.h>

#include <thread>

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

TEST_F(Check, a_checker_that_was_killed_is_made_anew) {
  EXPECT_TRUE(check(yaml(""))["valid"]);
  tests::shell("for p in /proc/[0-9]*; do if [ \"$(awk '{print $4}' $p/stat 2>/dev/null)\" = " +
               std::to_string(::getpid()) + " ] && grep -q reel-runner $p/comm; then kill -9 ${p#/proc/}; fi; done");
  std::this_thread::sleep_for(500ms);
  EXPECT_TRUE(check(yaml(""))["valid"]);
}

}  // namespace
}  // namespace reel::runner
