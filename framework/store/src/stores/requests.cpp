#include "stores/requests.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "reel/base/error.hpp"
#include "storable.hpp"
#include "stores/request_rows.hpp"
#include "stores/usage.hpp"

namespace reel::store {
namespace {

using nlohmann::json;
using service::NewRequest;
using service::Outcome;
using service::ProgressRecord;
using service::Request;
using service::RequestId;
using service::RequestState;
using service::StageRecord;

constexpr Statement lock_key{"lock_idempotency_key", R"(
  SELECT pg_advisory_xact_lock(hashtextextended('idempotency ' || $1::bigint || ' ' || $2::text, 0)))"};
constexpr Statement find_key{"find_idempotency_key", R"(
  SELECT request_id, idempotency_hash = $3 FROM requests
  WHERE user_id = $1::bigint AND md5(idempotency_key) = md5($2) AND idempotency_key = $2)"};
constexpr Statement own_video{"own_video", R"(
  SELECT video_id FROM videos WHERE video_id = $1::bigint AND user_id = $2::bigint FOR KEY SHARE)"};
constexpr Statement add_inputs{"add_inputs", R"(
  WITH own AS (
    SELECT video_id FROM videos
    WHERE video_id IN (SELECT id::bigint FROM json_array_elements_text($2::json) AS i(id)) AND user_id = $3::bigint
    ORDER BY video_id FOR KEY SHARE)
  INSERT INTO request_inputs (request_id, video_id) SELECT $1::bigint, video_id FROM own)"};
constexpr Statement find_video{"find_video_by_url", R"(
  SELECT video_id FROM videos
  WHERE user_id = $1::bigint AND md5(original_video_url) = md5($2) AND original_video_url = $2)"};
constexpr Statement add_video{"add_video", R"(
  INSERT INTO videos (user_id, original_video_url) VALUES ($1::bigint, $2)
  ON CONFLICT (user_id, md5(original_video_url)) DO NOTHING RETURNING video_id)"};
constexpr Statement add_request{"add_request", R"(
  INSERT INTO requests (user_id, video_id, prompt, pipeline_name, pipeline_yaml, kind, params, for_workers, priority,
    idempotency_key, idempotency_hash, retry_of)
  VALUES ($1::bigint, $2::bigint, $3, $4, $5, $6, $7::jsonb, $8, $9, $10, $11, $12::bigint) RETURNING request_id)"};
constexpr Statement add_stages{"add_stages", R"(
  INSERT INTO request_stages (request_id, position, stage_id)
  SELECT $1::bigint, n, id FROM json_array_elements_text($2::json) WITH ORDINALITY AS s(id, n))"};
constexpr Statement start_one{"start_request", R"(
  UPDATE requests SET state = 'running', attempts = attempts + 1, started_at = now(), updated_at = now()
  WHERE request_id = $1::bigint AND state = 'queued' AND NOT for_workers)"};
constexpr Statement write_progress{"record_progress", R"(
  UPDATE requests SET progress_fraction = $2::float8, progress_frames = $3, progress_position_ns = $4,
    progress_duration_ns = $5, frames_per_second = $6::float8, updated_at = now()
  WHERE request_id = $1::bigint AND state = 'running' AND ($7::int IS NULL OR attempts = $7::int))"};
constexpr Statement write_stages{"record_stages", R"(
  UPDATE request_stages AS known SET uses = s.uses, state = s.state, frames = s.frames, fraction = s.fraction
  FROM json_to_recordset($2::json) AS s(id text, uses text, state text, frames bigint, fraction float8)
  WHERE known.request_id = $1::bigint AND known.stage_id = s.id)"};
// What follows from the end of a request, the database's triggers do: attempts, stages, the video's state, messages to webhooks.
constexpr Statement end_request{"finish_request", R"(
  UPDATE requests SET state = $2::text, completed_at = now(), updated_at = now(), error = $3, error_code = $4, error_stage = $5,
    error_line = $6, error_column = $7, report = $8::jsonb, stored_bytes = $9,
    progress_fraction = CASE WHEN $2::text = 'succeeded' THEN 1 ELSE progress_fraction END
  WHERE request_id = $1::bigint
    AND CASE WHEN $10::int IS NULL THEN state IN ('queued', 'running') ELSE state = 'running' AND attempts = $10::int END)"};
constexpr Statement add_artifacts{"add_artifacts", R"(
  INSERT INTO artifacts (request_id, position, uri)
  SELECT $1::bigint, n, uri FROM json_array_elements_text($2::json) WITH ORDINALITY AS a(uri, n))"};
constexpr Statement show_result{"show_result", R"(
  UPDATE videos v SET processed_video_url = a.uri FROM requests r JOIN artifacts a USING (request_id)
  WHERE r.request_id = $1::bigint AND v.video_id = r.video_id AND a.position = 1)"};
constexpr Statement read_mark{"read_mark", "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"};
// A mark that lies ahead, and rows that do, are of another server, from which this database was restored.
constexpr Statement read_changes{"read_changes", REEL_SELECT_SUMMARIES R"(
  WHERE r.user_id = $1::bigint AND r.kind = 'pipeline'
    AND r.changed_xact >= CASE WHEN $2::text::xid8 > pg_snapshot_xmin(pg_current_snapshot()) THEN '0'::xid8
                               ELSE $2::text::xid8 END
    AND r.changed_xact < pg_snapshot_xmax(pg_current_snapshot())
  ORDER BY r.changed_xact DESC, r.request_id DESC LIMIT 500)"};
constexpr Statement remove_old{"remove_finished", R"(
  WITH old AS (
    SELECT request_id FROM requests WHERE completed_at < now() - $1::int * interval '1 day'
    ORDER BY completed_at LIMIT $2::bigint FOR UPDATE SKIP LOCKED),
  uris AS MATERIALIZED (
    SELECT uri, video_id FROM artifacts JOIN requests USING (request_id) WHERE request_id IN (SELECT request_id FROM old)
    ORDER BY artifact_id),
  hidden AS (
    UPDATE videos v SET processed_video_url = NULL FROM uris WHERE v.video_id = uris.video_id AND processed_video_url = uri),
  removed AS (DELETE FROM requests WHERE request_id IN (SELECT request_id FROM old))
  SELECT uri FROM uris)"};

std::optional<std::string> text_or_null(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(storable(text));
}
std::optional<std::int64_t> positive_or_null(std::int64_t number) {
  return number > 0 ? std::optional(number) : std::nullopt;
}
bool is_fraction(double value) { return std::isfinite(value) && value >= 0; }

/// All digits: the same number when read back.
std::string number(double value) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return {digits.data(), end};
}

std::string to_json(const std::vector<StageRecord>& stages) {
  json result = json::array();
  for (const StageRecord& stage : stages) {
    json item = {{"id", storable(stage.id)},
                 {"uses", storable(stage.uses)},
                 {"state", stage.state},
                 {"frames", std::max<std::int64_t>(stage.frames, 0)}};
    item["fraction"] = is_fraction(stage.fraction) ? json(std::min(stage.fraction, 1.0)) : json();
    result.push_back(std::move(item));
  }
  return result.dump();
}

std::string to_json(const std::vector<std::string>& texts) {
  json result = json::array();
  for (const std::string& text : texts) result.push_back(storable(text));
  return result.dump();
}

std::string to_json(const std::map<std::string, std::string>& params) {
  json result = json::object();
  for (const auto& [name, value] : params) result[storable(name)] = storable(value);
  return result.dump();
}

/// The row of the video that the request is about.
service::VideoId video_of(pqxx::work& tx, const NewRequest& request) {
  if (request.video) {
    if (own_video(tx, *request.video, request.user).empty())
      throw base::InputError("There is no video " + std::to_string(*request.video) + " any more.");
    return *request.video;
  }
  const std::string url = storable(request.video_url);
  pqxx::result rows = find_video(tx, request.user, url);
  if (rows.empty()) rows = add_video(tx, request.user, url);
  if (rows.empty()) rows = find_video(tx, request.user, url);  // another program was faster
  return rows.at(0)[0].as<service::VideoId>();
}

std::optional<service::Created> made_under(pqxx::work& tx, service::UserId user, const std::string& key,
                                           const std::string& hash) {
  const pqxx::result rows = find_key(tx, user, storable(key), storable(hash));
  if (rows.empty()) return std::nullopt;
  return service::Created{rows[0][0].as<RequestId>(), true, rows[0][1].as<bool>()};
}

/// The request that was made under the same key before, if any; until the transaction ends, nobody else makes one.
std::optional<service::Created> existing(pqxx::work& tx, const NewRequest& request) {
  if (request.idempotency_key.empty()) return std::nullopt;
  lock_key(tx, request.user, storable(request.idempotency_key));
  return made_under(tx, request.user, request.idempotency_key, request.idempotency_hash);
}

/// Uploads that the request reads are not removed from now on.
void hold_inputs(pqxx::work& tx, RequestId id, const NewRequest& request) {
  const std::set<service::VideoId> inputs(request.inputs.begin(), request.inputs.end());
  if (inputs.empty()) return;
  const pqxx::result held = add_inputs(tx, id, json(inputs).dump(), request.user);
  if (held.affected_rows() != inputs.size()) throw base::InputError("A video that the pipeline reads is no more.");
}

service::Created create_in(pqxx::work& tx, const NewRequest& request) {
  if (const auto before = existing(tx, request)) return *before;
  take_room(tx, request.user, request.room, {.stored_bytes = 1, .active_jobs = 1});
  const service::VideoId video = video_of(tx, request);
  const auto prompt = request.prompt ? std::optional(storable(*request.prompt)) : std::nullopt;
  const bool keyed = !request.idempotency_key.empty();
  const pqxx::result rows =
      add_request(tx, request.user, video, prompt, storable(request.pipeline_name), storable(request.pipeline_yaml),
                  std::string(name(request.kind)), to_json(request.params), request.for_workers, request.priority,
                  text_or_null(request.idempotency_key),
                  keyed ? std::optional(storable(request.idempotency_hash)) : std::nullopt, request.retry_of);
  const auto id = rows.at(0)[0].as<RequestId>();
  if (!request.stages.empty()) add_stages(tx, id, to_json(request.stages));
  hold_inputs(tx, id, request);
  return {.id = id};
}

bool finish_in(pqxx::work& tx, RequestId id, const Outcome& outcome, std::optional<int> attempt) {
  std::optional<std::string> error = text_or_null(outcome.error);
  if (outcome.state == RequestState::failed && !error) error = "The run failed without saying why.";
  if (outcome.state == RequestState::succeeded) error.reset();
  const auto report = outcome.report_json.empty() ? std::nullopt : std::optional(storable_json(outcome.report_json));
  const pqxx::result hit = end_request(tx, id, std::string(name(outcome.state)), error,
                                       text_or_null(outcome.error_code), text_or_null(outcome.error_stage),
                                       positive_or_null(outcome.error_line), positive_or_null(outcome.error_column),
                                       report, std::max<std::int64_t>(outcome.stored_bytes, 0), attempt);
  if (hit.affected_rows() == 0) return exists_or_throw(tx, id);
  if (!outcome.artifacts.empty()) {
    add_artifacts(tx, id, to_json(outcome.artifacts));
    show_result(tx, id);
  }
  return true;
}

}  // namespace

