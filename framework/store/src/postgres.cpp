#include "reel/store/postgres.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "reel/base/error.hpp"
#include "session.hpp"
#include "statements.hpp"
#include "storable.hpp"

namespace reel::store {
namespace {

using nlohmann::json;
using service::LogRecord;
using service::Outcome;
using service::ProgressRecord;
using service::Request;
using service::RequestId;
using service::RequestState;
using service::StageRecord;
using service::UserId;

constexpr std::size_t lines_a_statement = 1000;
constexpr std::size_t bytes_a_statement = 4'000'000;

/// A parameter that may be NULL, as text.
class Nullable {
 public:
  Nullable() = default;
  Nullable(std::string text) : text_(std::move(text)), null_(false) {}  // NOLINT(google-explicit-constructor)
  const char* get() const { return null_ ? nullptr : text_.c_str(); }

 private:
  std::string text_;
  bool null_ = true;
};

Nullable text_or_null(const std::string& text) { return text.empty() ? Nullable() : Nullable(storable(text)); }
Nullable positive_or_null(std::int64_t number) { return number > 0 ? Nullable(std::to_string(number)) : Nullable(); }

std::string number(double value) {
  std::array<char, 64> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return {digits.data(), end};
}

bool is_fraction(double value) { return std::isfinite(value) && value >= 0; }

[[noreturn]] void no_request(RequestId id) { throw base::RunError("There is no request " + std::to_string(id) + "."); }

base::Level level_of(const std::string& name) {
  for (const base::Level level : {base::Level::debug, base::Level::info, base::Level::warning})
    if (base::name(level) == name) return level;
  return base::Level::error;
}

json to_json(const std::vector<StageRecord>& stages) {
  json result = json::array();
  for (const StageRecord& stage : stages) {
    json item = {{"id", storable(stage.id)},
                 {"uses", storable(stage.uses)},
                 {"state", stage.state},
                 {"frames", std::max<std::int64_t>(stage.frames, 0)}};
    item["fraction"] = is_fraction(stage.fraction) ? json(std::min(stage.fraction, 1.0)) : json();
    result.push_back(std::move(item));
  }
  return result;
}

json to_json(const LogRecord& line) {
  json item = {{"level", base::name(line.level)}, {"stage", storable(line.stage)}, {"message", storable(line.message)}};
  item["at"] = line.timestamp.empty() ? json() : json(storable(line.timestamp));
  item["sequence"] = line.sequence > 0 ? json(line.sequence) : json();
  return item;
}

json to_json(const std::vector<std::string>& texts) {
  json result = json::array();
  for (const std::string& text : texts) result.push_back(storable(text));
  return result;
}

StageRecord stage_of(const json& item) {
  StageRecord stage;
  stage.id = item.at("id");
  stage.uses = item.at("uses");
  stage.state = item.at("state");
  stage.frames = item.at("frames");
  if (!item.at("fraction").is_null()) stage.fraction = item.at("fraction");
  return stage;
}

std::string text(const pqxx::field& field) { return field.as<std::string>(std::string()); }

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

Outcome outcome_of(const pqxx::row& row, RequestState state) {
  Outcome outcome;
  outcome.state = state;
  outcome.error = text(row["error"]);
  outcome.error_code = text(row["error_code"]);
  outcome.error_stage = text(row["error_stage"]);
  outcome.error_line = row["error_line"].as<std::int64_t>(0);
  outcome.error_column = row["error_column"].as<std::int64_t>(0);
  outcome.report_json = text(row["report"]);
  for (const json& uri : json::parse(row["artifacts"].c_str())) outcome.artifacts.push_back(uri);
  return outcome;
}

Request request_of(const pqxx::row& row) {
  Request request;
  request.id = row["request_id"].as<RequestId>();
  request.user = row["user_id"].as<UserId>();
  request.video = row["video_id"].as<service::VideoId>();
  request.video_url = text(row["original_video_url"]);
  if (!row["prompt"].is_null()) request.prompt = text(row["prompt"]);
  request.pipeline_name = text(row["pipeline_name"]);
  request.pipeline_yaml = text(row["pipeline_yaml"]);
  request.state = service::request_state(row["state"].c_str()).value();
  request.attempts = row["attempts"].as<int>();
  request.progress = progress_of(row);
  for (const json& stage : json::parse(row["stages"].c_str())) request.stages.push_back(stage_of(stage));
  request.created_at = text(row["created_at"]);
  request.started_at = text(row["started_at"]);
  request.completed_at = text(row["completed_at"]);
  request.outcome = outcome_of(row, request.state);
  return request;
}

LogRecord log_of(const pqxx::row& row) {
  LogRecord line;
  line.id = row["log_id"].as<std::int64_t>();
  line.request = row["request_id"].as<RequestId>();
  line.level = level_of(row["level"].c_str());
  line.stage = text(row["stage"]);
  line.message = text(row["log_message"]);
  line.timestamp = text(row["timestamp"]);
  line.sequence = row["sequence"].as<std::int64_t>(0);
  return line;
}

/// `UPDATE … WHERE state …` hit nothing: the request is in another state, or does not exist at all.
bool exists_or_throw(pqxx::work& tx, RequestId id) {
  if (tx.exec_prepared("request_exists", id).empty()) no_request(id);
  return false;
}

class PostgresStore : public service::Store {
 public:
  PostgresStore(const std::string& url, Session::Hook before_connect)
      : session_(url, &prepare_statements, std::move(before_connect)) {}

  UserId local_user() override {
    return session_.run([](pqxx::work& tx) {
      const pqxx::result found = tx.exec_prepared("find_local_user");
      return found.empty() ? tx.exec_prepared1("make_local_user")[0].as<UserId>() : found[0][0].as<UserId>();
    });
  }

