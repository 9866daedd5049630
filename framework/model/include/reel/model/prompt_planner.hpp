/// What turns a prompt into a pipeline beside the built-in planner: what a plugin's `reel.planner/1` can do, as C++.
#pragma once

#include <string>

#include "reel/base/stop.hpp"

namespace reel::model {

/// Any thread. What it answers is to be checked as a stranger's pipeline is; prompt::assisted() does that.
class PromptPlanner {
 public:
  virtual ~PromptPlanner() = default;

  /// Who answers now, for people: `llama3.2 at 127.0.0.1:11434`; empty: nobody, it is not configured. Does not block.
  virtual std::string available() = 0;
  /// One round; may take minutes. `question` is JSON as <reel/extension/planner.h> says; returns YAML. Throws model::NotFound where it knows
  /// no pipeline for this, base::InputError where its configuration is at fault, base::TransientError where asking later may do better,
  /// base::Interrupted, base::RunError for all else: a budget that is used up, an answer that is none.
  virtual std::string plan(const std::string& question, base::StopFlag stop) = 0;
};

}  // namespace reel::model
