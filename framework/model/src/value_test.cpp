#include "reel/model/value.hpp"

#include <gtest/gtest.h>

#include "read_scalar.hpp"

namespace reel::model {
namespace {

using namespace std::chrono_literals;

TEST(ToYaml, writes_values_as_an_author_would) {
  EXPECT_EQ(to_yaml({}), "null");
  EXPECT_EQ(to_yaml(true), "true");
  EXPECT_EQ(to_yaml(std::int64_t{-3}), "-3");
  EXPECT_EQ(to_yaml(0.1), "0.1");
  EXPECT_EQ(to_yaml(8.0), "8");
  EXPECT_EQ(to_yaml(base::TimePoint{base::Time{90s}}), "1:30");
  EXPECT_EQ(to_yaml(Color{255, 136, 0}), "\"#ff8800\"");
  EXPECT_EQ(to_yaml(Color{255, 136, 0, 16}), "\"#ff880010\"");
  EXPECT_EQ(to_yaml(std::vector<base::TimePointRange>{{base::Time{1s}, base::Time{1s}}, {base::Time{2s}, {}}}),
            "[0:01, 0:02..]");
  EXPECT_EQ(to_yaml(std::vector<base::TimePointRange>{{base::Time{1s}, base::Time{2s}}, {{}, base::FrameNumber{9}}}),
            "[0:01..0:02, ..9f]");
  EXPECT_EQ(to_yaml(Region{Region::Shape::box, {{0.5, 0}, {0.25, 1}}, false}), "{ box: [0.5, 0, 0.25, 1] }");
  EXPECT_EQ(to_yaml(Region{Region::Shape::polygon, {{0, 0}, {9, 0}, {9, 9}}, true}),
            "{ polygon: [[0, 0], [9, 0], [9, 9]], unit: px }");
}

TEST(ToYaml, quotes_texts_that_would_be_read_as_something_else) {
  for (const char* plain : {"both", "clip.mp4", "a/b_c-d"}) EXPECT_EQ(to_yaml(std::string(plain)), plain);
  for (const char* text : {"", "true", "No", "null", "8", "-x", "a b", "#fff", "a: b", "${x}", "é"})
    EXPECT_EQ(to_yaml(std::string(text)), "\"" + std::string(text) + "\"");
  EXPECT_EQ(to_yaml(std::string("a\"b\\c\n\x1b")), "\"a\\\"b\\\\c\\x0a\\x1b\"");
}

TEST(Color, is_read_in_every_form) {
  EXPECT_EQ(parse_color("#f80"), (Color{255, 136, 0}));
  EXPECT_EQ(parse_color("#f808"), (Color{255, 136, 0, 136}));
  EXPECT_EQ(parse_color("#FF8800"), (Color{255, 136, 0}));
  EXPECT_EQ(parse_color("#ff880010"), (Color{255, 136, 0, 16}));
  EXPECT_EQ(parse_color("Red"), (Color{255, 0, 0}));
  EXPECT_EQ(parse_color("transparent"), (Color{0, 0, 0, 0}));
  for (const char* text : {"", "#", "#ff", "#fffff", "#fffffff", "#ggg", "ff8800", "redd", "#ff88001012"})
    EXPECT_FALSE(parse_color(text)) << text;
  for (const std::string& name : color_names()) EXPECT_TRUE(parse_color(name)) << name;
}

TEST(ParamType, has_a_name) {
  EXPECT_EQ(name(ParamType::boolean), "boolean");
  EXPECT_EQ(name(ParamType::uri), "uri");
}

}  // namespace
}  // namespace reel::model
