#include "json.hpp"

namespace reel::luma {

namespace {
constexpr int deepest = 32;
}

std::optional<Json> parse_json(std::string_view text) {
  bool too_deep = false;
  const auto watch = [&](int depth, Json::parse_event_t, Json&) {
    too_deep = too_deep || depth > deepest;
    return !too_deep;  // what is not kept does not grow
  };
  Json parsed = Json::parse(text, watch, false);
  if (too_deep || parsed.is_discarded()) return std::nullopt;
  return parsed;
}

std::string string_at(const Json& object, const char* key) {
  if (!object.is_object()) return {};
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace reel::luma
