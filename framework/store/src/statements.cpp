#include "statements.hpp"

#include <array>

namespace reel::store {
namespace {

struct Statement {
  const char* name;
  const char* sql;
};

// Ids are compared as BIGINT, so that one beyond the range of INT is simply not found.
// Lists travel as one JSON parameter: one statement for any number of rows.

#define REQUEST_COLUMNS \
  "SELECT r.request_id, r.user_id, r.video_id, v.original_video_url, r.prompt, r.pipeline_name,"               \
  " r.pipeline_yaml, r.state, r.attempts, r.progress_fraction, r.progress_frames, r.progress_position_ns,"     \
  " r.progress_duration_ns, r.frames_per_second,"                                                              \
  " " UTC("r.created_at") " AS created_at, " UTC("r.started_at") " AS started_at,"                             \
  " " UTC("r.completed_at") " AS completed_at,"                                                                \
  " r.error, r.error_code, r.error_stage, r.error_line, r.error_column, r.report,"                             \
  " coalesce((SELECT json_agg(json_build_object('id', s.stage_id, 'uses', s.uses, 'state', s.state,"           \
  "   'frames', s.frames, 'fraction', s.fraction) ORDER BY s.position)"                                        \
  "   FROM request_stages s WHERE s.request_id = r.request_id), '[]') AS stages,"                              \
  " coalesce((SELECT json_agg(a.uri ORDER BY a.position)"                                                      \
  "   FROM artifacts a WHERE a.request_id = r.request_id), '[]') AS artifacts"                                 \
  " FROM requests r JOIN videos v USING (video_id)"
#define UTC(column) "to_char(" column " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"

constexpr std::array statements = {
    Statement{"find_local_user", "SELECT user_id FROM users WHERE lower(email) = 'local@localhost'"},
    // `!` is the hash of no password. The update makes RETURNING answer when another program was faster.
    Statement{"make_local_user",
              "INSERT INTO users (email, password_hash) VALUES ('local@localhost', '!')"
              " ON CONFLICT (lower(email)) DO UPDATE SET email = users.email RETURNING user_id"},
    Statement{"queue_video",
              "INSERT INTO videos (user_id, original_video_url) VALUES ($1::bigint, $2)"
              " ON CONFLICT (user_id, md5(original_video_url)) DO UPDATE SET status = 'queued' RETURNING video_id"},
    Statement{"create_request",
              "INSERT INTO requests (user_id, video_id, prompt, pipeline_name, pipeline_yaml)"
              " VALUES ($1::bigint, $2::bigint, $3, $4, $5) RETURNING request_id"},
    Statement{"create_stages",
              "INSERT INTO request_stages (request_id, position, stage_id)"
              " SELECT $1::bigint, n, id FROM json_array_elements_text($2::json) WITH ORDINALITY AS s(id, n)"},
    Statement{"request_exists", "SELECT 1 FROM requests WHERE request_id = $1::bigint"},
    Statement{"start_request",
              "WITH started AS (UPDATE requests SET state = 'running', attempts = attempts + 1,"
              "   started_at = now(), updated_at = now()"
              "   WHERE request_id = $1::bigint AND state = 'queued' RETURNING video_id)"
              " UPDATE videos v SET status = 'processing' FROM started WHERE v.video_id = started.video_id"},
    Statement{"record_progress",
              "UPDATE requests SET progress_fraction = $2::float8, progress_frames = $3, progress_position_ns = $4,"
              " progress_duration_ns = $5, frames_per_second = $6::float8, updated_at = now()"
              " WHERE request_id = $1::bigint AND state = 'running'"},
    Statement{"record_stages",
              "INSERT INTO request_stages AS known (request_id, position, stage_id, uses, state, frames, fraction)"
              " SELECT $1::bigint, n + (SELECT coalesce(max(position), 0) FROM request_stages WHERE request_id = "
              "$1::bigint),"
              "   id, uses, state, frames, fraction"
              " FROM ROWS FROM (json_to_recordset($2::json) AS"
              "   (id text, uses text, state text, frames bigint, fraction float8)) WITH ORDINALITY"
              "   AS s(id, uses, state, frames, fraction, n)"
              " ON CONFLICT (request_id, stage_id) DO UPDATE SET uses = EXCLUDED.uses, state = EXCLUDED.state,"
              "   frames = EXCLUDED.frames, fraction = EXCLUDED.fraction"},
    Statement{"finish_request",
              "UPDATE requests SET state = $2::text, completed_at = now(), updated_at = now(), error = $3, "
              "error_code = $4,"
              " error_stage = $5, error_line = $6, error_column = $7, report = $8::jsonb,"
              " progress_fraction = CASE WHEN $2::text = 'succeeded' THEN 1 ELSE progress_fraction END"
              " WHERE request_id = $1::bigint AND state IN ('queued', 'running') RETURNING request_id"},
    // A failed run leaves its stages as far as they came, so that one sees how far that was.
    Statement{"finish_stages",
              "UPDATE request_stages s SET"
              " state = CASE WHEN r.state = 'succeeded' THEN 'done' WHEN s.stage_id = r.error_stage THEN 'failed'"
              "   ELSE s.state END,"
              " fraction = CASE WHEN r.state = 'succeeded' THEN 1 ELSE s.fraction END"
              " FROM requests r WHERE r.request_id = $1::bigint AND s.request_id = r.request_id"},
    Statement{"add_artifacts",
              "INSERT INTO artifacts (request_id, position, uri)"
              " SELECT $1::bigint, n, uri FROM json_array_elements_text($2::json) WITH ORDINALITY AS a(uri, n)"},
    Statement{"finish_video",
              "UPDATE videos v SET status = CASE r.state WHEN 'succeeded' THEN 'completed' ELSE r.state END,"
              " processed_video_url = coalesce((SELECT uri FROM artifacts a WHERE a.request_id = r.request_id"
              "   ORDER BY position LIMIT 1), v.processed_video_url)"
              " FROM requests r WHERE r.request_id = $1::bigint AND v.video_id = r.video_id"},
    Statement{"append_logs",
              "INSERT INTO processing_logs (request_id, level, stage, log_message, timestamp, sequence)"
              " SELECT $1::bigint, level, stage, message, coalesce(at, now()), sequence"
              " FROM ROWS FROM (json_to_recordset($2::json) AS"
              "   (level text, stage text, message text, at timestamptz, sequence bigint)) WITH ORDINALITY"
              "   AS l(level, stage, message, at, sequence, n)"
              " ORDER BY n ON CONFLICT (request_id, sequence) DO NOTHING"},
    Statement{"read_request", REQUEST_COLUMNS " WHERE r.request_id = $1::bigint"},
    Statement{"list_requests", REQUEST_COLUMNS
              " WHERE ($1::bigint IS NULL OR r.user_id = $1::bigint) AND ($2::text IS NULL OR r.state = $2::text)"
              " AND ($3::bigint IS NULL OR r.request_id < $3::bigint) ORDER BY r.request_id DESC LIMIT $4::bigint"},
    Statement{"read_logs",
              "SELECT log_id, request_id, level, stage, log_message, " UTC(
                  "timestamp") " AS timestamp, sequence"
                               " FROM processing_logs WHERE request_id = $1::bigint AND log_id > $2::bigint"
                               " ORDER BY log_id LIMIT $3::bigint"},
};

}  // namespace

void prepare_statements(pqxx::connection& connection) {
  for (const Statement& statement : statements) connection.prepare(statement.name, statement.sql);
}

}  // namespace reel::store
