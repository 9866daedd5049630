#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <regex>

#include "check_fixture.hpp"

namespace reel::model {
namespace {

using Json = nlohmann::json;

const Json& schema() {
  static const Json json = Json::parse(json_schema(FakeStages()));
  return json;
}

const Json& property(const std::string& stage, const std::string& name) {
  return schema()["$defs"]["with-" + stage]["properties"][name];
}

TEST(JsonSchema, is_of_2020_12_and_refuses_unknown_keys) {
  EXPECT_EQ(schema()["$schema"], "https://json-schema.org/draft/2020-12/schema");
  EXPECT_EQ(schema()["required"], (Json{"reel", "stages"}));
  EXPECT_EQ(schema()["additionalProperties"], false);
  EXPECT_EQ(schema()["properties"]["reel"]["const"], 1);
  EXPECT_EQ(schema()["$defs"]["stage"]["additionalProperties"], false);
}

TEST(JsonSchema, names_every_stage_with_its_summary) {
  bool found = false;
  for (const Json& one : schema()["$defs"]["stage"]["properties"]["uses"]["anyOf"])
    found = found || (one.contains("const") && one["const"] == "blur" &&
                      one["description"] == "Blurs the picture or a part of it");
  EXPECT_TRUE(found);
  EXPECT_EQ(schema()["$defs"]["stage"]["allOf"].size(), FakeStages().stages().size());
}

TEST(JsonSchema, carries_limits_units_defaults_and_choices) {
  const Json& radius = property("blur", "radius");
  EXPECT_EQ(radius["default"], 8.0);
  EXPECT_EQ(radius["description"], "How far each pixel spreads (from 0 to 200 px; takes keyframes; default: 8)");
  const Json& plain = radius["anyOf"][0]["anyOf"][0];
  EXPECT_EQ(plain, (Json{{"type", "number"}, {"minimum", 0.0}, {"maximum", 200.0}}));
  EXPECT_EQ(radius["anyOf"][1]["items"]["required"], (Json{"at", "value"}));
  EXPECT_EQ(property("fade", "duration")["default"], "0:01");
  EXPECT_EQ(property("fade", "direction")["anyOf"][0], (Json{{"const", "in"}, {"description", "At the start"}}));
  EXPECT_EQ(schema()["$defs"]["with-sink"]["required"], Json::array({"uri"}));
  EXPECT_FALSE(property("sink", "uri").contains("default"));
}

TEST(JsonSchema, every_reference_leads_somewhere) {
  std::size_t references = 0;
  const std::function<void(const Json&)> walk = [&](const Json& json) {
    if (json.is_object() && json.contains("$ref")) {
      ++references;
      const std::string path = json["$ref"].get<std::string>().substr(1);
      EXPECT_TRUE(schema().contains(Json::json_pointer(path))) << path;
    }
    if (json.is_structured())
      for (const Json& child : json) walk(child);
  };
  walk(schema());
  EXPECT_GT(references, 20U);
}

TEST(JsonSchema, its_patterns_take_what_the_checker_takes) {
  const std::regex time(schema()["$defs"]["time"]["anyOf"][0]["pattern"].get<std::string>());
  const std::regex range(schema()["$defs"]["range"]["anyOf"][0]["pattern"].get<std::string>());
  for (const char* text : {"5:00", "90:00", "1:02:03.5", "90s",     "1.5min", "250ms", "1h",  "1200f", "0",    "0.0",
                           "5",    "5:0",   "5:60",      "1:60:00", "x",      "5m",    "-1s", ".5s",   "1e3s", ""})
    EXPECT_EQ(std::regex_search(text, time), static_cast<bool>(base::parse_time(text))) << text;
  for (const char* text : {"1s..2s", "1s..", "..2s", "1s .. 2s", "10f..2s", "..", "1s", "1s...2s", "5..6"})
    EXPECT_EQ(std::regex_search(text, range), static_cast<bool>(base::parse_range(text))) << text;
}

TEST(JsonSchema, knows_defaults_of_every_type) {
  FakeStages stages;
  StageTraits all = FakeStages::filter("acme/all", true, true);
  all.params = {
      {.name = "b", .type = ParamType::boolean, .default_value = true},
      {.name = "i", .type = ParamType::integer, .default_value = std::int64_t{3}, .minimum = 1, .maximum = 1.9e19},
      {.name = "c", .type = ParamType::color, .default_value = Color{255, 0, 0}},
      {.name = "r", .type = ParamType::region, .default_value = Region{Region::Shape::box, {{0, 0}, {1, 1}}, true}},
      {.name = "k", .type = ParamType::ranges, .default_value = std::vector<base::TimePointRange>{}},
      {.name = "n", .type = ParamType::choice, .choices = {{"8", ""}, {"true", ""}}}};
  stages.add(all);
  const Json with = Json::parse(json_schema(stages))["$defs"]["with-acme.all"]["properties"];
  EXPECT_EQ(with["b"]["default"], true);
  EXPECT_EQ(with["i"]["default"], 3);
  EXPECT_EQ(with["i"]["anyOf"][0]["minimum"], 1);
  EXPECT_EQ(with["c"]["default"], "#ff0000");
  EXPECT_EQ(with["r"]["default"], (Json{{"box", {0.0, 0.0, 1.0, 1.0}}, {"unit", "px"}}));
  EXPECT_EQ(with["k"]["default"], Json::array());
  EXPECT_EQ(with["n"]["anyOf"][1]["const"], 8) << "as YAML reads it without quotes";
}

}  // namespace
}  // namespace reel::model
