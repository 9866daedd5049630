#include "read_value.hpp"

#include <gtest/gtest.h>

#include "check_fixture.hpp"

namespace reel::model {
namespace {

using namespace std::chrono_literals;
using Ranges = std::vector<base::TimePointRange>;

ParamSchema schema(ParamType type) { return {.name = "p", .type = type}; }

TEST(ReadScalar, reads_each_type) {
  EXPECT_EQ(read_scalar(schema(ParamType::boolean), "true", false).value, Value{true});
  EXPECT_EQ(read_scalar(schema(ParamType::integer), "-9223372036854775808", false).value,
            Value{std::numeric_limits<std::int64_t>::min()});
  EXPECT_EQ(read_scalar(schema(ParamType::number), "2.5e-1", false).value, Value{0.25});
  EXPECT_EQ(read_scalar(schema(ParamType::string), "2024", false).value, Value{std::string("2024")});
  EXPECT_EQ(read_scalar(schema(ParamType::string), "", true).value, Value{std::string()});
  EXPECT_EQ(read_scalar(schema(ParamType::time), "5:00", true).value, Value{base::TimePoint{base::Time{5min}}});
  EXPECT_EQ(read_scalar(schema(ParamType::color), "#f00", true).value, (Value{Color{255, 0, 0}}));
  EXPECT_EQ(read_scalar(schema(ParamType::ranges), "1s..", false).value, (Value{Ranges{{base::Time{1s}, {}}}}));
  EXPECT_EQ(read_scalar(schema(ParamType::times), "1s..", false).value, (Value{Ranges{{base::Time{1s}, {}}}}));
  EXPECT_EQ(read_scalar(schema(ParamType::times), "1s", false).value,
            (Value{Ranges{{base::Time{1s}, base::Time{1s}}}}));
}

TEST(ReadScalar, refuses_what_is_not_of_the_type) {
  for (const char* text : {"yes", "on", "1", "", "truee"})
    EXPECT_EQ(read_scalar(schema(ParamType::boolean), text, false).code, "wrong-type") << text;
  EXPECT_EQ(read_scalar(schema(ParamType::boolean), "Yes", false).hint, "write true");
  EXPECT_EQ(read_scalar(schema(ParamType::boolean), "off", false).hint, "write false");
  EXPECT_EQ(read_scalar(schema(ParamType::boolean), "true", true).hint, "write true without the quotes");
  for (const char* text : {"5.0", "5e0", "0x5", "+5", "5 ", "", "9223372036854775808", "1_000"})
    EXPECT_EQ(read_scalar(schema(ParamType::integer), text, false).code, "wrong-type") << text;
  EXPECT_EQ(read_scalar(schema(ParamType::integer), "5.0", false).hint, "write 5");
  EXPECT_EQ(read_scalar(schema(ParamType::integer), "1e300", false).hint, "");
  for (const char* text : {"inf", "-inf", "nan", "NaN", ".inf", "1e999", "five", "", "1,5"})
    EXPECT_EQ(read_scalar(schema(ParamType::number), text, false).code, "wrong-type") << text;
  EXPECT_EQ(read_scalar(schema(ParamType::number), "1,5", false).hint, "write 1.5");
  EXPECT_EQ(read_scalar(schema(ParamType::color), "ffeedd", false).code, "wrong-type");
  EXPECT_EQ(read_scalar(schema(ParamType::color), "yelow", false).hint, "did you mean 'yellow'?");
  EXPECT_EQ(read_scalar(schema(ParamType::file), "", false).code, "wrong-type");
}

TEST(ReadScalar, states_the_allowed_range) {
  ParamSchema number = schema(ParamType::number);
  number.minimum = 0;
  EXPECT_EQ(read_scalar(number, "-1", false).fault, "must be at least 0, not -1");
  number.maximum = 0.5;
  number.unit = "px";
  EXPECT_EQ(read_scalar(number, "3", false).fault, "must be from 0 to 0.5 px, not 3");
  number.minimum.reset();
  EXPECT_EQ(read_scalar(number, "3", false).fault, "must be at most 0.5 px, not 3");
  ParamSchema time = schema(ParamType::time);
  time.maximum = 60;
  EXPECT_EQ(read_scalar(time, "2min", false).fault, "must be at most 60 s, not 2min");
  EXPECT_TRUE(read_scalar(time, "9999f", false).value) << "frames have no length yet";
}

TEST(ReadScalar, lists_choices_while_they_are_few) {
  ParamSchema choice = schema(ParamType::choice);
  for (int i = 0; i < 13; ++i) choice.choices.push_back({"choice-" + std::to_string(i), ""});
  EXPECT_EQ(read_scalar(choice, "x", false).fault, "must be one of its 13 choices, not 'x'");
  EXPECT_EQ(read_scalar(choice, "choice-1", true).value, Value{std::string("choice-1")});
}

TEST(ReadValue, reads_ranges) {
  const Checked checked =
      check(between("  - uses: cut\n    with: { keep: [ 1s..2s, 2s..3s, 9s.. ], remove: 1f..2f }\n"));
  ASSERT_TRUE(checked.pipeline) << checked.faults();
  EXPECT_EQ(std::get<Ranges>(checked.value(1, "keep")).size(), 3U) << "ranges that touch do not overlap";
  EXPECT_EQ(std::get<Ranges>(checked.value(1, "remove")).size(), 1U) << "one range needs no list";
}

TEST(ReadValue, does_not_compare_frames_with_times) {
  EXPECT_TRUE(check(between("  - uses: cut\n    with: { keep: [ 10f..2s, 1s..5s, 3f..9f ] }\n")).pipeline);
}

TEST(ReadValue, reads_regions) {
  const Checked checked =
      check(between("  - uses: blur\n    with: { region: { box: [0.8, 0, 0.2, 1] } }\n"
                    "  - uses: blur\n    with: { region: { polygon: [[0, 0], [640, 0], [0, 360]], unit: px } }\n"));
  ASSERT_TRUE(checked.pipeline) << checked.faults();
  EXPECT_EQ(std::get<Region>(checked.value(1, "region")), (Region{Region::Shape::box, {{0.8, 0}, {0.2, 1}}, false}));
  EXPECT_EQ(std::get<Region>(checked.value(2, "region")),
            (Region{Region::Shape::polygon, {{0, 0}, {640, 0}, {0, 360}}, true}));
}

TEST(ReadValue, reads_keyframes) {
  const Checked checked =
      check(between("  - uses: blur\n    with:\n      radius: [ { at: 0, value: 0 }, { at: 10f, value: 3, "
                    "curve: ease }, { at: 5s, value: 9, curve: hold } ]\n"
                    "      region:\n        - { at: 1s, value: { box: [0, 0, 1, 1] } }\n"));
  ASSERT_TRUE(checked.pipeline) << checked.faults();
  const Setting& radius = *checked.pipeline->stages[1].setting("radius");
  EXPECT_TRUE(std::holds_alternative<std::monostate>(radius.value));
  ASSERT_EQ(radius.keyframes.size(), 3U);
  EXPECT_EQ(radius.keyframes[0].at, base::TimePoint{base::Time{0}});
  EXPECT_EQ(radius.keyframes[1].curve, Curve::ease);
  EXPECT_EQ(radius.keyframes[2].value, Value{9.0});
  EXPECT_EQ(checked.pipeline->stages[1].setting("region")->keyframes.size(), 1U);
}

TEST(ReadValue, asks_for_permission_to_use_a_uri) {
  CheckOptions options;
  options.refuse_uri = [](const std::string& uri) { return uri.starts_with("http:") ? "plain HTTP is off" : ""; };
  const Checked checked = check(
      "reel: 1\nstages:\n  - uses: source\n    with: { uri: \"http://x/y.mp4\" }\n  - uses: sink\n    with: "
      "{ uri: out.mp4 }\n",
      options);
  EXPECT_EQ(checked.faults(), "4:18 refused-uri\n");
  EXPECT_EQ(checked.diagnosed.diagnostics[0].message, "'http://x/y.mp4' may not be used: plain HTTP is off");
}

TEST(ReadValue, explains_colours_that_became_comments) {
  FakeStages stages;
  StageTraits text = FakeStages::filter("text", true, false);
  text.params = {{.name = "color", .type = ParamType::color}};
  stages.add(text);
  const Checked checked = check(between("  - uses: text\n    with:\n      color: #fff\n"), {}, stages);
  EXPECT_EQ(checked.faults(), "7:7 wrong-type\n");
  EXPECT_NE(checked.diagnosed.diagnostics.at(0).hint.find("in quotes"), std::string::npos);
}

}  // namespace
}  // namespace reel::model
