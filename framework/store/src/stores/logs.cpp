/// The lines of log of requests.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "storable.hpp"
#include "stores/request_rows.hpp"
#include "stores/requests.hpp"

namespace reel::store {
namespace {

using nlohmann::json;
using service::LogRecord;
using service::RequestId;

constexpr std::size_t lines_a_statement = 1000;
constexpr std::size_t bytes_a_statement = 4'000'000;

constexpr Statement append{"append_logs", R"(
  INSERT INTO processing_logs (request_id, level, stage, log_message, timestamp, sequence)
  SELECT $1::bigint, level, stage, message, coalesce(at, now()), sequence
  FROM ROWS FROM (json_to_recordset($2::json)
                  AS (level text, stage text, message text, at timestamptz, sequence bigint))
    WITH ORDINALITY AS l(level, stage, message, at, sequence, n)
  ORDER BY n ON CONFLICT (request_id, sequence) DO NOTHING)"};
constexpr Statement read_logs{"read_logs", R"(
  SELECT log_id, request_id, level, stage, log_message, rfc3339(timestamp) AS timestamp, sequence FROM processing_logs
  WHERE request_id = $1::bigint AND log_id > $2::bigint ORDER BY log_id LIMIT $3::bigint)"};

base::Level level_of(const std::string& name) {
  for (const base::Level level : {base::Level::debug, base::Level::info, base::Level::warning})
    if (base::name(level) == name) return level;
  return base::Level::error;
}

json to_json(const LogRecord& line) {
  json item = {{"level", base::name(line.level)}, {"stage", storable(line.stage)}, {"message", storable(line.message)}};
  item["at"] = line.timestamp.empty() ? json() : json(storable(line.timestamp));
  item["sequence"] = line.sequence > 0 ? json(line.sequence) : json();
  return item;
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

void append_in(pqxx::work& tx, RequestId id, const std::vector<LogRecord>& lines) {
  json batch = json::array();
  std::size_t bytes = 0;
  for (const LogRecord& line : lines) {
    batch.push_back(to_json(line));
    bytes += line.message.size();
    if (batch.size() < lines_a_statement && bytes < bytes_a_statement) continue;
    append(tx, id, batch.dump());
    batch.clear();
    bytes = 0;
  }
  if (!batch.empty()) append(tx, id, batch.dump());
}

}  // namespace

void PostgresRequests::append_logs(RequestId id, const std::vector<LogRecord>& lines) {
  if (lines.empty()) return;
  session_.run([&](pqxx::work& tx) {
    exists_or_throw(tx, id);
    append_in(tx, id, lines);
  });
}

std::vector<LogRecord> PostgresRequests::logs(RequestId id, std::int64_t after, int limit) {
  return session_.run([&](pqxx::work& tx) {
    std::vector<LogRecord> result;
    for (const auto& row : read_logs(tx, id, after, std::max(limit, 0))) result.push_back(log_of(row));
    return result;
  });
}

}  // namespace reel::store
