#include "runner_json.hpp"

#include "reel/base/error.hpp"

namespace reel::service {

nlohmann::json parse_object(std::string_view text, std::size_t longest, int deepest) {
  using nlohmann::json;
  if (text.size() > longest)
    throw base::InputError("a line of " + std::to_string(text.size()) + " bytes, expected " + std::to_string(longest) +
                           " at most");
  try {
    json object = json::parse(text, [deepest](int depth, json::parse_event_t, json&) {
      if (depth > deepest) throw base::InputError("JSON that is nested too deeply");
      return true;
    });
    if (object.is_object()) return object;
  } catch (const json::exception&) {  // the message would quote the text
  }
  throw base::InputError("a text that is no JSON object");
}

}  // namespace reel::service
