#include "reel/service/recorder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <set>
#include <thread>
#include <type_traits>

#include "reel/base/error.hpp"

namespace reel::service {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// What a database would hold, and its ways of failing.
struct Database {
  std::mutex mutex;
  Request request;
  std::vector<LogRecord> lines;
  std::set<std::int64_t> sequences;
  std::vector<ProgressRecord> progress;
  std::vector<std::size_t> batches;
  std::set<std::optional<int>> attempts;  ///< under which something was written
  std::optional<Outcome> outcome;
  std::size_t lines_at_finish = 0;
  bool away = false;              ///< every call throws TransientError
  bool answers_get_lost = false;  ///< calls take effect, and throw TransientError
  std::string refuses_lines;      ///< a RunError for append_logs
  bool refuses_to_start = false;
  int writes = 0;
};

class FakeRequests : public RequestStore {
 public:
  explicit FakeRequests(Database& database) : database_(database) {}

  std::optional<Created> submitted(UserId, const std::string&, const std::string&) override { return std::nullopt; }
  Created create(const NewRequest& request) override {
    return call([&] {
      database_.request.user = request.user;
      database_.request.state = RequestState::queued;
      return Created{.id = 42};
    });
  }
  bool start(RequestId) override {
    return call([&] {
      database_.request.state = RequestState::running;
      return !database_.refuses_to_start;
    });
  }
  void record_progress(RequestId, const ProgressRecord& progress, const std::vector<StageRecord>&,
                       std::optional<int> attempt) override {
    call([&] {
      database_.attempts.insert(attempt);
      database_.progress.push_back(progress);
      return 0;
    });
  }
  bool finish(RequestId, const Outcome& outcome, std::optional<int> attempt) override {
    return call([&] {
      if (database_.outcome) return false;
      database_.attempts.insert(attempt);
      database_.outcome = outcome;
      database_.lines_at_finish = database_.lines.size();
      return true;
    });
  }
  void append_logs(RequestId, const std::vector<LogRecord>& lines) override {
    call([&] {
      if (!database_.refuses_lines.empty()) throw base::RunError(database_.refuses_lines);
      database_.batches.push_back(lines.size());
      for (const LogRecord& line : lines)
        if (database_.sequences.insert(line.sequence).second) database_.lines.push_back(line);
      return 0;
    });
  }
  std::optional<Request> find(RequestId) override { return database_.request; }
  std::vector<Request> list(const RequestFilter&) override { return {database_.request}; }
  std::vector<LogRecord> logs(RequestId, std::int64_t, int) override { return database_.lines; }
  Changes changes(UserId, std::int64_t) override { return {}; }
  std::vector<std::string> remove_finished(int, int) override { return {}; }

 private:
  template <class Action>
  std::invoke_result_t<Action> call(Action action) {
    const std::lock_guard lock(database_.mutex);
    if (database_.away) throw base::TransientError("The database db.example is away.");
    ++database_.writes;
    auto result = action();
    if (database_.answers_get_lost) throw base::TransientError("The connection broke.");
    return result;
  }

  Database& database_;
};

/// A recorder needs its requests only. (That user 0 is the local user is tested with the real store.)
class FakeStore : public Store {
 public:
  explicit FakeStore(Database& database) : requests_(database) {}

  RequestStore& requests() override { return requests_; }
  AccountStore& accounts() override { throw std::logic_error("not asked for"); }
  VideoStore& videos() override { throw std::logic_error("not asked for"); }
  QueueStore& queue() override { throw std::logic_error("not asked for"); }
  WebhookStore& webhooks() override { throw std::logic_error("not asked for"); }
  std::unique_ptr<Ledger> ledger(UserId, RequestId, std::optional<std::int64_t>) override {
    throw std::logic_error("not asked for");
  }
  std::string installation() override { return {}; }
  void ping() override {}

 private:
  FakeRequests requests_;
};

class RecorderTest : public ::testing::Test {
 protected:
  Recorder::OpenStore open() {
    return [this] { return std::make_unique<FakeStore>(database); };
  }
  void set(bool Database::*flag, bool value) {
    const std::lock_guard lock(database.mutex);
    database.*flag = value;
  }
  std::vector<std::string> messages() {
    const std::lock_guard lock(database.mutex);
    std::vector<std::string> result;
    for (const LogRecord& line : database.lines) result.push_back(line.message);
    return result;
  }

