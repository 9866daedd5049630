/// What a planner of a plugin is told: the question of <reel/extension/planner.h>.
#pragma once

#include <nlohmann/json.hpp>

#include "reel/model/diagnostic.hpp"
#include "reel/prompt/prompt.hpp"

namespace reel::prompt {

/// The question of the first round. What comes from files is cut short: texts of strangers, and perhaps many of them.
nlohmann::json planner_question(const Ask& ask, const model::StageSource& stages, const Understanding& reading);

/// What the second round adds under `repair`: the former answer, and what is wrong with it.
nlohmann::json planner_repair(const std::string& answer, const model::Diagnosed& diagnosed);

}  // namespace reel::prompt
