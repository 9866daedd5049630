#include "reel/engine/describe.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "describe/timeline_dot.hpp"
#include "fake_stages.hpp"

namespace reel::engine {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Describe : public PipelineTest {
 protected:
  std::string middle_ = "  - uses: gst/videobalance\n    during: 0.5s..1s\n    with: { contrast: 1.5 }\n";
};

TEST_F(Describe, ExplainsEachStageInWords) {
  const std::string text = explain_text(prepare(yaml(clip(), middle_)));
  EXPECT_THAT(text, HasSubstr("Media: h264 160x120, 25 pictures a second and aac sound at 48000 Hz, 1 channel"));
  EXPECT_THAT(text, HasSubstr("2. videobalance (gst/videobalance, line 5)"));
  EXPECT_THAT(text, HasSubstr("Acts from 0:00.5 to 0:01; the rest passes unchanged."));
  EXPECT_THAT(text, HasSubstr("Pictures: changed, each moment by itself."));
  EXPECT_THAT(text, HasSubstr("Sound: passed on untouched."));
  EXPECT_THAT(text, HasSubstr("contrast: 1.5\n"));
  EXPECT_THAT(text, HasSubstr("hue: 0  (default)"));
}

TEST_F(Describe, KeepsSecretsSecret) {
  const auto prepared =
      prepare(yaml(clip(), "  - uses: gst/gdkpixbufoverlay\n    with: { location: \"${secret:word}\" }\n"));
  EXPECT_THAT(explain_text(prepared), HasSubstr("${secret:word}"));
}

TEST_F(Describe, SaysTheSameAsJson) {
  const auto json = nlohmann::json::parse(explain_json(prepare(yaml(clip(), middle_))));
  ASSERT_EQ(json["stages"].size(), 3U);
  EXPECT_EQ(json["stages"][1]["uses"], "gst/videobalance");
  EXPECT_EQ(json["stages"][1]["with"]["contrast"]["default"], false);
  EXPECT_EQ(json["stages"][1]["from"][0], "source");
  EXPECT_EQ(json["stages"][1]["contract"]["video"], "pointwise");
  EXPECT_GE(json["stages"][2]["input_seconds"], 2.0);
}

TEST_F(Describe, DrawsAGraph) {
  auto pipeline = prepare(yaml(clip(), middle_)).pipeline;
  pipeline.name = "a \"quoted\" name";
  const std::string dot = graph_dot(pipeline);
  EXPECT_THAT(dot, HasSubstr("label=\"a \\\"quoted\\\" name\""));
  EXPECT_THAT(dot, HasSubstr("s0 -> s1"));
  EXPECT_THAT(dot, HasSubstr("from 0:00.5 to 0:01"));
  write("g.dot", dot);
  EXPECT_THAT(output_of("dot -Tsvg " + path("g.dot")), HasSubstr("<svg"));
}

planner::Plan plan_of(std::size_t cuts) {
  planner::Plan plan{.pictures = planner::Treatment::splice, .sound = planner::Treatment::copy};
  plan.copied = 37;
  plan.rendered = 13;
  for (std::size_t i = 0; i < 2 * cuts; ++i) {
    const base::TimeRange range{std::chrono::seconds(10 * i), std::chrono::seconds(10 * i + 10)};
    plan.spans.push_back({.kind = i % 2 == 0 ? planner::Span::Kind::copy : planner::Span::Kind::render,
                          .first = 300 * i,
                          .end = 250 * i + 250,
                          .source = range,
                          .output = range,
                          .reason = "'<blur>' & more"});
  }
  return plan;
}

class Timelines : public MediaTest, public ::testing::WithParamInterface<std::size_t> {};

TEST_P(Timelines, AreDrawnByGraphvizWithoutAWord) {
  write("t.dot", "digraph { label=" + timeline_dot(plan_of(GetParam()), std::chrono::hours(1)) + " }");
  const std::string said = output_of("dot -Tsvg -o " + path("t.svg") + " " + path("t.dot") + " 2>&1");
  EXPECT_EQ(said, "");
  const std::string svg = read(path("t.svg"));
  EXPECT_THAT(svg, HasSubstr("&lt;blur&gt;"));
  EXPECT_THAT(svg, HasSubstr("copied: 37 pictures"));
  EXPECT_THAT(svg, HasSubstr("rendered: 13 pictures"));
  EXPECT_EQ(svg.find("more, which `reel explain` lists") != std::string::npos, GetParam() > 120);
}
INSTANTIATE_TEST_SUITE_P(OfSpans, Timelines, ::testing::Values(1, 7, 100, 1000));

TEST_F(Describe, DrawsATimelineUnderTheGraph) {
  auto prepared = prepare(yaml(clip(), middle_));
  prepared.pipeline.name = "named";
  write("g.dot", graph_dot(prepared));
  const std::string svg = output_of("dot -Tsvg " + path("g.dot"));
  EXPECT_THAT(svg, HasSubstr("rendered: "));
  EXPECT_THAT(svg, HasSubstr("named"));
}

TEST(Timeline, OfNothingIsEmpty) { EXPECT_EQ(timeline_dot({}, base::Time{0}), ""); }

}  // namespace
}  // namespace reel::engine