  Database database;
  const NewRequest mine{.user = 7};
};

base::LogLine line(const std::string& message) { return {base::Level::info, "blur", message}; }

TEST_F(RecorderTest, StartsTheRequestAndFinishesIt) {
  Recorder recorder(open(), mine);
  EXPECT_EQ(recorder.id(), 42);
  EXPECT_EQ(database.request.user, 7);
  EXPECT_EQ(database.request.state, RequestState::running);
  EXPECT_EQ(recorder.finish({}), "");
  ASSERT_TRUE(database.outcome);
  EXPECT_EQ(database.outcome->state, RequestState::succeeded);
}

TEST_F(RecorderTest, DoesNotBeginWhereTheStoreCannotBeOpened) {
  const Recorder::OpenStore closed = []() -> std::unique_ptr<Store> { throw base::RunError("no such database"); };
  EXPECT_THROW(Recorder(closed, mine), base::RunError);
}

TEST_F(RecorderTest, DoesNotBeginWhereTheFirstWriteFails) {
  database.away = true;
  EXPECT_THROW(Recorder(open(), mine), base::TransientError);
}

TEST_F(RecorderTest, DoesNotBeginARequestThatAnotherProgramTook) {
  database.refuses_to_start = true;
  EXPECT_THROW(Recorder(open(), mine), base::RunError);
}

TEST_F(RecorderTest, WritesLinesInOrderAndBeforeTheOutcome) {
  Recorder recorder(open(), mine);
  for (int i = 0; i < 2500; ++i) recorder.log(line(std::to_string(i)));
  EXPECT_EQ(recorder.finish({}), "");
  const auto written = messages();
  ASSERT_EQ(written.size(), 2500U);
  for (std::size_t i = 0; i < written.size(); ++i) ASSERT_EQ(written[i], std::to_string(i));
  EXPECT_EQ(database.lines_at_finish, 2500U);
  EXPECT_THAT(database.batches, ElementsAre(1000, 1000, 500));
  EXPECT_EQ(database.lines[0].stage, "blur");
  EXPECT_THAT(database.lines[0].timestamp, ::testing::MatchesRegex("20..-..-..T..:..:..\\.......Z"));
}

TEST_F(RecorderTest, WritesAFewTimesASecondHoweverMuchComes) {
  Recorder recorder(open(), mine);
  const int before = database.writes;
  const auto end = std::chrono::steady_clock::now() + 1s;
  for (int i = 0; std::chrono::steady_clock::now() < end; ++i) {
    recorder.progress({.fraction = 0.5, .frames = i}, {});
    recorder.log(line("tick"));
    std::this_thread::sleep_for(1ms);
  }
  {
    const std::lock_guard lock(database.mutex);
    EXPECT_GT(database.writes, before);
    EXPECT_LE(database.writes - before, 10);  // lines and progress, every 250 ms
  }
  recorder.progress({.fraction = 1, .frames = 99'999}, {});
  EXPECT_EQ(recorder.finish({}), "");
  EXPECT_EQ(database.progress.back().frames, 99'999);
}

TEST_F(RecorderTest, NeverBlocksTheCallerWhileTheDatabaseHangs) {
  Recorder recorder(open(), mine);
  std::unique_lock hang(database.mutex);
  // If these waited for the database, which this thread holds, they would wait for ever.
  for (int i = 0; i < 1000; ++i) recorder.log(line("x"));
  hang.unlock();
  EXPECT_EQ(recorder.finish({}), "");
  EXPECT_EQ(database.lines.size(), 1000U);
}

TEST_F(RecorderTest, KeepsWhatComesWhileTheDatabaseIsAway) {
  Recorder recorder(open(), mine);
  recorder.log(line("before"));
  std::this_thread::sleep_for(400ms);
  set(&Database::away, true);
  recorder.log(line("during"));
  recorder.progress({.fraction = 0.25}, {});
  std::this_thread::sleep_for(600ms);
  recorder.log(line("still"));
  EXPECT_THAT(messages(), ElementsAre("before"));
  set(&Database::away, false);
  EXPECT_EQ(recorder.finish({}), "");
  EXPECT_THAT(messages(), ElementsAre("before", "during", "still"));
  EXPECT_EQ(database.progress.back().fraction, 0.25);
}

TEST_F(RecorderTest, WritesEachLineOnceWhenAnswersGetLost) {
  Recorder recorder(open(), mine);
  set(&Database::answers_get_lost, true);
  for (int i = 0; i < 3; ++i) recorder.log(line(std::to_string(i)));
  std::this_thread::sleep_for(700ms);
  set(&Database::answers_get_lost, false);
  EXPECT_EQ(recorder.finish({}), "");
  EXPECT_THAT(messages(), ElementsAre("0", "1", "2"));
  EXPECT_GT(database.batches.size(), 1U);  // it did try again
}

TEST_F(RecorderTest, WaitsForTheDatabaseToComeBackAtTheEnd) {
  Recorder recorder(open(), mine);
  set(&Database::away, true);
  recorder.log(line("last words"));
  std::thread repair([this] {
    std::this_thread::sleep_for(800ms);
    set(&Database::away, false);
  });
  EXPECT_EQ(recorder.finish({}), "");
  repair.join();
  EXPECT_THAT(messages(), ElementsAre("last words"));
}

TEST_F(RecorderTest, SaysWhatCouldNotBeRecorded) {
  Recorder recorder(open(), mine);
  set(&Database::away, true);
  recorder.log(line("one"));
  recorder.log(line("two"));
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(recorder.finish({}, 500ms),
            "Not recorded: 2 log lines, the outcome of the run. The database db.example is away.");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
}

TEST_F(RecorderTest, EndsInTimeWhileTheDatabaseHangs) {
  static Database hung;  // the thread that hangs in it outlives the recorder
  std::unique_lock hang(hung.mutex, std::defer_lock);
  const auto begin = std::chrono::steady_clock::now();
  {
    Recorder recorder([] { return std::make_unique<FakeStore>(hung); }, mine);
    recorder.log(line("one"));
    hang.lock();
    EXPECT_EQ(recorder.finish({}, 300ms),
              "Not recorded: 1 log line, the outcome of the run. The database did not answer in time.");
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
  hang.unlock();
  std::this_thread::sleep_for(100ms);  // lets the thread end before the program does
}

TEST_F(RecorderTest, GoesOnAfterLinesThatTheDatabaseRefuses) {
  Recorder recorder(open(), mine);
  database.refuses_lines = "The database refused the lines.";
  recorder.log(line("poison"));
  EXPECT_EQ(recorder.finish({}), "Not recorded: 1 log line that the database refused. The database refused the lines.");
  EXPECT_TRUE(database.outcome);
}

TEST_F(RecorderTest, DropsLinesOnlyBeyondItsLimitAndCountsThem) {
  Recorder recorder(open(), mine);
  set(&Database::away, true);
  const std::string megabyte(1'000'000, 'x');
  for (int i = 0; i < 70; ++i) recorder.log(line(megabyte));
  set(&Database::away, false);
  EXPECT_THAT(recorder.finish({}), HasSubstr("log lines that came while too many were waiting"));
  EXPECT_EQ(database.lines.size(), 63U);  // 64 MB with the records themselves
}

TEST_F(RecorderTest, RecordsAFailureWhenItDiesUnfinished) {
  { const Recorder recorder(open(), mine); }
  ASSERT_TRUE(database.outcome);
  EXPECT_EQ(database.outcome->state, RequestState::failed);
  EXPECT_EQ(database.outcome->error_code, "abandoned");
}

TEST_F(RecorderTest, GoesOnWithAClaimUnderItsAttempt) {
  Recorder recorder(open(), Claim{.key = {42, 3}});
  EXPECT_EQ(recorder.id(), 42);
  recorder.log(line("a"));
  recorder.log(line("b"));
  recorder.progress({.fraction = 0.5}, {});
  EXPECT_EQ(recorder.finish({}), "");
  EXPECT_THAT(database.attempts, ElementsAre(std::optional(3)));
  EXPECT_THAT(database.sequences, ElementsAre((3LL << 32) + 1, (3LL << 32) + 2));
  EXPECT_EQ(database.progress.size(), 1U);
}

TEST_F(RecorderTest, LeavesAClaimWithItsLinesButWithoutAnOutcome) {
  Recorder recorder(open(), Claim{.key = {42, 1}});
  recorder.log(line("gives it back"));
  EXPECT_EQ(recorder.leave(), "");
  EXPECT_THAT(messages(), ElementsAre("gives it back"));
  EXPECT_EQ(recorder.finish({}), "");
  EXPECT_FALSE(database.outcome);
}

TEST_F(RecorderTest, AClaimWhoseRecorderDiesIsLeftToItsLease) {
  {
    Recorder recorder(open(), Claim{.key = {42, 1}});
    recorder.log(line("last words"));
  }
  EXPECT_FALSE(database.outcome);
  EXPECT_THAT(messages(), ElementsAre("last words"));
}

TEST_F(RecorderTest, IgnoresWhatComesAfterTheEnd) {
  Recorder recorder(open(), mine);
  EXPECT_EQ(recorder.finish({}), "");
  recorder.log(line("late"));
  Outcome failed;
  failed.state = RequestState::failed;
  EXPECT_EQ(recorder.finish(failed), "");
  EXPECT_EQ(database.outcome->state, RequestState::succeeded);
  EXPECT_THAT(messages(), IsEmpty());
}

TEST_F(RecorderTest, RefusesAnOutcomeThatIsNotFinal) {
  Recorder recorder(open(), mine);
  Outcome running;
  running.state = RequestState::running;
  EXPECT_THROW(recorder.finish(running), std::logic_error);
}

TEST_F(RecorderTest, TakesLinesFromManyThreads) {
  Recorder recorder(open(), mine);
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) recorder.log(line("x"));
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(recorder.finish({}), "");
  EXPECT_EQ(database.lines.size(), 4000U);
}

}  // namespace
}  // namespace reel::service
