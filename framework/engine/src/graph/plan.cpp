#include "graph/plan.hpp"

#include <algorithm>

namespace reel::engine {

GraphPlanner::GraphPlanner(const model::Pipeline& pipeline, const std::vector<Kinds>& outputs)
    : pipeline_(pipeline), outputs_(outputs) {
  const std::size_t count = pipeline.stages.size();
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<bool> all(count);
    all[i] = true;
    for (const std::size_t input : pipeline.stages[i].inputs)
      for (std::size_t k = 0; k < count; ++k) all[k] = all[k] || upstream_[input][k];
    upstream_.push_back(std::move(all));
  }
}

std::size_t GraphPlanner::want_stage(std::size_t stage) { return node(stage, ""); }
std::size_t GraphPlanner::want_output(const Tap& tap) { return output(tap.stage, "", tap.kind); }

/// An input that shares a stage with an earlier input of the same join gets a branch of its own.
std::string GraphPlanner::branch_of(std::size_t stage, const std::string& branch, std::size_t input) const {
  const auto& inputs = pipeline_.stages[stage].inputs;
  for (std::size_t earlier = 0; earlier < input; ++earlier)
    for (std::size_t k = 0; k < pipeline_.stages.size(); ++k)
      if (upstream_[inputs[earlier]][k] && upstream_[inputs[input]][k])
        return branch + "/" + pipeline_.stages[stage].id + "." + std::to_string(input);
  return branch;
}

std::size_t GraphPlanner::output(std::size_t stage, const std::string& branch, Kind kind) {
  const model::Stage& s = pipeline_.stages[stage];
  if (passes(s.traits, kind)) return output(s.inputs.front(), branch_of(stage, branch, 0), kind);
  return node(stage, branch);
}

void GraphPlanner::link_input(std::size_t stage, const std::string& branch, Kind kind,
                              std::vector<PlannedLink>& links) {
  const model::Stage& s = pipeline_.stages[stage];
  for (std::size_t input = 0; input < s.inputs.size(); ++input)
    if (outputs_[s.inputs[input]].has(kind))
      links.push_back({output(s.inputs[input], branch_of(stage, branch, input), kind), 0, input, kind});
}

std::size_t GraphPlanner::node(std::size_t stage, const std::string& branch) {
  const auto same = [&](const PlannedNode& n) { return n.stage == stage && n.branch == branch; };
  if (const auto known = std::ranges::find_if(plan_.nodes, same); known != plan_.nodes.end())
    return static_cast<std::size_t>(known - plan_.nodes.begin());
  std::vector<PlannedLink> links;
  for (const Kind kind : both_kinds)
    if (takes(pipeline_.stages[stage].traits, kind)) link_input(stage, branch, kind, links);
  const std::size_t made = plan_.nodes.size();
  plan_.nodes.push_back({stage, branch});
  for (PlannedLink& link : links) {
    link.to = made;
    plan_.links.push_back(link);
  }
  return made;
}

}  // namespace reel::engine
