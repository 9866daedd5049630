/// JSON of strangers, bounded.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

namespace reel::service {

/// Throws base::InputError: it is longer or deeper than allowed, no JSON, or no object.
nlohmann::json parse_object(std::string_view text, std::size_t longest, int deepest = 32);

}  // namespace reel::service
