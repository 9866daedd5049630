#include "stores/request_rows.hpp"

#include <nlohmann/json.hpp>

#include "reel/base/error.hpp"

namespace reel::store {
namespace {

using nlohmann::json;
using service::Outcome;
using service::ProgressRecord;
using service::Request;
using service::RequestId;
using service::StageRecord;

constexpr Statement read_one{"read_request", REEL_SELECT_REQUESTS " WHERE r.request_id = $1::bigint"};
constexpr Statement exists{"request_exists", "SELECT 1 FROM requests WHERE request_id = $1::bigint"};

StageRecord stage_of(const json& item) {
  StageRecord stage;
  stage.id = item.at("id");
  stage.uses = item.at("uses");
  stage.state = item.at("state");
  stage.frames = item.at("frames");
  if (!item.at("fraction").is_null()) stage.fraction = item.at("fraction");
  return stage;
}

ProgressRecord progress_of(const pqxx::row& row) {
  ProgressRecord progress;
  progress.fraction = row["progress_fraction"].as<double>(-1.0);
  progress.frames = row["progress_frames"].as<std::int64_t>();
  progress.position = base::Time(row["progress_position_ns"].as<std::int64_t>());
  if (!row["progress_duration_ns"].is_null())
    progress.duration = base::Time(row["progress_duration_ns"].as<std::int64_t>());
  progress.frames_per_second = row["frames_per_second"].as<double>();
  return progress;
}

Outcome outcome_of(const pqxx::row& row, service::RequestState state) {
  Outcome outcome;
  outcome.state = state;
  outcome.error = text(row["error"]);
  outcome.error_code = text(row["error_code"]);
  outcome.error_stage = text(row["error_stage"]);
  outcome.error_line = row["error_line"].as<std::int64_t>(0);
  outcome.error_column = row["error_column"].as<std::int64_t>(0);
  outcome.report_json = text(row["report"]);
  outcome.stored_bytes = row["stored_bytes"].as<std::int64_t>();
  for (const json& uri : json::parse(row["artifacts"].c_str())) outcome.artifacts.push_back(uri);
  return outcome;
}

}  // namespace

Request request_of(const pqxx::row& row) {
  Request request;
  request.id = row["request_id"].as<RequestId>();
  request.user = row["user_id"].as<service::UserId>();
  request.kind = service::request_kind(row["kind"].c_str()).value();
  request.video = row["video_id"].as<service::VideoId>();
  request.video_url = text(row["original_video_url"]);
  request.prompt = optional<std::string>(row["prompt"]);
  request.pipeline_name = text(row["pipeline_name"]);
  request.pipeline_yaml = text(row["pipeline_yaml"]);
  request.params = json::parse(row["params"].c_str()).get<std::map<std::string, std::string>>();
  request.state = service::request_state(row["state"].c_str()).value();
  request.attempts = row["attempts"].as<int>();
  request.priority = row["priority"].as<int>();
  request.paused = row["paused"].as<bool>();
  request.cancel_asked = row["cancel_asked"].as<bool>();
  request.worker = text(row["worker"]);
  request.retry_of = optional<RequestId>(row["retry_of"]);
  request.progress = progress_of(row);
  for (const json& stage : json::parse(row["stages"].c_str())) request.stages.push_back(stage_of(stage));
  request.created_at = text(row["created_at"]);
  request.started_at = text(row["started_at"]);
  request.completed_at = text(row["completed_at"]);
  request.outcome = outcome_of(row, request.state);
  return request;
}

std::vector<Request> requests_of(const pqxx::result& rows) {
  std::vector<Request> requests;
  for (const auto& row : rows) requests.push_back(request_of(row));
  return requests;
}

std::optional<Request> read_request(pqxx::work& tx, RequestId id) {
  const pqxx::result rows = read_one(tx, id);
  return rows.empty() ? std::nullopt : std::optional(request_of(rows[0]));
}

void no_request(RequestId id) { throw base::RunError("There is no request " + std::to_string(id) + "."); }

bool exists_or_throw(pqxx::work& tx, RequestId id) {
  if (exists(tx, id).empty()) no_request(id);
  return false;
}

}  // namespace reel::store
