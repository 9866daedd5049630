/// Prompts of users, as pipelines on their videos.
#pragma once

#include <optional>
#include <string>

#include "core.hpp"

namespace reel::http {

/// What is understood of `prompt`, with the `regions`, `output` and `pipeline` of the body: as PipelineChecker::read(). Throws Refused.
nlohmann::json read_prompt(Core& core, const nlohmann::json& body, const std::optional<service::Video>& video);

/// The pipeline of one that leaves nothing open. Throws Refused, with what is left open.
std::string pipeline_of_prompt(Core& core, const nlohmann::json& body, const std::optional<service::Video>& video);

}  // namespace reel::http
