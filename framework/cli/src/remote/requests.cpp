#include "remote/requests.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "reel/base/text.hpp"
#include "remote/member.hpp"
#include "remote/problem.hpp"

namespace reel::cli::remote {
namespace {

using nlohmann::json;

base::Time time_of(const json& object, const char* key) {
  const double seconds = member<double>(object, key);
  constexpr double longest = 1e9;  // 30 years
  return std::chrono::duration_cast<base::Time>(std::chrono::duration<double>(std::clamp(seconds, 0.0, longest)));
}

std::optional<base::Time> maybe_time_of(const json& object, const char* key) {
  if (!object.is_object() || !object.contains(key) || object[key].is_null()) return std::nullopt;
  return time_of(object, key);
}

/// Made harmless for a terminal.
std::string words_of(const json& object, const char* key) { return base::printable(member<std::string>(object, key)); }

/// -1: not known.
double fraction_of(const json& object) {
  const double fraction = member<double>(object, "fraction", -1);
  return fraction < 0 ? -1 : std::min(fraction, 1.0);
}

service::Outcome outcome_of(const json& request, service::RequestState state) {
  const json error = member<json>(request, "error", json::object());
  service::Outcome outcome;
  outcome.state = state;
  outcome.error = words_of(error, "message");
  outcome.error_code = words_of(error, "code");
  outcome.error_stage = words_of(error, "stage");
  outcome.error_line = member<std::int64_t>(error, "line");
  outcome.error_column = member<std::int64_t>(error, "column");
  return outcome;
}

service::StageRecord stage_of(const json& stage) {
  return {words_of(stage, "id"), words_of(stage, "uses"), words_of(stage, "state"),
          member<std::int64_t>(stage, "frames"), fraction_of(stage)};
}

service::LogRecord line_of(const json& line) {
  service::LogRecord record;
  for (const base::Level level : {base::Level::debug, base::Level::info, base::Level::warning, base::Level::error})
    if (base::name(level) == member<std::string>(line, "level")) record.level = level;
  record.stage = words_of(line, "stage");
  record.message = member<std::string>(line, "message");
  record.timestamp = words_of(line, "timestamp");
  return record;
}

/// It becomes a file here, so the server may name nothing but a file.
bool is_plain_name(const std::string& name) {
  return !name.empty() && name.size() <= 255 && name[0] != '.' && name.find('/') == std::string::npos &&
         base::printable(name) == name;
}

}  // namespace

std::string path_of(service::RequestId id) { return "/api/v1/requests/" + std::to_string(id); }

service::Request request_of(const json& r, const std::string& origin) {
  service::Request out;
  const auto state = service::request_state(member<std::string>(r, "state"));
  out.id = member<std::int64_t>(r, "id");
  if (!state || out.id <= 0) misunderstood(origin, "expected a request");
  out.state = *state;
  out.video = member<std::int64_t>(r, "video");
  if (out.video != 0) out.video_url = "video:" + std::to_string(out.video);
  out.pipeline_name = words_of(r, "name");
  out.pipeline_yaml = member<std::string>(r, "pipeline");
  if (const auto prompt = member<std::string>(r, "prompt"); !prompt.empty()) out.prompt = prompt;
  out.attempts = member<int>(r, "attempts");
  out.priority = member<int>(r, "priority");
  out.paused = member<bool>(r, "paused");
  out.cancel_asked = member<bool>(r, "cancel_asked");
  if (const auto before = member<std::int64_t>(r, "retry_of")) out.retry_of = before;
  const engine::Progress progress = progress_of(r);
  out.progress = {progress.fraction, static_cast<std::int64_t>(progress.frames), progress.position, progress.duration,
                  progress.frames_per_second};
  for (const json& stage : member<json>(r, "stages", json::array())) out.stages.push_back(stage_of(stage));
  out.created_at = words_of(r, "created_at");
  out.started_at = words_of(r, "started_at");
  out.completed_at = words_of(r, "completed_at");
  out.outcome = outcome_of(r, *state);
  return out;
}

engine::Progress progress_of(const json& request) {
  const json p = member<json>(request, "progress", json::object());
  engine::Progress out;
  out.frames = static_cast<std::uint64_t>(std::max<std::int64_t>(0, member<std::int64_t>(p, "frames")));
  out.position = time_of(p, "position_seconds");
  out.duration = maybe_time_of(p, "duration_seconds");
  out.fraction = fraction_of(p);
  out.frames_per_second = member<double>(p, "frames_per_second");
  out.remaining = maybe_time_of(p, "remaining_seconds");
  for (const json& stage : member<json>(request, "stages", json::array())) {
    const service::StageRecord record = stage_of(stage);
    out.stages.push_back({record.id, record.uses, static_cast<std::uint64_t>(std::max<std::int64_t>(0, record.frames)),
                          base::Time{0}, record.state == "done"});
  }
  return out;
}

std::vector<RemoteArtifact> artifacts_of(Client& client, service::RequestId id) {
  std::vector<RemoteArtifact> found;
  std::set<std::string> names;
  const json body = client.get(path_of(id) + "/artifacts");
  for (const json& item : member<json>(body, "items", json::array())) {
    RemoteArtifact artifact{member<std::string>(item, "name"), member<std::string>(item, "path"),
                            member<std::uint64_t>(item, "bytes")};
    if (!is_plain_name(artifact.name) || !names.insert(artifact.name).second)
      misunderstood(client.origin(), "'" + base::printable(artifact.name) + "' is no name for a result");
    if (!artifact.path.starts_with('/'))
      artifact.path = path_of(id) + "/artifacts/" + base::percent_encoded(artifact.name);
    found.push_back(std::move(artifact));
  }
  return found;
}

service::Request RemoteJobs::find(service::RequestId id) {
  service::Request request = request_of(client_.get(path_of(id)), client_.origin());
  if (request.state == service::RequestState::succeeded)
    for (const RemoteArtifact& artifact : artifacts_of(client_, id)) request.outcome.artifacts.push_back(artifact.name);
  return request;
}

std::vector<service::Request> RemoteJobs::list(const service::RequestFilter& filter) {
  constexpr int largest_page = 100;
  std::vector<service::Request> found;
  std::string cursor;
  do {
    const int left = filter.limit - static_cast<int>(found.size());
    std::string target = "/api/v1/requests?limit=" + std::to_string(std::min(left, largest_page));
    if (filter.state) target += "&state=" + std::string(service::name(*filter.state));
    if (!cursor.empty()) target += "&cursor=" + base::percent_encoded(cursor);
    const json page = client_.get(target);
    for (const json& item : member<json>(page, "items", json::array()))
      found.push_back(request_of(item, client_.origin()));
    cursor = member<std::string>(page, "next_cursor");
  } while (!cursor.empty() && static_cast<int>(found.size()) < filter.limit);
  return found;
}

JobSource::Lines RemoteJobs::logs(service::RequestId id, const std::string& after) {
  constexpr std::size_t page = 1000;
  const json body = client_.get(path_of(id) + "/logs?limit=" + std::to_string(page) +
                                (after.empty() ? "" : "&cursor=" + base::percent_encoded(after)));
  Lines out;
  for (const json& line : member<json>(body, "items", json::array())) out.lines.push_back(line_of(line));
  out.next = member<std::string>(body, "next_cursor", after);
  out.more = out.lines.size() >= page;
  return out;
}

}  // namespace reel::cli::remote
