#include "graph/plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace reel::engine {
namespace {

using model::StageRole;

model::Stage stage(const char* id, StageRole role, std::vector<std::size_t> inputs, bool video = true,
                   bool audio = true) {
  model::Stage s;
  s.id = id;
  s.inputs = std::move(inputs);
  s.traits.role = role;
  s.traits.takes_video = video && role != StageRole::source;
  s.traits.takes_audio = audio && role != StageRole::source;
  s.traits.gives_video = video && role != StageRole::sink;
  s.traits.gives_audio = audio && role != StageRole::sink;
  return s;
}

struct Planned {
  explicit Planned(std::vector<model::Stage> stages) {
    pipeline.stages = std::move(stages);
    outputs = output_kinds(pipeline, std::vector<std::optional<model::MediaInfo>>(pipeline.stages.size()));
  }
  GraphPlan plan() const {
    GraphPlanner planner(pipeline, outputs);
    planner.want_stage(pipeline.stages.size() - 1);
    return planner.plan();
  }
  std::size_t count(std::size_t s) const {
    const auto nodes = plan().nodes;
    return static_cast<std::size_t>(std::ranges::count(nodes, s, &PlannedNode::stage));
  }
  model::Pipeline pipeline;
  std::vector<Kinds> outputs;
};

TEST(GraphPlan, WhatAStageDoesNotTouchFlowsPastIt) {
  const Planned p({stage("in", StageRole::source, {}), stage("blur", StageRole::filter, {0}, true, false),
                   stage("out", StageRole::sink, {1})});
  const auto plan = p.plan();
  ASSERT_EQ(plan.nodes.size(), 3U);
  ASSERT_EQ(plan.links.size(), 3U);
  const auto sound = std::ranges::find(plan.links, Kind::audio, &PlannedLink::kind);
  EXPECT_EQ(plan.nodes[sound->from].stage, 0U) << "straight from the source to the sink";
  EXPECT_EQ(plan.nodes[sound->to].stage, 2U);
}

TEST(GraphPlan, AJoinTakesTheSoundOfItsFirstInputOnly) {
  const Planned p({stage("a", StageRole::source, {}), stage("b", StageRole::source, {}),
                   stage("over", StageRole::join, {0, 1}, true, false), stage("out", StageRole::sink, {2})});
  const auto plan = p.plan();
  EXPECT_EQ(std::ranges::count(plan.links, Kind::audio, &PlannedLink::kind), 1);
  EXPECT_EQ(std::ranges::count(plan.links, Kind::video, &PlannedLink::kind), 3);
}

TEST(GraphPlan, InputsThatShareAStageGetChainsOfTheirOwn) {
  const Planned p({stage("in", StageRole::source, {}), stage("cut", StageRole::filter, {0}),
                   stage("join", StageRole::join, {0, 1}), stage("out", StageRole::sink, {2})});
  EXPECT_EQ(p.count(0), 2U);
  EXPECT_EQ(p.count(1), 1U);
  EXPECT_EQ(p.count(2), 1U);
}

TEST(GraphPlan, IndependentInputsAreNotDoubled) {
  const Planned p({stage("a", StageRole::source, {}), stage("b", StageRole::source, {}),
                   stage("join", StageRole::join, {0, 1}), stage("out", StageRole::sink, {2})});
  EXPECT_EQ(p.count(0), 1U);
  EXPECT_EQ(p.count(1), 1U);
}

TEST(GraphPlan, WhatNobodyTakesIsNotBuilt) {
  Planned p({stage("in", StageRole::source, {}), stage("blur", StageRole::filter, {0}, true, false),
             stage("out", StageRole::sink, {1})});
  GraphPlanner planner(p.pipeline, p.outputs);
  planner.want_output({1, Kind::audio});
  EXPECT_EQ(planner.plan().nodes.size(), 1U) << "sound passes the blur, so only the source is there";
}

}  // namespace
}  // namespace reel::engine
