/// A database that an earlier Reelwork made, with rows in it, is brought up to date and loses nothing.
#include <gmock/gmock.h>

#include <map>

#include "migrations.hpp"
#include "pgtest.hpp"
#include "reel/store/postgres.hpp"

namespace reel::store {
namespace {

using namespace service;
using test::execute;
using test::value;

constexpr const char* rows_of_version_1 = R"(
  INSERT INTO users (user_id, email, password_hash, created_at) OVERRIDING SYSTEM VALUE VALUES
    (1, 'local@localhost', '!', '2026-01-02T03:04:05.678901Z'), (7, 'Änne@example.org', '$argon2id$x', '2026-02-02Z');
  INSERT INTO videos (video_id, user_id, original_video_url, processed_video_url, upload_date, status) VALUES
    (1, 1, 'file:///a.mp4', 'file:///a-out.mp4', '2026-03-01Z', 'completed'), (2, 1, 'b', NULL, '2026-03-02Z', 'queued'),
    (3, 7, 'c', NULL, '2026-03-03Z', 'processing'), (4, 7, 'd', NULL, '2026-03-04Z', 'failed'),
    (5, 7, 'e', NULL, '2026-03-05Z', 'cancelled');
  INSERT INTO requests (request_id, video_id, prompt, created_at, completed_at, user_id, pipeline_name, pipeline_yaml, state,
      attempts, started_at, updated_at, progress_fraction, progress_frames, progress_position_ns, progress_duration_ns,
      frames_per_second, error, error_code, error_stage, error_line, error_column, report) VALUES
    (1, 1, 'remove the logo', '2026-03-01Z', '2026-03-01T00:01Z', 1, 'tidy', 'reel: 1', 'succeeded', 1,
     '2026-03-01T00:00:30Z', '2026-03-01T00:01Z', 1, 300, 12, 13, 29.97, NULL, NULL, NULL, NULL, NULL, '{"frames": 300}'),
    (2, 2, NULL, '2026-03-02Z', NULL, 1, 'p', '', 'queued', 0, NULL, '2026-03-02Z', NULL, 0, 0, NULL, 0,
     NULL, NULL, NULL, NULL, NULL, NULL),
    (3, 3, NULL, '2026-03-03Z', NULL, 7, 'p', '', 'running', 1, '2026-03-03Z', '2026-03-03Z', 0.25, 10, 5, 20, 25,
     NULL, NULL, NULL, NULL, NULL, NULL),
    (4, 4, NULL, '2026-03-04Z', '2026-03-04T01:00Z', 7, 'p', '', 'failed', 1, '2026-03-04Z', '2026-03-04T01:00Z', NULL, 0, 0,
     NULL, 0, 'The disk is full.', 'disk-full', 'sink', 12, 7, NULL),
    (5, 5, NULL, '2026-03-05Z', '2026-03-05T01:00Z', 7, 'p', '', 'cancelled', 0, NULL, '2026-03-05T01:00Z', NULL, 0, 0,
     NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL);
  INSERT INTO processing_logs (log_id, request_id, log_message, timestamp, level, stage, sequence) VALUES
    (1, 1, 'hello', '2026-03-01Z', 'info', 'blur', 1), (2, 1, '世界', '2026-03-01Z', 'warning', '', NULL);
  INSERT INTO request_stages (request_id, position, stage_id, uses, state, frames, fraction) VALUES
    (1, 1, 'blur', 'reel/blur', 'done', 300, 1), (3, 1, 'blur', 'reel/blur', 'running', 10, 0.5);
  INSERT INTO artifacts (artifact_id, request_id, position, uri, created_at) VALUES
    (1, 1, 1, 'file:///a-out.mp4', '2026-03-01Z'))";

class OldSchemaTest : public test::DatabaseTest {
 protected:
  OldSchemaTest() {
    const Migration& first = migrations().front();
    execute(url, first.sql);
    execute(url,
            "CREATE TABLE schema_migrations (version INT PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL,"
            " applied_at TIMESTAMPTZ NOT NULL DEFAULT now())");
    execute(url, std::string("INSERT INTO schema_migrations (version, name, checksum) VALUES (1, '") + first.name +
                     "', '" + first.checksum + "')");
    execute(url, rows_of_version_1);
  }
  /// Tables with their columns, as the schema is now.
  std::map<std::string, std::string> columns() {
    std::map<std::string, std::string> result;
    pqxx::connection connection(url);
    pqxx::nontransaction tx(connection);
    for (const auto& row : tx.exec("SELECT table_name, string_agg(column_name, ', ' ORDER BY ordinal_position)"
                                   " FROM information_schema.columns WHERE table_schema = 'public'"
                                   " AND table_name <> 'schema_migrations' GROUP BY table_name"))
      result[row[0].c_str()] = row[1].c_str();
    return result;
  }
  /// The rows of these columns, as text.
  std::string rows(const std::string& table, const std::string& of) {
    return value(url, "SELECT coalesce(string_agg(r::text, E'\\n' ORDER BY r::text), '') FROM (SELECT " + of +
                          " FROM " + table + ") AS r");
  }
};

TEST_F(OldSchemaTest, KeepsEveryValueOfEveryRow) {
  const auto old_columns = columns();
  ASSERT_EQ(old_columns.size(), 6U);
  std::map<std::string, std::string> before;
  for (const auto& [table, of] : old_columns) {
    before[table] = rows(table, of);
    EXPECT_NE(before[table], "") << table;
  }
  EXPECT_EQ(migration_status(url).applied, 1);
  EXPECT_EQ(migrate(url).applied, static_cast<int>(migrations().size()));
  for (const auto& [table, of] : old_columns) EXPECT_EQ(rows(table, of), before[table]) << table;
}

TEST_F(OldSchemaTest, ItsRowsGoOnLiving) {
  migrate(url);
  const auto store = open_postgres(url);
  RequestStore& requests = store->requests();
  const Request done = requests.find(1).value();
  EXPECT_EQ(done.prompt, "remove the logo");
  EXPECT_EQ(done.kind, RequestKind::pipeline);
  EXPECT_EQ(done.outcome.artifacts.at(0), "file:///a-out.mp4");
  EXPECT_EQ(requests.logs(1).at(1).message, "世界");
  EXPECT_EQ(requests.list({}).size(), 5U);
  EXPECT_EQ(store->accounts().user_of("Änne@example.org")->role, Role::user);
  EXPECT_EQ(store->videos().find(4)->state, VideoState::failed);
  // What ran or waited before was recorded by `reel run`: no worker's business.
  EXPECT_FALSE(store->queue().claim("w", std::chrono::hours(1), 0));
  EXPECT_TRUE(requests.finish(3, {}));
  EXPECT_TRUE(requests.start(2));
  EXPECT_EQ(value(url,
                  "SELECT string_agg(concat_ws(' ', request_id, number, outcome), '; ' ORDER BY request_id)"
                  " FROM attempts"),
            "1 1 succeeded; 2 1; 3 1 succeeded; 4 1 failed");
  EXPECT_EQ(requests.changes(7, 1).requests.size(), 3U);
}

}  // namespace
}  // namespace reel::store
