/// YAML of ours as JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

namespace reel::http {

/// By YAML's core schema. Throws std::logic_error where the text has a fault.
nlohmann::json yaml_to_json(std::string_view yaml);

}  // namespace reel::http
