/// Planners of plugins: the extension `reel.planner/1` as model::PromptPlanner. A catalogue has to be there.
#pragma once

#include <memory>
#include <vector>

#include "reel/model/prompt_planner.hpp"

namespace reel::catalog {

/// All that plugins have, configured or not, in the order in which they were loaded. Any thread.
std::vector<std::shared_ptr<model::PromptPlanner>> prompt_planners();

/// The first that is configured, or null. Any thread.
std::shared_ptr<model::PromptPlanner> available_prompt_planner();

}  // namespace reel::catalog
