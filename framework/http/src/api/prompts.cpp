/// Prompts: what is understood of them.
#include <array>

#include "pipeline_check.hpp"
#include "prompt_reading.hpp"
#include "records.hpp"
#include "reel/base/difference.hpp"

namespace reel::http {
namespace {

using nlohmann::json;

/// The user's own; others' are answered as if they were not there.
std::optional<service::Video> video_of(Call& call) {
  const auto given = call.body.find("video");
  if (given == call.body.end() || given->is_null()) return std::nullopt;
  const auto video = call.store->videos().find(given->get<service::VideoId>());
  if (!video || video->user != call.user() || service::upload_of(video->url).empty()) throw not_found("video");
  return video;
}

Response read(Core& core, Call& call) {
  const auto video = video_of(call);
  const std::string before = call.body.value("pipeline", "");
  if (!before.empty()) {
    const auto checked = check_pipeline(core, *call.store, call.user(), pipeline_text(call.body), false);
    if (!checked.valid())
      throw refusal("invalid-pipeline", "the pipeline that is to be changed has faults", {{"errors", checked.faults}});
  }
  json reading = read_prompt(core, call.body, video);
  reading["difference"] = nullptr;
  if (!before.empty() && reading.at("yaml").is_string())
    reading["difference"] = base::difference(before, reading["yaml"].get<std::string>());
  return json_response(200, reading);
}

constexpr std::array<Binding, 1> prompt_bindings{{{"readPrompt", &read, "checks"}}};

}  // namespace

std::span<const Binding> prompt_handlers() { return prompt_bindings; }

}  // namespace reel::http