  RequestId create_request(const service::NewRequest& request) override {
    return session_.run([&](pqxx::work& tx) {
      const auto video =
          tx.exec_prepared1("queue_video", request.user, storable(request.video_url))[0].as<std::int64_t>();
      const Nullable prompt = request.prompt ? Nullable(storable(*request.prompt)) : Nullable();
      const auto id = tx.exec_prepared1("create_request", request.user, video, prompt.get(),
                                        storable(request.pipeline_name), storable(request.pipeline_yaml))[0]
                          .as<RequestId>();
      tx.exec_prepared0("create_stages", id, to_json(request.stages).dump());
      return id;
    });
  }

  bool start_request(RequestId id) override {
    return session_.run([&](pqxx::work& tx) {
      return tx.exec_prepared("start_request", id).affected_rows() == 1 || exists_or_throw(tx, id);
    });
  }

  void record_progress(RequestId id, const ProgressRecord& progress, const std::vector<StageRecord>& stages) override {
    const Nullable fraction =
        is_fraction(progress.fraction) ? Nullable(number(std::min(progress.fraction, 1.0))) : Nullable();
    const Nullable duration = progress.duration ? Nullable(std::to_string(progress.duration->count())) : Nullable();
    const double speed = std::isfinite(progress.frames_per_second) ? progress.frames_per_second : 0;
    session_.run([&](pqxx::work& tx) {
      const auto hit =
          tx.exec_prepared("record_progress", id, fraction.get(), std::max<std::int64_t>(progress.frames, 0),
                           progress.position.count(), duration.get(), number(speed));
      if (hit.affected_rows() == 1 && !stages.empty()) tx.exec_prepared0("record_stages", id, to_json(stages).dump());
    });
  }

  bool finish_request(RequestId id, const Outcome& outcome) override {
    if (!is_final(outcome.state)) throw std::logic_error("Store::finish_request: the state must be a final one");
    return session_.run([&](pqxx::work& tx) { return finish(tx, id, outcome); });
  }

  void append_logs(RequestId id, const std::vector<LogRecord>& lines) override {
    if (lines.empty()) return;
    session_.run([&](pqxx::work& tx) {
      if (tx.exec_prepared("request_exists", id).empty()) no_request(id);
      append(tx, id, lines);
    });
  }

  std::optional<Request> request(RequestId id) override {
    return session_.run([&](pqxx::work& tx) {
      const pqxx::result rows = tx.exec_prepared("read_request", id);
      return rows.empty() ? std::nullopt : std::optional(request_of(rows[0]));
    });
  }

  std::vector<Request> requests(const service::RequestFilter& filter) override {
    const Nullable user = filter.user ? Nullable(std::to_string(*filter.user)) : Nullable();
    const Nullable state = filter.state ? Nullable(std::string(name(*filter.state))) : Nullable();
    const Nullable before = filter.before ? Nullable(std::to_string(*filter.before)) : Nullable();
    return session_.run([&](pqxx::work& tx) {
      std::vector<Request> result;
      for (const auto& row :
           tx.exec_prepared("list_requests", user.get(), state.get(), before.get(), std::max(filter.limit, 0)))
        result.push_back(request_of(row));
      return result;
    });
  }

  std::vector<LogRecord> logs(RequestId id, std::int64_t after, int limit) override {
    return session_.run([&](pqxx::work& tx) {
      std::vector<LogRecord> result;
      for (const auto& row : tx.exec_prepared("read_logs", id, after, std::max(limit, 0)))
        result.push_back(log_of(row));
      return result;
    });
  }

 private:
  static bool finish(pqxx::work& tx, RequestId id, const Outcome& outcome) {
    const bool failed = outcome.state == RequestState::failed;
    const Nullable error =
        failed && outcome.error.empty() ? Nullable("The run failed without saying why.") : text_or_null(outcome.error);
    const Nullable report = outcome.report_json.empty() ? Nullable() : Nullable(storable_json(outcome.report_json));
    const pqxx::result hit = tx.exec_prepared(
        "finish_request", id, std::string(name(outcome.state)),
        outcome.state == RequestState::succeeded ? nullptr : error.get(), text_or_null(outcome.error_code).get(),
        text_or_null(outcome.error_stage).get(), positive_or_null(outcome.error_line).get(),
        positive_or_null(outcome.error_column).get(), report.get());
    if (hit.empty()) return exists_or_throw(tx, id);
    tx.exec_prepared0("finish_stages", id);
    tx.exec_prepared0("add_artifacts", id, to_json(outcome.artifacts).dump());
    tx.exec_prepared0("finish_video", id);
    return true;
  }

  static void append(pqxx::work& tx, RequestId id, const std::vector<LogRecord>& lines) {
    json batch = json::array();
    std::size_t bytes = 0;
    for (const LogRecord& line : lines) {
      batch.push_back(to_json(line));
      bytes += line.message.size();
      if (batch.size() < lines_a_statement && bytes < bytes_a_statement) continue;
      tx.exec_prepared0("append_logs", id, batch.dump());
      batch.clear();
      bytes = 0;
    }
    if (!batch.empty()) tx.exec_prepared0("append_logs", id, batch.dump());
  }

  Session session_;
};

}  // namespace

std::unique_ptr<service::Store> open_postgres(const std::string& url, std::function<void()> before_connect) {
  const MigrationStatus schema = migration_status(url);
  if (schema.applied < schema.available)
    throw base::RunError("The database has schema version " + std::to_string(schema.applied) + "; this program needs " +
                             std::to_string(schema.available) + ".",
                         "Bring it up to date first.");
  return std::make_unique<PostgresStore>(url, std::move(before_connect));
}

}  // namespace reel::store