service::Created PostgresRequests::create(const NewRequest& request) {
  return session_.change([&](pqxx::work& tx) { return create_in(tx, request); });
}

std::optional<service::Created> PostgresRequests::submitted(service::UserId user, const std::string& idempotency_key,
                                                            const std::string& idempotency_hash) {
  return session_.run([&](pqxx::work& tx) { return made_under(tx, user, idempotency_key, idempotency_hash); });
}

bool PostgresRequests::start(RequestId id) {
  return session_.change(
      [&](pqxx::work& tx) { return start_one(tx, id).affected_rows() == 1 || exists_or_throw(tx, id); });
}

void PostgresRequests::record_progress(RequestId id, const ProgressRecord& progress,
                                       const std::vector<StageRecord>& stages, std::optional<int> attempt) {
  const auto fraction =
      is_fraction(progress.fraction) ? std::optional(number(std::min(progress.fraction, 1.0))) : std::nullopt;
  const auto duration = progress.duration ? std::optional(progress.duration->count()) : std::nullopt;
  const double speed = std::isfinite(progress.frames_per_second) ? progress.frames_per_second : 0;
  session_.change([&](pqxx::work& tx) {
    // The request's row first, whose trigger makes the change of its stages known, too.
    const auto hit = write_progress(tx, id, fraction, std::max<std::int64_t>(progress.frames, 0),
                                    progress.position.count(), duration, number(speed), attempt);
    if (hit.affected_rows() == 1 && !stages.empty()) write_stages(tx, id, to_json(stages));
  });
}

