/// Which elements a graph needs and how they are linked, as plain data. Private to the engine.
#pragma once

#include <string>
#include <vector>

#include "graph/kinds.hpp"
#include "reel/model/pipeline.hpp"

namespace reel::engine {

/// One element to be. A stage has several where inputs of one join share it: each gets a chain of its own, so
/// that no branch ever waits for another one which it feeds itself.
struct PlannedNode {
  std::size_t stage = 0;
  std::string branch;  ///< empty, or which input of which join it was doubled for
};

struct PlannedLink {
  std::size_t from = 0;   ///< node
  std::size_t to = 0;     ///< node
  std::size_t input = 0;  ///< the n-th of its `from:`
  Kind kind = Kind::video;
};

struct GraphPlan {
  std::vector<PlannedNode> nodes;  ///< a node comes after all that feed it
  std::vector<PlannedLink> links;
};

/// An output that somebody wants besides the stages: what a preview shows, what a measuring pass throws away.
struct Tap {
  std::size_t stage = 0;
  Kind kind = Kind::video;
};

class GraphPlanner {
 public:
  GraphPlanner(const model::Pipeline& pipeline, const std::vector<Kinds>& outputs);

  /// Plans a stage with all inputs that exist, and all that these need.
  std::size_t want_stage(std::size_t stage);
  /// Plans what `stage` gives of `kind`; returns the node that makes it.
  std::size_t want_output(const Tap& tap);

  const GraphPlan& plan() const { return plan_; }

 private:
  std::size_t node(std::size_t stage, const std::string& branch);
  std::size_t output(std::size_t stage, const std::string& branch, Kind kind);
  std::string branch_of(std::size_t stage, const std::string& branch, std::size_t input) const;
  void link_input(std::size_t stage, const std::string& branch, Kind kind, std::vector<PlannedLink>& links);

  const model::Pipeline& pipeline_;
  const std::vector<Kinds>& outputs_;
  std::vector<std::vector<bool>> upstream_;  ///< [stage][other]: other feeds stage, or is it
  GraphPlan plan_;
};

}  // namespace reel::engine
