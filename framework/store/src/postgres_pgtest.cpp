#include <gmock/gmock.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <thread>

#include "pgtest.hpp"
#include "reel/store/postgres.hpp"

namespace reel::store {
namespace {

using namespace service;
using namespace std::string_literals;
using test::execute;
using test::value;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

constexpr const char* rfc3339 = "20..-..-..T..:..:..\\.......Z";

class PostgresStoreTest : public test::DatabaseTest {
 protected:
  PostgresStoreTest() {
    migrate(url);
    store = open_postgres(url);
    sample.user = store->local_user();
    sample.video_url = "file:///clips/interview.mp4";
    sample.prompt = "remove the logo from 5:00 to 5:15";
    sample.pipeline_name = "tidy-interview";
    sample.pipeline_yaml = "reel: 1\nstages:\n  - uses: source\n";
    sample.stages = {"source", "blur", "sink"};
  }
  RequestId running() {
    const RequestId id = store->create_request(sample);
    EXPECT_TRUE(store->start_request(id));
    return id;
  }
  Request read(RequestId id) { return store->request(id).value(); }
  std::vector<RequestId> listed(const RequestFilter& filter) {
    std::vector<RequestId> ids;
    for (const Request& request : store->requests(filter)) ids.push_back(request.id);
    return ids;
  }

