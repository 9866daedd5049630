/// The pipeline's own parameters: `params:` and the values given for them.
#pragma once

#include <vector>

#include "read_value.hpp"

namespace reel::model {

/// Reads the declarations, matches them with the values given and declares them in `scope`.
std::vector<PipelineParam> check_params(const Node& root, const CheckOptions& options, Scope& scope, Report& report);

/// Warns of parameters that no stage uses. A misspelt use counts: one slip is one fault.
void warn_of_unused(const std::vector<PipelineParam>& params, const Node& stages, Report& report);

}  // namespace reel::model
