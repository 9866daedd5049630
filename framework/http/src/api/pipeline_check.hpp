/// Pipelines of users, held against what users may use.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core.hpp"

namespace reel::http {

struct PipelineText {
  std::string yaml;
  std::map<std::string, std::string> params;
};

struct CheckedPipeline {
  nlohmann::json answer;               ///< as PipelineChecker::check()
  nlohmann::json faults;               ///< its diagnostics, as the API shows them
  std::vector<service::Video> videos;  ///< of the user, that it reads from
  bool valid() const { return answer.value("valid", false); }
};

/// `pipeline` and `params` of a body; numbers and booleans as YAML writes them.
PipelineText pipeline_text(const nlohmann::json& body);

/// Of others' videos it says what it says of those that there are none of.
CheckedPipeline check_pipeline(Core& core, service::Store& store, service::UserId user, const PipelineText& text,
                               bool require_params);

}  // namespace reel::http