bool PostgresRequests::finish(RequestId id, const Outcome& outcome, std::optional<int> attempt) {
  if (!is_final(outcome.state)) throw std::logic_error("RequestStore::finish: the state must be a final one");
  return session_.change([&](pqxx::work& tx) { return finish_in(tx, id, outcome, attempt); });
}

std::optional<Request> PostgresRequests::find(RequestId id) {
  return session_.run([&](pqxx::work& tx) { return read_request(tx, id); });
}

std::vector<Request> PostgresRequests::list(const service::RequestFilter& filter) {
  // Put together from the filters that are set, so that each combination is planned for itself and finds its index.
  std::string sql = REEL_SELECT_SUMMARIES " WHERE r.kind = 'pipeline'";
  std::vector<std::string> values;
  const auto add = [&](const char* condition, std::string value) {
    values.push_back(std::move(value));
    sql += condition + std::to_string(values.size());
  };
  if (filter.user) add(" AND r.user_id = $", std::to_string(*filter.user));
  if (filter.state) add(" AND r.state = $", std::string(name(*filter.state)));
  if (filter.before) add(" AND r.request_id < $", std::to_string(*filter.before));
  add(" ORDER BY r.request_id DESC LIMIT $", std::to_string(std::max(filter.limit, 0)));
  return session_.run(
      [&](pqxx::work& tx) { return requests_of(tx.exec_params(sql, pqxx::prepare::make_dynamic_params(values))); });
}

service::RequestStore::Changes PostgresRequests::changes(service::UserId user, std::int64_t mark) {
  return session_.run([&](pqxx::work& tx) {
    // First the mark: what is committed between the two statements is seen now, and again next time.
    Changes changes;
    changes.mark = read_mark(tx).at(0)[0].as<std::int64_t>();
    if (mark > 0) changes.requests = requests_of(read_changes(tx, user, mark));
    std::ranges::reverse(changes.requests);
    return changes;
  });
}

std::vector<std::string> PostgresRequests::remove_finished(int days, int limit) {
  return session_.run([&](pqxx::work& tx) {
    std::vector<std::string> uris;
    for (const auto& row : remove_old(tx, days, std::max(limit, 0))) uris.push_back(text(row[0]));
    return uris;
  });
}

}  // namespace reel::store
