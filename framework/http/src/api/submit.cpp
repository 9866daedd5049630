/// Requests: submitted, and submitted again.
#include "submit.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "pipeline_check.hpp"
#include "prompt_reading.hpp"
#include "records.hpp"
#include "reel/base/text.hpp"
#include "text.hpp"

namespace reel::http {
namespace {

using nlohmann::json;
using service::NewRequest;

std::string sha256(const std::string& text) {
  std::array<unsigned char, 32> digest{};
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  return hexadecimal(digest);
}

bool is_ready(const service::Video& video) {
  return video.state != service::VideoState::inspecting && video.state != service::VideoState::rejected;
}

/// Fills in what follows from the pipeline. Throws Refused.
void describe(Core& core, Call& call, NewRequest& request) {
  const CheckedPipeline checked =
      check_pipeline(core, *call.store, request.user, {request.pipeline_yaml, request.params}, true);
  if (!checked.valid()) {
    const auto errors = std::ranges::count_if(checked.faults, [](const json& f) { return f["severity"] == "error"; });
    throw refusal("invalid-pipeline", "the pipeline has " + base::counted(static_cast<std::uint64_t>(errors), "error"),
                  {{"errors", checked.faults}});
  }
  for (const auto& video : checked.videos)
    if (!is_ready(video))
      throw refusal("video-not-ready", "video " + std::to_string(video.id) + " is " +
                                           (video.fault.empty() ? "still inspected" : "rejected: " + video.fault));
  for (const auto& video : checked.videos) request.inputs.push_back(video.id);
  request.pipeline_name = checked.answer.value("name", "");
  for (const json& stage : checked.answer.at("stages")) request.stages.push_back(stage.at("id"));
  if (!request.video && !checked.videos.empty()) request.video = checked.videos[0].id;
  if (request.video) return;
  const json uris = checked.answer.value("uris", json::array());
  request.video_url = uris.empty() ? "none" : uris[0].get<std::string>();
}

/// The video that the body says the request is about.
std::optional<service::Video> chosen_video(Call& call) {
  const auto given = call.body.find("video");
  if (given == call.body.end()) return std::nullopt;
  const auto video = call.store->videos().find(given->get<service::VideoId>());
  if (!video || video->user != call.user() || service::upload_of(video->url).empty())
    throw refusal("invalid-body", "/video: there is no such video");
  return video;
}

/// The pipeline as it stands in the body, or as the prompt becomes it.
void take_pipeline(Core& core, Call& call, NewRequest& request) {
  const json& body = call.body;
  const auto video = chosen_video(call);
  if (video) request.video = video->id;
  if (body.contains("prompt")) request.prompt = body["prompt"];
  if (body.contains("pipeline")) {
    if (body.contains("regions") || body.contains("output"))
      throw refusal("invalid-body", "regions and output are for a prompt without a pipeline");
    PipelineText text = pipeline_text(body);
    request.pipeline_yaml = std::move(text.yaml);
    request.params = std::move(text.params);
    return;
  }
  if (!video || !request.prompt || body.contains("params"))
    throw refusal("invalid-body", "expected a pipeline, or a prompt and the video that it is about, without params");
  request.pipeline_yaml = pipeline_of_prompt(core, body, video);
}

std::string idempotency_key(const Request& request) {
  constexpr std::size_t longest = 255;
  const std::string* const key = request.headers.find("Idempotency-Key");
  if (key == nullptr) return {};
  if (key->empty() || key->size() > longest || base::printable(*key) != *key)
    throw refusal("invalid-parameter", "the header Idempotency-Key has to have 1 to 255 printable characters");
  return *key;
}

Response answer(Call& call, const service::Created& created) {
  if (!created.same)
    throw refusal("idempotency-key-reused", "request " + std::to_string(created.id) + " was submitted under this key");
  const auto request = call.store->requests().find(created.id);
  if (!request) throw not_found("request");
  Response response = json_response(created.existed ? 200 : 201, details_json(*request));
  if (!created.existed) response.headers.set("Location", "/api/v1/requests/" + std::to_string(created.id));
  return response;
}

service::Created create(Call& call, const NewRequest& request) try {
  return call.store->requests().create(request);
} catch (const service::NoRoom& error) {
  throw refusal(error);
} catch (const base::InputError& error) {  // a video went while the pipeline was checked
  throw refusal("video-not-ready", error.what());
}

Response take(Core& core, Call& call, NewRequest& request) {
  describe(core, call, request);
  request.room = {*effective_quota(core, call.caller->user).storage_bytes, core.limits.active_jobs};
  return answer(call, create(call, request));
}

}  // namespace

Response submit_request(Core& core, Call& call) {
  NewRequest request;
  request.user = call.user();
  request.for_workers = true;
  request.idempotency_key = idempotency_key(call.request);
  if (!request.idempotency_key.empty()) {
    request.idempotency_hash = sha256(call.body.dump());
    // Before anything is checked: what was taken once is not refused because there is no room for another.
    const auto before =
        call.store->requests().submitted(request.user, request.idempotency_key, request.idempotency_hash);
    if (before) return answer(call, *before);
  }
  take_pipeline(core, call, request);
  request.priority = call.body.value("priority", 0);
  return take(core, call, request);
}

Response retry_request(Core& core, Call& call) {
  const service::Request old = own_request(call);
  if (!service::is_final(old.state)) throw refusal("request-active", "the request has not ended");
  NewRequest request;
  request.user = old.user;
  request.for_workers = true;
  request.pipeline_yaml = old.pipeline_yaml;
  request.params = old.params;
  // What it is about may be another one than the pipeline reads first; a row that is no upload is made again.
  if (!service::upload_of(old.video_url).empty()) request.video = old.video;
  request.prompt = old.prompt;
  request.priority = old.priority;
  request.retry_of = old.id;
  return take(core, call, request);
}

}  // namespace reel::http
