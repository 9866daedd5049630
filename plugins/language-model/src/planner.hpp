/// The extension: asks a language model for a pipeline.
#pragma once

#include <reel/planner.hpp>
#include <string>

namespace reel::language_model {

class ChatPlanner : public Planner<ChatPlanner> {
 public:
  using Planner::Planner;

  std::string available() const;
  std::string plan(const std::string& question, const Task& task) const;
};

}  // namespace reel::language_model
