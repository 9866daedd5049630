#include <gmock/gmock.h>

#include "reel/base/error.hpp"
#include "reel/planner/plan.hpp"

namespace reel::planner {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

Plan sample() {
  Plan plan{.pictures = Treatment::splice, .sound = Treatment::copy, .copied = 100, .rendered = 25};
  plan.spans.push_back({.end = 100, .source = {seconds(0), seconds(4)}, .output = {seconds(0), seconds(4)}});
  plan.spans.push_back({.kind = Span::Kind::render,
                        .first = 150,
                        .end = 175,
                        .first_packet = 148,
                        .marked = 147,
                        .source = {milliseconds(6001), seconds(7)},
                        .output = {milliseconds(4001), seconds(5)},
                        .reason = "because"});
  return plan;
}

TEST(ReadPlan, KnowsThePartsOfTheSound) {
  Plan written = sample();
  written.sound = Treatment::splice;
  written.parts.grid = {.rate = 44'100, .frame = 1024, .first = -1024};
  written.parts.spans = {{.first = 0, .end = 43}, {.kind = Span::Kind::render, .first = 43, .end = 47}};
  written.parts.spans.push_back({.first = 47, .end = 100, .moved = 8});
  const SoundPlan read = read_plan(to_json(written)).parts;
  EXPECT_EQ(read.grid.frame, 1024);
  EXPECT_EQ(read.grid.rate, 44'100);
  EXPECT_EQ(read.grid.first, -1024);
  ASSERT_EQ(read.spans.size(), 3U);
  EXPECT_EQ(read.spans[1].kind, Span::Kind::render);
  EXPECT_EQ(read.spans[2].end, 100);
  EXPECT_EQ(read.spans[2].moved, 8);
  EXPECT_EQ(read.copied, 96);
}

std::string fault(const std::string& json) {
  try {
    read_plan(json);
  } catch (const base::InputError& e) {
    return e.what();
  }
  return "";
}

TEST(ReadPlan, IsWhatWasWritten) {
  for (const std::string& json : {to_json(sample()), "{\"plan\":" + to_json(sample()) + ",\"frames\":1}"}) {
    const Plan plan = read_plan(json);
    EXPECT_EQ(plan.pictures, Treatment::splice);
    EXPECT_EQ(plan.sound, Treatment::copy);
    EXPECT_EQ(plan.copied, 100U);
    EXPECT_EQ(plan.rendered, 25U);
    ASSERT_EQ(plan.spans.size(), 2U);
    EXPECT_EQ(plan.spans[1].kind, Span::Kind::render);
    EXPECT_EQ(plan.spans[1].first, 150U);
    EXPECT_EQ(plan.spans[1].first_packet, 148U);
    EXPECT_EQ(plan.spans[1].marked, 147U);
    EXPECT_EQ(plan.spans[1].source.begin, milliseconds(6001));
    EXPECT_EQ(plan.spans[1].output.end, seconds(5));
    EXPECT_EQ(plan.spans[1].reason, "because");
  }
}

TEST(ReadPlan, SaysWhatIsWrong) {
  EXPECT_THAT(fault("not json"), HasSubstr("it is not JSON"));
  EXPECT_THAT(fault("[]"), HasSubstr("it is no JSON object"));
  EXPECT_THAT(fault("{}"), HasSubstr("'pictures' is missing"));
  EXPECT_THAT(fault("{\"plan\":7}"), HasSubstr("'pictures' is missing"));
  EXPECT_THAT(fault("{\"artifacts\":[]}"), HasSubstr("everything was rendered"));
  const std::string good = to_json(sample());
  const auto broken = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    return fault(text);
  };
  EXPECT_THAT(broken("\"splice\"", "\"maybe\""), HasSubstr("none, copy, splice or render"));
  EXPECT_THAT(broken("\"first\": 150", "\"first\": -1"), HasSubstr("'first' is no number of pictures"));
  EXPECT_THAT(broken("\"first\": 150", "\"first\": 175"), HasSubstr("ends before it begins"));
  EXPECT_THAT(broken("6.001", "1e300"), HasSubstr("no pair of times"));
  EXPECT_THAT(broken("\"kind\": \"render\"", "\"kind\": 3"), HasSubstr("copy or render"));
}

}  // namespace
}  // namespace reel::planner
