/// JSON from elsewhere, within bounds.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace reel::luma {

using Json = nlohmann::json;

/// Nothing where `text` is no JSON, or is nested deeper than any answer of Luma's.
std::optional<Json> parse_json(std::string_view text);

/// The string at `key`, or an empty one: a missing key, null and another type are all the same here.
std::string string_at(const Json& object, const char* key);

}  // namespace reel::luma
