/// Requests as rows: what the stores of requests and of the queue share.
#pragma once

#include <optional>

#include "reel/service/request.hpp"
#include "stores/statement.hpp"

namespace reel::store {

// The beginnings of statements whose rows request_of() reads; `r` is the request. A summary leaves out what can be large and no list
// shows: prompt, YAML, parameters and report.
#define REEL_SELECT_REQUESTS REEL_SELECT_REQUESTS_WITH("r.prompt, r.pipeline_yaml, r.params, r.report")
#define REEL_SELECT_SUMMARIES \
  REEL_SELECT_REQUESTS_WITH("NULL AS prompt, '' AS pipeline_yaml, '{}' AS params, NULL AS report")
#define REEL_SELECT_REQUESTS_WITH(LARGE)                                                                          \
  "SELECT r.request_id, r.user_id, r.kind, r.video_id, v.original_video_url, r.pipeline_name, " LARGE             \
  ","                                                                                                             \
  " r.state, r.attempts, r.priority, r.paused, r.cancel_asked, r.worker, r.retry_of,"                             \
  " r.progress_fraction, r.progress_frames, r.progress_position_ns, r.progress_duration_ns, r.frames_per_second," \
  " rfc3339(r.created_at) AS created_at, rfc3339(r.started_at) AS started_at, rfc3339(r.completed_at) AS "        \
  "completed_at,"                                                                                                 \
  " r.error, r.error_code, r.error_stage, r.error_line, r.error_column, r.stored_bytes,"                          \
  " coalesce((SELECT json_agg(json_build_object('id', s.stage_id, 'uses', s.uses, 'state', s.state, 'frames', "   \
  "s.frames,"                                                                                                     \
  " 'fraction', s.fraction) ORDER BY s.position)"                                                                 \
  " FROM request_stages s WHERE s.request_id = r.request_id), '[]') AS stages,"                                   \
  " coalesce((SELECT json_agg(a.uri ORDER BY a.position)"                                                         \
  " FROM artifacts a WHERE a.request_id = r.request_id), '[]') AS artifacts"                                      \
  " FROM requests r JOIN videos v USING (video_id)"

service::Request request_of(const pqxx::row& row);
std::vector<service::Request> requests_of(const pqxx::result& rows);
std::optional<service::Request> read_request(pqxx::work& tx, service::RequestId id);

[[noreturn]] void no_request(service::RequestId id);
/// For an update that hit nothing: false if the request is in another state, a throw if it does not exist at all.
bool exists_or_throw(pqxx::work& tx, service::RequestId id);

}  // namespace reel::store
