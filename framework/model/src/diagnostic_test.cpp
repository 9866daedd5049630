#include "reel/model/diagnostic.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace reel::model {
namespace {

using Json = nlohmann::json;

const Diagnosed sample{"a b.yaml",
                       "reel: 1\nstages: []\n",
                       {{Severity::warning, "late", {2, 9, 2}, "something", ""},
                        {Severity::error, "early", {1, 7, 1}, "wrong", "do this"},
                        {Severity::error, "whole-file", {0, 0, 0}, "all of it", ""}}};

TEST(ToText, is_sorted_by_place_and_shows_it) {
  EXPECT_EQ(to_text(sample),
            "a b.yaml: error: all of it [whole-file]\n"
            "a b.yaml:1:7: error: wrong [early]\n"
            "    1 | reel: 1\n"
            "      |       ^\n"
            "      hint: do this\n"
            "a b.yaml:2:9: warning: something [late]\n"
            "    2 | stages: []\n"
            "      |         ^~\n");
}

TEST(ToText, aligns_the_caret_by_display_width) {
  EXPECT_EQ(to_text({"x", "日本é: 值\n", {{Severity::error, "c", {1, 6, 1}, "m", ""}}}),
            "x:1:6: error: m [c]\n"
            "    1 | 日本é: 值\n"
            "      |        ^~\n");
}

TEST(ToText, makes_control_characters_visible) {
  const std::string text =
      to_text({"e\x1b.yaml", "\ta\x1b[2J: 1\n", {{Severity::error, "c", {1, 2, 1}, "m\x1b", "\x07"}}});
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find('\x07'), std::string::npos);
  EXPECT_NE(text.find("    1 | \\ta\\x1b[2J: 1\n      |   ^\n"), std::string::npos) << text;
}

TEST(ToText, cuts_long_lines_around_the_place) {
  const std::string line = std::string(5000, 'a') + "HERE" + std::string(5000, 'b');
  const std::string text = to_text({"x", line, {{Severity::error, "c", {1, 5001, 4}, "m", ""}}});
  EXPECT_LT(text.size(), 600U);
  const auto place = text.find("HERE");
  ASSERT_NE(place, std::string::npos);
  const auto row = text.find('\n', place) + 1;
  const std::string shown = text.substr(text.find("    1 | "), place - text.find("    1 | "));
  EXPECT_EQ(text.find('^', row) - row, shown.size() - 2) << "the ellipsis has three bytes and one column";
}

TEST(ToText, stops_after_a_hundred) {
  Diagnosed many{"x", "a\n", {}};
  for (int i = 0; i < 103; ++i) many.diagnostics.push_back({Severity::error, "c", {1, 1, 1}, std::to_string(i), ""});
  const std::string text = to_text(many);
  EXPECT_NE(text.find("error: 99 "), std::string::npos);
  EXPECT_EQ(text.find("error: 100 "), std::string::npos);
  EXPECT_TRUE(text.ends_with("x: and 3 more\n"));
}

TEST(ToText, copes_with_places_that_are_not_there) {
  for (const Mark mark : {Mark{9, 1, 1}, Mark{1, 99, 5}, Mark{1, 0, 0}, Mark{1, 1, 1'000'000}})
    EXPECT_NE(to_text({"x", "ab\n", {{Severity::error, "c", mark, "m", ""}}}).find("error: m [c]"), std::string::npos);
}

TEST(ToText, has_colours_only_if_wanted) {
  EXPECT_EQ(to_text(sample).find('\x1b'), std::string::npos);
  EXPECT_NE(to_text(sample, true).find("\x1b[1;31merror:\x1b[0m"), std::string::npos);
}

TEST(HasErrors, does_not_count_warnings) {
  EXPECT_TRUE(sample.has_errors());
  EXPECT_FALSE((Diagnosed{"x", "", {{Severity::warning, "c", {1, 1, 1}, "m", ""}}}).has_errors());
}

TEST(ToJson, tells_all_of_every_file) {
  const Json json = Json::parse(to_json({sample, {"good.yaml", "", {}}}));
  ASSERT_EQ(json["files"].size(), 2U);
  EXPECT_EQ(json["files"][0]["file"], "a b.yaml");
  EXPECT_FALSE(json["files"][0]["valid"]);
  EXPECT_TRUE(json["files"][1]["valid"]);
  EXPECT_TRUE(json["files"][1]["diagnostics"].empty());
  const Json& early = json["files"][0]["diagnostics"][1];
  EXPECT_EQ(early, (Json{{"severity", "error"},
                         {"code", "early"},
                         {"line", 1},
                         {"column", 7},
                         {"length", 1},
                         {"message", "wrong"},
                         {"hint", "do this"}}));
}

TEST(ToJson, is_json_even_for_broken_utf8) {
  const Json json = Json::parse(to_json({{"caf\xE9", "", {{Severity::error, "c", {1, 1, 1}, "caf\xE9", ""}}}}));
  EXPECT_EQ(json["files"].size(), 1U);
}

TEST(ToSarif, is_what_code_hosts_expect) {
  const Json json = Json::parse(to_sarif({sample}, "1.2.3"));
  EXPECT_EQ(json["version"], "2.1.0");
  const Json& run = json["runs"][0];
  EXPECT_EQ(run["tool"]["driver"]["version"], "1.2.3");
  EXPECT_EQ(run["columnKind"], "unicodeCodePoints");
  ASSERT_EQ(run["results"].size(), 3U);
  const Json& late = run["results"][2];
  EXPECT_EQ(late["level"], "warning");
  EXPECT_EQ(late["ruleId"], "late");
  const Json& place = late["locations"][0]["physicalLocation"];
  EXPECT_EQ(place["artifactLocation"]["uri"], "a%20b.yaml");
  EXPECT_EQ(place["region"], (Json{{"startLine", 2}, {"startColumn", 9}, {"endColumn", 11}}));
  EXPECT_FALSE(run["results"][0]["locations"][0]["physicalLocation"].contains("region"));
  EXPECT_EQ(run["results"][1]["message"]["text"], "wrong\ndo this");
  EXPECT_EQ(run["tool"]["driver"]["rules"].size(), 3U);
}

}  // namespace
}  // namespace reel::model
