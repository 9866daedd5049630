#include "records.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <ctime>
#include <limits>

namespace reel::http {
namespace {

using nlohmann::json;
using service::VideoState;

constexpr double gigabyte = 1e9;

std::string_view shown_state(VideoState state) {
  if (state == VideoState::inspecting) return "inspecting";
  return state == VideoState::rejected ? "rejected" : "ready";
}

json or_null(std::optional<double> value) { return value ? json(*value) : json(nullptr); }

json fraction(double value) { return value < 0 ? json(nullptr) : json(std::min(value, 1.0)); }

/// As if it went on as it did until now.
std::optional<double> remaining_seconds(const service::Request& request) {
  constexpr double too_early = 0.01;
  const double done = request.progress.fraction;
  if (request.state != service::RequestState::running || request.paused || done < too_early) return std::nullopt;
  const auto elapsed = seconds_since(request.started_at);
  if (!elapsed) return std::nullopt;
  return std::round(std::max(0.0, *elapsed * (1 - done) / done));
}

json progress_json(const service::Request& request) {
  const service::ProgressRecord& progress = request.progress;
  std::optional<double> duration;
  if (progress.duration) duration = base::seconds(*progress.duration);
  return {{"fraction", fraction(progress.fraction)},
          {"frames", progress.frames},
          {"position_seconds", base::seconds(progress.position)},
          {"duration_seconds", or_null(duration)},
          {"frames_per_second", progress.frames_per_second},
          {"remaining_seconds", or_null(remaining_seconds(request))}};
}

json stage_json(const service::StageRecord& stage) {
  return {{"id", stage.id},
          {"uses", stage.uses},
          {"state", stage.state},
          {"frames", stage.frames},
          {"fraction", fraction(stage.fraction)}};
}

json error_json(const service::Outcome& outcome) {
  if (outcome.error.empty()) return nullptr;
  json error{{"code", outcome.error_code}, {"message", outcome.error}};
  if (!outcome.error_stage.empty()) error["stage"] = outcome.error_stage;
  if (outcome.error_line > 0) error["line"] = outcome.error_line;
  if (outcome.error_column > 0) error["column"] = outcome.error_column;
  return error;
}

/// The video's own id where it is an uploaded one; others are rows that only say where something came from.
json video_json(const service::Request& request) {
  return service::upload_of(request.video_url).empty() ? json(nullptr) : json(request.video);
}

json renditions_json(const service::Video& video) {
  json names = json::array({"content"});
  if (shown_state(video.state) != "ready") return names;
  const json assets = parsed_or_null(video.assets_json);
  for (const char* const name : {"preview", "poster", "sprite", "waveform"})
    if (assets.is_object() && assets.contains(name)) names.push_back(name);
  return names;
}

}  // namespace

std::optional<double> seconds_since(const std::string& time) {
  std::tm parts{};
  if (::strptime(time.c_str(), "%Y-%m-%dT%H:%M:%S", &parts) == nullptr) return std::nullopt;
  const auto then = std::chrono::system_clock::from_time_t(::timegm(&parts));
  return std::chrono::duration<double>(std::chrono::system_clock::now() - then).count();
}

json text_or_null(const std::string& text) { return text.empty() ? json(nullptr) : json(text); }

json parsed_or_null(const std::string& json_text) {
  json parsed = json::parse(json_text, nullptr, false);
  return parsed.is_discarded() ? json(nullptr) : parsed;
}

json to_json(const service::User& user) {
  return {{"id", user.id},
          {"email", user.email},
          {"role", service::name(user.role)},
          {"disabled", user.disabled},
          {"created_at", user.created_at}};
}

service::Quota effective_quota(const Core& core, const service::User& user) {
  service::Quota quota = user.quota;
  if (!quota.storage_bytes) quota.storage_bytes = static_cast<std::int64_t>(core.limits.storage_gigabytes * gigabyte);
  if (!quota.concurrent_jobs) quota.concurrent_jobs = core.limits.concurrent_jobs;
  if (!quota.provider_cents) quota.provider_cents = core.limits.provider_cents;
  return quota;
}

json account_json(const Core& core, service::Store& store, const service::User& user) {
  const service::Quota quota = effective_quota(core, user);
  const service::Usage usage = store.accounts().usage(user.id);
  return {{"user", to_json(user)},
          {"quota",
           {{"storage_bytes", *quota.storage_bytes},
            {"concurrent_jobs", *quota.concurrent_jobs},
            {"provider_cents", *quota.provider_cents}}},
          {"usage",
           {{"stored_bytes", usage.stored_bytes},
            {"active_jobs", usage.active_jobs},
            {"provider_cents", usage.provider_cents}}}};
}

json to_json(const service::Video& video) {
  json out{{"id", video.id},
           {"name", video.name},
           {"state", shown_state(video.state)},
           {"bytes", video.bytes},
           {"uploaded_at", video.uploaded_at},
           {"fault", text_or_null(video.fault)},
           {"media", parsed_or_null(video.media_json)},
           {"renditions", renditions_json(video)}};
  json assets = parsed_or_null(video.assets_json);
  if (!assets.is_object() || !assets["sprite"].is_object()) return out;
  out["sprite"] = assets["sprite"];
  out["sprite"].erase("file");
  return out;
}

json summary_json(const service::Request& request) {
  json out{{"id", request.id},
           {"video", video_json(request)},
           {"name", request.pipeline_name},
           {"state", service::name(request.state)},
           {"paused", request.paused},
           {"cancel_asked", request.cancel_asked},
           {"priority", request.priority},
           {"attempts", request.attempts},
           {"retry_of", request.retry_of ? json(*request.retry_of) : json(nullptr)},
           {"progress", progress_json(request)},
           {"stages", json::array()},
           {"error", error_json(request.outcome)},
           {"created_at", request.created_at},
           {"started_at", text_or_null(request.started_at)},
           {"completed_at", text_or_null(request.completed_at)}};
  for (const auto& stage : request.stages) out["stages"].push_back(stage_json(stage));
  return out;
}

json details_json(const service::Request& request) {
  json out = summary_json(request);
  out["pipeline"] = request.pipeline_yaml;
  out["params"] = request.params;
  out["prompt"] = request.prompt ? json(*request.prompt) : json(nullptr);
  return out;
}

json to_json(const service::LogRecord& line) {
  return {{"level", base::name(line.level)},
          {"stage", text_or_null(line.stage)},
          {"message", line.message},
          {"timestamp", line.timestamp}};
}

std::string media_type_of(const std::string& name) {
  static constexpr std::array<std::pair<std::string_view, const char*>, 17> types{{
      {".mp4", "video/mp4"},
      {".m4v", "video/mp4"},
      {".mov", "video/quicktime"},
      {".webm", "video/webm"},
      {".mkv", "video/x-matroska"},
      {".avi", "video/x-msvideo"},
      {".ts", "video/mp2t"},
      {".mp3", "audio/mpeg"},
      {".m4a", "audio/mp4"},
      {".wav", "audio/wav"},
      {".flac", "audio/flac"},
      {".ogg", "audio/ogg"},
      {".opus", "audio/ogg"},
      {".jpg", "image/jpeg"},
      {".jpeg", "image/jpeg"},
      {".png", "image/png"},
      {".json", "application/json"},
  }};
  std::string lower = std::filesystem::path(name).extension().string();
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto* const found = std::ranges::find(types, lower, &std::pair<std::string_view, const char*>::first);
  return found == types.end() ? "application/octet-stream" : found->second;
}

std::optional<std::filesystem::path> rendition_file(const Core& core, const service::Video& video,
                                                    const std::string& rendition) {
  if (rendition != "content") {
    const json assets = parsed_or_null(video.assets_json);
    if (!assets.is_object() || !assets.contains(rendition)) return std::nullopt;
    const json& asset = assets[rendition];
    if (asset.is_object() && service::is_plain_file_name(asset.value("file", "")))
      return core.files.assets(video.id) / asset.value("file", "");
    if (!asset.is_null()) return std::nullopt;
    // Null: browsers play the original.
  }
  if (!core.files.adopt(service::upload_of(video.url), video.id)) return std::nullopt;
  return core.files.original(video.id);
}

std::optional<std::int64_t> cursor_of(const Call& call) {
  const auto given = call.params.find("cursor");
  if (given == call.params.end()) return std::nullopt;
  const std::int64_t cursor = std::stoll(given->get<std::string>());
  if (cursor > std::numeric_limits<std::int32_t>::max())
    throw refusal("invalid-parameter", "the parameter cursor: it is none that this server gave");
  return cursor;
}

service::Video own_video(Call& call) {
  auto video = call.store->videos().find(call.id("video"));
  if (!video || video->user != call.user() || service::upload_of(video->url).empty()) throw not_found("video");
  return *std::move(video);
}

service::Request own_request(Call& call) {
  auto request = call.store->requests().find(call.id("request"));
  if (!request || request->user != call.user() || request->kind != service::RequestKind::pipeline)
    throw not_found("request");
  return *std::move(request);
}

}  // namespace reel::http