  std::unique_ptr<Store> store;
  NewRequest sample;
};

Outcome failure(const std::string& error) {
  Outcome outcome;
  outcome.state = RequestState::failed;
  outcome.error = error;
  return outcome;
}

LogRecord line(const std::string& message, std::int64_t sequence = 0) {
  LogRecord record;
  record.message = message;
  record.sequence = sequence;
  return record;
}

TEST_F(PostgresStoreTest, HasOneLocalUserWhomNobodyCanLogInAs) {
  EXPECT_EQ(store->local_user(), sample.user);
  EXPECT_EQ(value(url, "SELECT email || ' ' || password_hash FROM users"), "local@localhost !");
}

TEST_F(PostgresStoreTest, ReadsBackANewRequest) {
  const Request request = read(store->create_request(sample));
  EXPECT_EQ(request.user, sample.user);
  EXPECT_EQ(request.video_url, sample.video_url);
  EXPECT_EQ(request.prompt, sample.prompt);
  EXPECT_EQ(request.pipeline_name, sample.pipeline_name);
  EXPECT_EQ(request.pipeline_yaml, sample.pipeline_yaml);
  EXPECT_EQ(request.state, RequestState::queued);
  EXPECT_EQ(request.attempts, 0);
  EXPECT_EQ(request.progress.fraction, -1);
  EXPECT_EQ(request.progress.duration, std::nullopt);
  ASSERT_EQ(request.stages.size(), 3U);
  EXPECT_EQ(request.stages[1].id, "blur");
  EXPECT_EQ(request.stages[1].state, "queued");
  EXPECT_EQ(request.stages[1].fraction, -1);
  EXPECT_THAT(request.created_at, MatchesRegex(rfc3339));
  EXPECT_EQ(request.started_at, "");
  EXPECT_EQ(request.completed_at, "");
  EXPECT_EQ(request.outcome.report_json, "");
}

TEST_F(PostgresStoreTest, MakesOneVideoForManyRequestsOnIt) {
  const Request first = read(store->create_request(sample));
  EXPECT_EQ(read(store->create_request(sample)).video, first.video);
  sample.video_url += "?" + std::string(10'000, 'x');  // longer than an index entry may be
  const Request other = read(store->create_request(sample));
  EXPECT_NE(other.video, first.video);
  EXPECT_EQ(other.video_url, sample.video_url);
}

TEST_F(PostgresStoreTest, StartsARequestOnce) {
  const RequestId id = store->create_request(sample);
  EXPECT_TRUE(store->start_request(id));
  EXPECT_FALSE(store->start_request(id));
  EXPECT_EQ(read(id).attempts, 1);
  EXPECT_THAT(read(id).started_at, MatchesRegex(rfc3339));
  EXPECT_EQ(value(url, "SELECT status FROM videos"), "processing");
}

TEST_F(PostgresStoreTest, ReadsBackProgress) {
  const RequestId id = running();
  const ProgressRecord progress{0.123456789012345, 371, base::Time(12'345'678'901), base::Time(99'000'000'000), 29.97};
  store->record_progress(id, progress,
                         {{"blur", "reel/blur", "running", 371, 0.5}, {"audio", "reel/volume", "queued", 0, -1}});
  const Request request = read(id);
  EXPECT_EQ(request.progress.fraction, progress.fraction);
  EXPECT_EQ(request.progress.frames, 371);
  EXPECT_EQ(request.progress.position, progress.position);
  EXPECT_EQ(request.progress.duration, progress.duration);
  EXPECT_EQ(request.progress.frames_per_second, 29.97);
  ASSERT_EQ(request.stages.size(), 4U);
  EXPECT_EQ(request.stages[1].uses, "reel/blur");
  EXPECT_EQ(request.stages[1].state, "running");
  EXPECT_EQ(request.stages[1].frames, 371);
  EXPECT_EQ(request.stages[1].fraction, 0.5);
  EXPECT_EQ(request.stages[3].id, "audio");
}

TEST_F(PostgresStoreTest, TakesProgressThatIsNoNumber) {
  const RequestId id = running();
  const double nan = std::nan("");
  store->record_progress(id, {nan, -5, base::Time(0), std::nullopt, 1 / 0.0}, {{"blur", "", "running", -1, 1.0000001}});
  EXPECT_EQ(read(id).progress.fraction, -1);
  EXPECT_EQ(read(id).progress.frames_per_second, 0);
  EXPECT_EQ(read(id).stages[1].fraction, 1);
}

TEST_F(PostgresStoreTest, IgnoresProgressOfAFinishedRequest) {
  const RequestId id = running();
  store->finish_request(id, failure("a full disk"));
  store->record_progress(id, {.fraction = 0.5}, {{"blur", "", "running", 0, 0.5}});
  EXPECT_EQ(read(id).progress.fraction, -1);
  EXPECT_EQ(read(id).stages[1].state, "queued");
}

TEST_F(PostgresStoreTest, ReadsBackASuccess) {
  const RequestId id = running();
  Outcome outcome;
  outcome.artifacts = {"file:///out/a.mp4", "s3://media/b.webm"};
  outcome.report_json = R"({"frames": 300, "note": "a\u0000b"})";
  EXPECT_TRUE(store->finish_request(id, outcome));
  const Request request = read(id);
  EXPECT_EQ(request.state, RequestState::succeeded);
  EXPECT_EQ(request.outcome.state, RequestState::succeeded);
  EXPECT_EQ(request.outcome.artifacts, outcome.artifacts);
  EXPECT_EQ(nlohmann::json::parse(request.outcome.report_json),
            nlohmann::json::parse(R"({"frames": 300, "note": "a␀b"})"));
  EXPECT_EQ(request.progress.fraction, 1);
  EXPECT_EQ(request.stages[2].state, "done");
  EXPECT_THAT(request.completed_at, MatchesRegex(rfc3339));
  EXPECT_EQ(value(url, "SELECT status || ' ' || processed_video_url FROM videos"), "completed file:///out/a.mp4");
}

TEST_F(PostgresStoreTest, ReadsBackAFailure) {
  const RequestId id = running();
  Outcome outcome = failure("The disk is full.");
  outcome.error_code = "disk-full";
  outcome.error_stage = "sink";
  outcome.error_line = 12;
  outcome.error_column = 7;
  EXPECT_TRUE(store->finish_request(id, outcome));
  const Request request = read(id);
  EXPECT_EQ(request.outcome.error, "The disk is full.");
  EXPECT_EQ(request.outcome.error_code, "disk-full");
  EXPECT_EQ(request.outcome.error_stage, "sink");
  EXPECT_EQ(request.outcome.error_line, 12);
  EXPECT_EQ(request.outcome.error_column, 7);
  EXPECT_EQ(request.stages[1].state, "queued");
  EXPECT_EQ(request.stages[2].state, "failed");
}

TEST_F(PostgresStoreTest, FinishesOnceHoweverManyTry) {
  const RequestId id = running();
  std::atomic<int> won = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&, i] {
      if (open_postgres(url)->finish_request(id, failure(std::to_string(i)))) ++won;
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(won, 1);
  EXPECT_FALSE(store->finish_request(id, {}));
  EXPECT_EQ(read(id).state, RequestState::failed);
}

TEST_F(PostgresStoreTest, CancelsWhatNeverStarted) {
  const RequestId id = store->create_request(sample);
  Outcome cancelled;
  cancelled.state = RequestState::cancelled;
  EXPECT_TRUE(store->finish_request(id, cancelled));
  EXPECT_FALSE(store->start_request(id));
  EXPECT_EQ(read(id).state, RequestState::cancelled);
}

TEST_F(PostgresStoreTest, KnowsNoOtherRequests) {
  const RequestId none = 4'000'000'000;  // beyond INT, too
  EXPECT_FALSE(store->request(none));
  EXPECT_THAT(store->logs(none), ElementsAre());
  EXPECT_THROW(store->start_request(none), base::RunError);
  EXPECT_THROW(store->finish_request(none, {}), base::RunError);
  EXPECT_THROW(store->append_logs(none, {line("x")}), base::RunError);
  sample.user = 99;
  EXPECT_THROW(store->create_request(sample), base::RunError);
  EXPECT_THROW(store->finish_request(1, Outcome{.state = RequestState::queued}), std::logic_error);
}

TEST_F(PostgresStoreTest, ListsNewestFirstByUserAndStateInPages) {
  execute(url, "INSERT INTO users (user_id, email, password_hash) VALUES (50, 'other@example.org', '!')");
  std::vector<RequestId> mine;
  for (int i = 0; i < 5; ++i) mine.push_back(store->create_request(sample));
  sample.user = 50;
  const RequestId foreign = store->create_request(sample);
  store->start_request(mine[1]);
  const UserId me = store->local_user();
  EXPECT_THAT(listed({}), ElementsAre(foreign, mine[4], mine[3], mine[2], mine[1], mine[0]));
  EXPECT_THAT(listed({.user = 50}), ElementsAre(foreign));
  EXPECT_THAT(listed({.user = me, .limit = 2}), ElementsAre(mine[4], mine[3]));
  EXPECT_THAT(listed({.user = me, .before = mine[3], .limit = 2}), ElementsAre(mine[2], mine[1]));
  EXPECT_THAT(listed({.state = RequestState::running}), ElementsAre(mine[1]));
  EXPECT_THAT(listed({.limit = -1}), ElementsAre());
}

TEST_F(PostgresStoreTest, ReadsBackLogLinesInOrder) {
  const RequestId id = running();
  LogRecord first = line("first");
  first.level = base::Level::debug;
  first.stage = "blur";
  first.timestamp = "2026-05-04T03:02:01.123456Z";
  LogRecord second = line("second");
  second.level = base::Level::error;
  store->append_logs(id, {first, second});
  store->append_logs(id, {});
  store->append_logs(id, {line("third")});
  const auto all = store->logs(id);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].request, id);
  EXPECT_EQ(all[0].level, base::Level::debug);
  EXPECT_EQ(all[0].stage, "blur");
  EXPECT_EQ(all[0].message, "first");
  EXPECT_EQ(all[0].timestamp, first.timestamp);
  EXPECT_EQ(all[1].level, base::Level::error);
  EXPECT_THAT(all[2].timestamp, MatchesRegex(rfc3339));
  EXPECT_EQ(store->logs(id, all[0].id, 1)[0].message, "second");
  EXPECT_THAT(store->logs(id, all[2].id), ElementsAre());
}

TEST_F(PostgresStoreTest, KeepsACountedLineOnce) {
  const RequestId id = running();
  store->append_logs(id, {line("a", 1), line("b", 2)});
  store->append_logs(id, {line("b", 2), line("c", 3)});
  const RequestId other = running();
  store->append_logs(other, {line("another request's", 1)});
  std::string all;
  for (const LogRecord& record : store->logs(id)) all += record.message;
  EXPECT_EQ(all, "abc");
  EXPECT_EQ(store->logs(other).size(), 1U);
}

TEST_F(PostgresStoreTest, KeepsAnyTextAsText) {
  const std::string hostile = "'; DROP TABLE requests; -- \\ \" $1 %s {} \x1b[31m";
  const std::string nul = "before\0after"s;
  const std::string emoji = "🎬 naïve 世界 \U0001F9D1\u200D\U0001F4BB";
  sample.video_url = sample.pipeline_name = hostile;
  sample.pipeline_yaml = nul;
  sample.prompt = emoji;
  sample.stages = {hostile, emoji};
  const RequestId id = running();
  const std::string megabyte = hostile + std::string(1'000'000, 'x') + emoji;
  store->append_logs(id, {line(hostile), line(nul), line(emoji), line(megabyte), line("caf\xE9")});
  store->finish_request(id, failure(hostile + emoji));

  const Request request = read(id);
  EXPECT_EQ(request.video_url, hostile);
  EXPECT_EQ(request.pipeline_name, hostile);
  EXPECT_EQ(request.pipeline_yaml, "before␀after");
  EXPECT_EQ(request.prompt, emoji);
  EXPECT_EQ(request.stages[0].id, hostile);
  EXPECT_EQ(request.outcome.error, hostile + emoji);
  std::vector<std::string> messages;
  for (const LogRecord& record : store->logs(id)) messages.push_back(record.message);
  EXPECT_THAT(messages, ElementsAre(hostile, "before␀after", emoji, megabyte, "caf\\xE9"));
}

TEST_F(PostgresStoreTest, WritesManyLinesAtOnce) {
  const RequestId id = running();
  std::vector<LogRecord> lines;
  for (int i = 1; i <= 2500; ++i) lines.push_back(line(std::to_string(i), i));
  store->append_logs(id, lines);
  const auto all = store->logs(id, 0, 10'000);
  ASSERT_EQ(all.size(), 2500U);
  for (std::size_t i = 0; i < all.size(); ++i) ASSERT_EQ(all[i].message, std::to_string(i + 1));
}

TEST_F(PostgresStoreTest, TheDatabaseItselfRefusesIllegalStates) {
  const RequestId id = running();
  const std::string where = " WHERE request_id = " + std::to_string(id);
  for (const char* change : {"state = 'lost'", "state = 'succeeded'", "completed_at = now()", "started_at = NULL",
                             "state = 'failed', completed_at = now()", "error = 'x'", "progress_fraction = 2"})
    EXPECT_THROW(execute(url, std::string("UPDATE requests SET ") + change + where), pqxx::check_violation) << change;
  store->finish_request(id, {});
  EXPECT_THROW(execute(url, "UPDATE requests SET state = 'running', completed_at = NULL" + where),
               pqxx::check_violation);
}

TEST_F(PostgresStoreTest, GoesOnAfterItsConnectionWasCut) {
  const RequestId id = running();
  const std::string cut =
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
      " WHERE application_name = 'reelwork' AND datname = current_database()";
  for (int i = 0; i < 3; ++i) {
    execute(url, cut);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    store->append_logs(id, {line("after the cut")});
  }
  EXPECT_EQ(store->logs(id).size(), 3U);
}

std::string connect_error(const std::string& url) {
  try {
    migration_status(url);
  } catch (const base::TransientError& error) {
    return std::string("transient: ") + error.what();
  } catch (const base::RunError& error) {
    return std::string("run: ") + error.what();
  } catch (const base::InputError& error) {
    return std::string("input: ") + error.what();
  }
  return "none";
}

TEST(DatabaseUrl, ErrorsNameHostAndDatabaseAndNeverWhoOrPassword) {
  const std::string away = connect_error("postgresql://bob:s3cr3t@localhost:1/media");
  EXPECT_THAT(away, HasSubstr("transient: The database \"media\" on localhost cannot be reached: "));
  EXPECT_THAT(away, Not(HasSubstr("s3cr3t")));
  EXPECT_THAT(away, Not(HasSubstr("bob")));
  for (const char* malformed :
       {"postgresql://bob:s3cr3t@[::1/media", "host=x s3cr3t", "postgresql://bob:s3cr3t@h/d?nonsense=1"}) {
    const std::string said = connect_error(malformed);
    EXPECT_EQ(said, "input: The database URL is not one that PostgreSQL understands.") << malformed;
  }
}

TEST_F(PostgresStoreTest, ARefusedLoginIsNoPassingTrouble) {
  EXPECT_THAT(connect_error(url + " user=nobody-here"),
              MatchesRegex("run: The database .* refused the connection: this role does not exist\\."));
  EXPECT_THAT(connect_error(url + " dbname=nowhere"),
              MatchesRegex("run: The database .* refused the connection: .*\"nowhere\" does not exist\\."));
}

}  // namespace
}  // namespace reel::store
