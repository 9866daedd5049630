#include "pipeline_check.hpp"

#include <algorithm>

#include "reel/service/submission.hpp"

namespace reel::http {
namespace {

using nlohmann::json;

std::vector<service::Video> own_videos_named(service::Store& store, service::UserId user, const PipelineText& text) {
  std::vector<service::Video> own;
  for (const service::VideoId id : service::videos_named(text.yaml, text.params)) {
    const auto video = store.videos().find(id);
    if (video && video->user == user && !service::upload_of(video->url).empty()) own.push_back(*video);
  }
  return own;
}

json fault_json(const json& diagnostic) {
  json fault;
  for (const char* const key : {"severity", "code", "message", "hint"})
    if (diagnostic.contains(key)) fault[key] = diagnostic[key];
  for (const char* const key : {"line", "column", "length"})
    if (diagnostic.value(key, 0) > 0) fault[key] = diagnostic[key];
  return fault;
}

}  // namespace

PipelineText pipeline_text(const json& body) {
  PipelineText text;
  text.yaml = body["pipeline"];
  if (const auto params = body.find("params"); params != body.end())
    for (const auto& [name, value] : params->items())
      text.params[name] = value.is_string() ? value.get<std::string>() : value.dump();
  return text;
}

CheckedPipeline check_pipeline(Core& core, service::Store& store, service::UserId user, const PipelineText& text,
                               bool require_params) {
  service::PipelineChecker::Question question{"pipeline", text.yaml, text.params, require_params, {}, {}};
  const auto named = own_videos_named(store, user, text);
  for (const auto& video : named) question.inputs.push_back(service::video_uri(video.id));
  CheckedPipeline checked;
  checked.answer = core.options.checker.check(question);
  checked.faults = json::array();
  for (const json& diagnostic : checked.answer.at("diagnostics")) checked.faults.push_back(fault_json(diagnostic));
  for (const json& uri : checked.answer.value("uris", json::array()))
    for (const auto& video : named)
      if (service::video_of(uri.get<std::string>()) == video.id &&
          std::ranges::count(checked.videos, video.id, &service::Video::id) == 0)
        checked.videos.push_back(video);
  return checked;
}

}  // namespace reel::http
