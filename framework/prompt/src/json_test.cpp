#include "reel/prompt/json.hpp"

#include <gtest/gtest.h>

#include "reel/base/error.hpp"

namespace reel::prompt {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

TEST(PromptJson, has_the_words_and_both_clocks) {
  const std::string prompt = "blur from 100f on, ünd lamp";
  Understanding understood;
  understood.clauses.push_back(
      {{0, 17}, "blur", "Blurs the picture", {{{base::FrameNumber{100}, {}}, {4s, base::Time::max()}}}});
  understood.questions.push_back({{19, 4}, "which-object", "Which one?", {"person"}});
  understood.yaml = "reel: 1\n";
  const json out = to_json(understood, prompt);
  EXPECT_EQ(out["complete"], false);
  EXPECT_EQ(out["clauses"][0]["words"], (json{{"begin", 0}, {"length", 17}, {"text", "blur from 100f on"}}));
  EXPECT_EQ(out["clauses"][0]["times"][0], (json{{"written", "100f.."}, {"begin_ns", 4'000'000'000}}));
  EXPECT_EQ(out["questions"][0]["words"]["text"], "ünd");
  EXPECT_EQ(out["questions"][0]["choices"], json({"person"}));
  EXPECT_EQ(to_json({}, "")["yaml"], nullptr);
}

TEST(PromptJson, takes_what_was_drawn) {
  const Drawn lamp = drawn_of({{"name", "lamp"}, {"box", {0.5, 0, 0.25, 1}}});
  EXPECT_EQ(lamp.name, "lamp");
  EXPECT_EQ(lamp.region.points, (std::vector<std::array<double, 2>>{{0.5, 0}, {0.25, 1}}));
  EXPECT_TRUE(drawn_of({{"box", {10, 10, 700, 20}}, {"unit", "px"}}).region.pixels);
  EXPECT_EQ(drawn_of({{"polygon", {{0, 0}, {1, 0}, {0, 1}}}}).region.points.size(), 3U);
}

TEST(PromptJson, refuses_what_is_no_part_of_a_picture) {
  for (const char* const text :
       {R"({})", R"({"box": [0, 0, 1]})", R"({"box": [0, 0, 0, 1]})", R"({"box": [0.5, 0, 0.6, 1]})",
        R"({"box": [0, 0, 700, 20]})", R"({"box": "all"})", R"({"box": [0, 0, "a", 1]})",
        R"({"box": [-1, 0, 2, 3], "unit": "px"})", R"({"polygon": [[0, 0], [1, 1]]})",
        R"({"polygon": [[0], [1], [0]]})", R"({"box": [0, 0, 1, 1], "polygon": [[0, 0], [1, 0], [0, 1]]})", R"([])",
        R"({"box": [0, 0, 1, 1], "name": 3})"})
    EXPECT_THROW(drawn_of(json::parse(text)), base::InputError) << text;
}

}  // namespace
}  // namespace reel::prompt
