#include <gmock/gmock.h>

#include <atomic>
#include <cmath>
#include <nlohmann/json.hpp>

#include "stores/stores_pgtest.hpp"

namespace reel::store {
namespace {

using namespace service;
using namespace std::string_literals;
using test::execute;
using test::rfc3339;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

class RequestsTest : public test::StoresTest {
 protected:
  std::vector<RequestId> listed(const RequestFilter& filter) {
    std::vector<RequestId> ids;
    for (const Request& request : requests.list(filter)) ids.push_back(request.id);
    return ids;
  }
};

TEST_F(RequestsTest, ReadsBackANewRequest) {
  const Request request = read(create());
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

TEST_F(RequestsTest, MakesOneVideoForManyRequestsOnIt) {
  const Request first = read(create());
  EXPECT_EQ(read(create()).video, first.video);
  sample.video_url += "?" + std::string(10'000, 'x');  // longer than an index entry may be
  const Request other = read(create());
  EXPECT_NE(other.video, first.video);
  EXPECT_EQ(other.video_url, sample.video_url);
}

TEST_F(RequestsTest, StartsARequestOnce) {
  const RequestId id = create();
  EXPECT_TRUE(requests.start(id));
  EXPECT_FALSE(requests.start(id));
  EXPECT_EQ(read(id).attempts, 1);
  EXPECT_THAT(read(id).started_at, MatchesRegex(rfc3339));
  EXPECT_EQ(value("SELECT status FROM videos"), "processing");
}

TEST_F(RequestsTest, ReadsBackProgress) {
  const RequestId id = running();
  const ProgressRecord progress{0.123456789012345, 371, base::Time(12'345'678'901), base::Time(99'000'000'000), 29.97};
  requests.record_progress(
      id, progress, {{"blur", "reel/blur", "running", 371, 0.5}, {"unheard-of", "reel/volume", "running", 0, -1}});
  const Request request = read(id);
  EXPECT_EQ(request.progress.fraction, progress.fraction);
  EXPECT_EQ(request.progress.frames, 371);
  EXPECT_EQ(request.progress.position, progress.position);
  EXPECT_EQ(request.progress.duration, progress.duration);
  EXPECT_EQ(request.progress.frames_per_second, 29.97);
  ASSERT_EQ(request.stages.size(), 3U);
  EXPECT_EQ(request.stages[1].uses, "reel/blur");
  EXPECT_EQ(request.stages[1].state, "running");
  EXPECT_EQ(request.stages[1].frames, 371);
  EXPECT_EQ(request.stages[1].fraction, 0.5);
}

TEST_F(RequestsTest, TakesProgressThatIsNoNumber) {
  const RequestId id = running();
  const double nan = std::nan("");
  requests.record_progress(id, {nan, -5, base::Time(0), std::nullopt, 1 / 0.0},
                           {{"blur", "", "running", -1, 1.0000001}});
  EXPECT_EQ(read(id).progress.fraction, -1);
  EXPECT_EQ(read(id).progress.frames_per_second, 0);
  EXPECT_EQ(read(id).stages[1].fraction, 1);
}

TEST_F(RequestsTest, IgnoresProgressOfAFinishedRequest) {
  const RequestId id = running();
  requests.finish(id, failure("a full disk"));
  requests.record_progress(id, {.fraction = 0.5}, {{"blur", "", "running", 0, 0.5}});
  EXPECT_EQ(read(id).progress.fraction, -1);
  EXPECT_EQ(read(id).stages[1].state, "queued");
}

TEST_F(RequestsTest, ReadsBackASuccess) {
  const RequestId id = running();
  Outcome outcome;
  outcome.artifacts = {"file:///out/a.mp4", "s3://media/b.webm"};
  outcome.stored_bytes = 12'345;
  outcome.report_json = R"({"frames": 300, "note": "a\u0000b"})";
  EXPECT_TRUE(requests.finish(id, outcome));
  const Request request = read(id);
  EXPECT_EQ(request.state, RequestState::succeeded);
  EXPECT_EQ(request.outcome.state, RequestState::succeeded);
  EXPECT_EQ(request.outcome.artifacts, outcome.artifacts);
  EXPECT_EQ(request.outcome.stored_bytes, 12'345);
  EXPECT_EQ(nlohmann::json::parse(request.outcome.report_json),
            nlohmann::json::parse(R"({"frames": 300, "note": "a␀b"})"));
  EXPECT_EQ(request.progress.fraction, 1);
  EXPECT_EQ(request.stages[2].state, "done");
  EXPECT_THAT(request.completed_at, MatchesRegex(rfc3339));
  EXPECT_EQ(value("SELECT status || ' ' || processed_video_url FROM videos"), "completed file:///out/a.mp4");
}

TEST_F(RequestsTest, ReadsBackAFailure) {
  const RequestId id = running();
  Outcome outcome = failure("The disk is full.");
  outcome.error_code = "disk-full";
  outcome.error_stage = "sink";
  outcome.error_line = 12;
  outcome.error_column = 7;
  EXPECT_TRUE(requests.finish(id, outcome));
  const Request request = read(id);
  EXPECT_EQ(request.outcome.error, "The disk is full.");
  EXPECT_EQ(request.outcome.error_code, "disk-full");
  EXPECT_EQ(request.outcome.error_stage, "sink");
  EXPECT_EQ(request.outcome.error_line, 12);
  EXPECT_EQ(request.outcome.error_column, 7);
  EXPECT_EQ(request.stages[1].state, "queued");
  EXPECT_EQ(request.stages[2].state, "failed");
}

TEST_F(RequestsTest, FinishesOnceHoweverManyTry) {
  const RequestId id = running();
  std::atomic<int> won = 0;
  test::at_once(8, [&](int i) {
    if (other()->requests().finish(id, failure(std::to_string(i)))) ++won;
  });
  EXPECT_EQ(won, 1);
  EXPECT_FALSE(requests.finish(id, {}));
  EXPECT_EQ(read(id).state, RequestState::failed);
}

TEST_F(RequestsTest, CancelsWhatNeverStarted) {
  const RequestId id = create();
  Outcome cancelled;
  cancelled.state = RequestState::cancelled;
  EXPECT_TRUE(requests.finish(id, cancelled));
  EXPECT_FALSE(requests.start(id));
  EXPECT_EQ(read(id).state, RequestState::cancelled);
}

TEST_F(RequestsTest, KnowsNoOtherRequests) {
  const RequestId none = 4'000'000'000;  // beyond INT, too
  EXPECT_FALSE(requests.find(none));
  EXPECT_THAT(requests.logs(none), ElementsAre());
  EXPECT_THROW(requests.start(none), base::RunError);
  EXPECT_THROW(requests.finish(none, {}), base::RunError);
  EXPECT_THROW(requests.append_logs(none, {line("x")}), base::RunError);
  sample.user = 99;
  EXPECT_THROW(create(), base::RunError);
  EXPECT_THROW(requests.finish(1, Outcome{.state = RequestState::queued}), std::logic_error);
}

TEST_F(RequestsTest, ListsNewestFirstByUserAndStateInPages) {
  const UserId me = sample.user;
  const UserId you = add_user("other@example.org");
  std::vector<RequestId> mine;
  for (int i = 0; i < 5; ++i) mine.push_back(create());
  sample.user = you;
  const RequestId foreign = create();
  requests.start(mine[1]);
  EXPECT_THAT(listed({}), ElementsAre(foreign, mine[4], mine[3], mine[2], mine[1], mine[0]));
  EXPECT_THAT(listed({.user = you}), ElementsAre(foreign));
  EXPECT_THAT(listed({.user = me, .limit = 2}), ElementsAre(mine[4], mine[3]));
  EXPECT_THAT(listed({.user = me, .before = mine[3], .limit = 2}), ElementsAre(mine[2], mine[1]));
  EXPECT_THAT(listed({.state = RequestState::running}), ElementsAre(mine[1]));
  EXPECT_THAT(listed({.limit = -1}), ElementsAre());
}

TEST_F(RequestsTest, KeepsAnyTextAsText) {
  const std::string hostile = "'; DROP TABLE requests; -- \\ \" $1 %s {} \x1b[31m";
  const std::string nul = "before\0after"s;
  const std::string emoji = "🎬 naïve 世界 \U0001F9D1\u200D\U0001F4BB";
  sample.video_url = sample.pipeline_name = hostile;
  sample.pipeline_yaml = nul;
  sample.prompt = emoji;
  sample.stages = {hostile, emoji};
  const RequestId id = running();
  const std::string megabyte = hostile + std::string(1'000'000, 'x') + emoji;
  requests.append_logs(id, {line(hostile), line(nul), line(emoji), line(megabyte), line("caf\xE9")});
  requests.finish(id, failure(hostile + emoji));

  const Request request = read(id);
  EXPECT_EQ(request.video_url, hostile);
  EXPECT_EQ(request.pipeline_name, hostile);
  EXPECT_EQ(request.pipeline_yaml, "before␀after");
  EXPECT_EQ(request.prompt, emoji);
  EXPECT_EQ(request.stages[0].id, hostile);
  EXPECT_EQ(request.outcome.error, hostile + emoji);
  std::vector<std::string> messages;
  for (const LogRecord& record : requests.logs(id)) messages.push_back(record.message);
  EXPECT_THAT(messages, ElementsAre(hostile, "before␀after", emoji, megabyte, "caf\\xE9"));
}

TEST_F(RequestsTest, ReadsBackWhatWorkersNeed) {
  sample.params = {{"input", "clip.mp4"}, {"title", "“Ünder” 'quotes' \\ {}"}, {"empty", ""}};
  sample.kind = RequestKind::inspect;
  sample.retry_of = create();
  sample.for_workers = true;
  sample.priority = -10;
  const Request request = read(create());
  EXPECT_EQ(request.params, sample.params);
  EXPECT_EQ(request.kind, RequestKind::inspect);
  EXPECT_EQ(request.retry_of, sample.retry_of);
  EXPECT_EQ(request.priority, -10);
  EXPECT_FALSE(request.paused);
  EXPECT_FALSE(request.cancel_asked);
  EXPECT_EQ(request.worker, "");
  sample.priority = 11;
  EXPECT_THROW(create(), base::RunError);
}

TEST_F(RequestsTest, TakesAVideoOfItsUserOnly) {
  sample.video = read(create()).video;
  sample.video_url = "";
  EXPECT_EQ(read(create()).video, sample.video);
  sample.user = add_user("other@example.org");
  EXPECT_THROW(create(), base::InputError);
  sample.video = 4'000'000'000;
  EXPECT_THROW(create(), base::InputError);
  EXPECT_EQ(value("SELECT count(*) FROM requests"), "2");
}

TEST_F(RequestsTest, IsOnlyStartedByWhoMadeItIfItIsNotForWorkers) {
  const RequestId id = queued();
  EXPECT_FALSE(requests.start(id));
  EXPECT_EQ(read(id).state, RequestState::queued);
}

TEST_F(RequestsTest, AnIdempotencyKeyMakesOneRequest) {
  sample.idempotency_key = "upload-7";
  sample.idempotency_hash = "aa";
  EXPECT_FALSE(requests.submitted(sample.user, "upload-7", "aa"));
  const Created first = requests.create(sample);
  EXPECT_FALSE(first.existed);
  const Created again = requests.create(sample);
  EXPECT_TRUE(again.existed);
  EXPECT_TRUE(again.same);
  EXPECT_EQ(again.id, first.id);
  EXPECT_EQ(requests.submitted(sample.user, "upload-7", "aa")->id, first.id);
  EXPECT_FALSE(requests.submitted(sample.user, "upload-7", "bb")->same);
  sample.idempotency_hash = "bb";
  sample.video_url = "file:///never-kept.mp4";
  const Created different = requests.create(sample);
  EXPECT_TRUE(different.existed);
  EXPECT_FALSE(different.same);
  EXPECT_EQ(different.id, first.id);
  EXPECT_EQ(value("SELECT count(*) FROM videos"), "1");
  sample.user = add_user("other@example.org");
  EXPECT_FALSE(requests.create(sample).existed);
}

TEST_F(RequestsTest, AnIdempotencyKeyMakesOneRequestHoweverManyComeAtOnce) {
  sample.idempotency_key = "once "s + std::string(5000, 'x') + "\0'"s;
  std::atomic<int> made = 0;
  std::atomic<int> odd = 0;
  test::at_once(8, [&](int i) {
    NewRequest mine = sample;
    mine.idempotency_hash = i < 4 ? "aa" : "bb";
    const auto another = other();
    for (int round = 0; round < 5; ++round) {
      const Created created = another->requests().create(mine);
      if (!created.existed) ++made;
      if (created.id != 1) ++odd;
    }
  });
  EXPECT_EQ(made, 1);
  EXPECT_EQ(odd, 0);
  EXPECT_EQ(value("SELECT count(*) FROM requests"), "1");
}

TEST_F(RequestsTest, KeepsARowOfItsAttempt) {
  const RequestId id = running();
  EXPECT_EQ(value("SELECT number || ' ' || (ended_at IS NULL) FROM attempts"), "1 true");
  requests.finish(id, failure("a full disk"));
  EXPECT_EQ(value("SELECT outcome || ': ' || error || ' ' || counted FROM attempts"), "failed: a full disk true");
}

TEST_F(RequestsTest, AnAttemptThatIsNotThePresentOneChangesNothing) {
  const RequestId id = running();
  requests.record_progress(id, {.fraction = 0.5}, {{"blur", "", "running", 0, 0.5}}, 2);
  EXPECT_EQ(read(id).progress.fraction, -1);
  EXPECT_EQ(read(id).stages[1].state, "queued");
  EXPECT_FALSE(requests.finish(id, {}, 2));
  EXPECT_EQ(read(id).state, RequestState::running);
  requests.record_progress(id, {.fraction = 0.5}, {}, 1);
  EXPECT_EQ(read(id).progress.fraction, 0.5);
  EXPECT_TRUE(requests.finish(id, {}, 1));
  EXPECT_FALSE(requests.finish(id, {}, 1));
}

TEST_F(RequestsTest, HaveToHaveRoom) {
  sample.room.active_jobs = 3;
  std::atomic<int> made = 0;
  test::at_once(8, [&](int) {
    try {
      other()->requests().create(sample);
      ++made;
    } catch (const NoRoom& error) {
      EXPECT_EQ(error.what_of(), NoRoom::Of::jobs);
      EXPECT_STREQ(error.what(), "3 requests of yours have not ended; wait for some, or cancel them");
    }
  });
  EXPECT_EQ(made, 3);
  sample.room = {.stored_bytes = 0};
  EXPECT_THROW(create(), NoRoom);
}

TEST_F(RequestsTest, ListsNoInspections) {
  const RequestId pipeline = create();
  sample.kind = RequestKind::inspect;
  create();
  EXPECT_THAT(listed({}), ElementsAre(pipeline));
}

TEST_F(RequestsTest, RemovesWhatEndedLongAgoWithAllThatBelongsToIt) {
  std::vector<RequestId> ids;
  for (int i = 0; i < 4; ++i) {
    ids.push_back(running());
    requests.append_logs(ids.back(), {line("x")});
    Outcome outcome;
    outcome.artifacts = {"file:///" + std::to_string(i) + "/a", "file:///" + std::to_string(i) + "/b"};
    if (i < 3) requests.finish(ids.back(), outcome);
  }
  sample.retry_of = ids[0];
  const RequestId retry = create();
  execute(url, "UPDATE requests SET completed_at = now() - request_id * interval '10 days' WHERE state = 'succeeded'");
  EXPECT_THAT(requests.remove_finished(100, 10), IsEmpty());
  EXPECT_EQ(value("SELECT count(*) FROM videos WHERE processed_video_url IS NOT NULL"), "1");
  EXPECT_THAT(requests.remove_finished(15, 1), ElementsAre("file:///2/a", "file:///2/b"));
  EXPECT_THAT(requests.remove_finished(5, 10),
              ::testing::UnorderedElementsAre("file:///0/a", "file:///0/b", "file:///1/a", "file:///1/b"));
  EXPECT_EQ(value("SELECT count(*) FROM videos WHERE processed_video_url IS NOT NULL"), "0");
  EXPECT_THAT(listed({}), ElementsAre(retry, ids[3]));
  EXPECT_EQ(read(retry).retry_of, std::nullopt);
  EXPECT_EQ(value("SELECT count(*) FROM processing_logs"), "1");
}

TEST_F(RequestsTest, TheDatabaseItselfRefusesIllegalStates) {
  const RequestId id = running();
  const std::string where = " WHERE request_id = " + std::to_string(id);
  for (const char* change : {"state = 'lost'", "state = 'succeeded'", "completed_at = now()", "started_at = NULL",
                             "state = 'failed', completed_at = now()", "error = 'x'", "progress_fraction = 2"})
    EXPECT_THROW(execute(url, std::string("UPDATE requests SET ") + change + where), pqxx::check_violation) << change;
  requests.finish(id, {});
  EXPECT_THROW(execute(url, "UPDATE requests SET state = 'running', completed_at = NULL" + where),
               pqxx::check_violation);
}

}  // namespace
}  // namespace reel::store
