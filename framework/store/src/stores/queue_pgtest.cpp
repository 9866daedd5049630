#include <gmock/gmock.h>

#include <atomic>
#include <map>
#include <mutex>
#include <set>

#include "stores/stores_pgtest.hpp"

namespace reel::store {
namespace {

using namespace service;
using namespace std::chrono_literals;
using test::execute;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

class QueueTest : public test::StoresTest {
 protected:
  /// The request that a worker gets now, or 0.
  RequestId claimed(int limit = 0) {
    const auto claim = queue.claim("worker-1", 1h, limit);
    return claim ? claim->key.request : 0;
  }
  void lapse(RequestId id) {
    execute(url, "UPDATE requests SET lease_until = now() - interval '1 ms' WHERE request_id = " + std::to_string(id));
  }
  std::string attempts() {
    return value(
        "SELECT coalesce(string_agg(concat_ws(' ', number, worker, outcome, error, counted), '; '"
        " ORDER BY number), '') FROM attempts");
  }
};

TEST_F(QueueTest, GivesNothingWhereNothingIs) { EXPECT_FALSE(queue.claim("w", 1s, 0)); }

TEST_F(QueueTest, AClaimIsTheWholeRequest) {
  sample.params = {{"input", "a.mp4"}};
  const RequestId id = queued();
  const Claim claim = queue.claim("host-1-ab", 1h, 0).value();
  EXPECT_EQ(claim.key, (ClaimKey{id, 1}));
  EXPECT_EQ(claim.counted, 1);
  EXPECT_EQ(claim.request.id, id);
  EXPECT_EQ(claim.request.state, RequestState::running);
  EXPECT_EQ(claim.request.worker, "host-1-ab");
  EXPECT_EQ(claim.request.attempts, 1);
  EXPECT_EQ(claim.request.params, sample.params);
  EXPECT_EQ(claim.request.stages.size(), 3U);
  EXPECT_THAT(claim.request.started_at, MatchesRegex(test::rfc3339));
  EXPECT_EQ(value("SELECT status FROM videos"), "processing");
  EXPECT_EQ(attempts(), "1 host-1-ab t");
}

TEST_F(QueueTest, WorkersTakeNoRequestThatSomebodyElseRuns) {
  create();
  running();
  EXPECT_EQ(claimed(), 0);
}

TEST_F(QueueTest, TakesTheHighestPriorityFirstThenTheOldest) {
  const RequestId low = queued(sample.user, -5);
  const RequestId old = queued();
  const RequestId young = queued();
  const RequestId high = queued(sample.user, 10);
  for (const RequestId expected : {high, old, young, low}) EXPECT_EQ(claimed(), expected);
}

TEST_F(QueueTest, TheUserWithTheFewestRunningComesFirst) {
  const UserId you = add_user("you@example.org");
  const RequestId a1 = queued();
  const RequestId a2 = queued();
  const RequestId a3 = queued(sample.user, 10);
  const RequestId b1 = queued(you, -10);
  const RequestId b2 = queued(you);
  for (const RequestId expected : {a3, b2, a1, b1, a2}) EXPECT_EQ(claimed(), expected);
}

TEST_F(QueueTest, UsersTakeTurnsOnASingleWorker) {
  const UserId you = add_user("you@example.org");
  std::vector<RequestId> mine;
  for (int i = 0; i < 4; ++i) mine.push_back(queued(sample.user, 10));
  const RequestId y1 = queued(you, -10);
  const RequestId y2 = queued(you, -10);
  for (const RequestId expected : {mine[0], y1, mine[1], y2, mine[2], mine[3]}) {
    EXPECT_EQ(claimed(), expected);
    requests.finish(expected, {});
  }
}

TEST_F(QueueTest, NoUserHasMoreAtOnceThanTheLimit) {
  const UserId you = add_user("you@example.org");
  accounts.set_quota(you, {.concurrent_jobs = 1});
  const RequestId a1 = queued();
  const RequestId a2 = queued();
  queued();
  const RequestId b1 = queued(you);
  const RequestId b2 = queued(you);
  EXPECT_EQ(claimed(2), a1);
  EXPECT_EQ(claimed(2), b1);
  EXPECT_EQ(claimed(2), a2);
  EXPECT_EQ(claimed(2), 0);
  requests.finish(b1, {});
  EXPECT_EQ(claimed(2), b2);
  accounts.set_quota(you, {.concurrent_jobs = 0});
  queue.release({b2, 1}, 0ms, "", true);
  EXPECT_EQ(claimed(2), 0);
  EXPECT_NE(claimed(0), 0);  // of the user without a quota
}

TEST_F(QueueTest, TheLimitHoldsHoweverManyClaimAtOnce) {
  constexpr int limit = 3;
  constexpr int each = 40;
  const UserId you = add_user("you@example.org");
  for (int i = 0; i < each; ++i) queued(), queued(you);
  std::mutex mutex;
  std::map<UserId, int> now;
  std::map<UserId, int> most;
  std::set<RequestId> done;
  test::at_once(8, [&](int worker) {
    const auto mine = other();
    while (true) {
      {
        const std::lock_guard lock(mutex);
        if (done.size() == 2 * each) return;
      }
      const auto claim = mine->queue().claim("worker-" + std::to_string(worker), 1h, limit);
      if (!claim) continue;
      const UserId user = claim->request.user;
      {
        const std::lock_guard lock(mutex);
        most[user] = std::max(most[user], ++now[user]);
      }
      std::this_thread::sleep_for(1ms);
      {
        const std::lock_guard lock(mutex);
        --now[user];
        EXPECT_TRUE(done.insert(claim->key.request).second);
      }
      EXPECT_TRUE(mine->requests().finish(claim->key.request, {}, claim->key.attempt));
    }
  });
  EXPECT_LE(most[sample.user], limit);
  EXPECT_LE(most[you], limit);
  EXPECT_EQ(value("SELECT count(*) FROM requests WHERE state = 'succeeded' AND attempts = 1"), "80");
}

TEST_F(QueueTest, WorkersThatRaceForALimitFillItAndDoNotPassIt) {
  for (int i = 0; i < 30; ++i) queued();
  std::atomic<int> got = 0;
  test::at_once(10, [&](int) {
    const auto mine = other();
    for (int i = 0; i < 3; ++i)
      if (mine->queue().claim("w", 1h, 7)) ++got;
  });
  EXPECT_EQ(got, 7);
}

TEST_F(QueueTest, EachRequestIsClaimedOnceHoweverManyClaimAtOnce) {
  constexpr int count = 200;
  for (int i = 0; i < count; ++i) queued();
  std::mutex mutex;
  std::multiset<RequestId> all;
  test::at_once(8, [&](int) {
    const auto mine = other();
    while (const auto claim = mine->queue().claim("w", 1h, 0)) {
      const std::lock_guard lock(mutex);
      all.insert(claim->key.request);
    }
  });
  EXPECT_EQ(all.size(), static_cast<std::size_t>(count));
  EXPECT_EQ(std::set<RequestId>(all.begin(), all.end()).size(), static_cast<std::size_t>(count));
}

TEST_F(QueueTest, LeavesOutWhatIsPausedAndWhoIsDisabled) {
  const RequestId id = queued();
  EXPECT_TRUE(queue.set_paused(id, true));
  EXPECT_TRUE(read(id).paused);
  EXPECT_EQ(claimed(), 0);
  EXPECT_TRUE(queue.set_paused(id, false));
  accounts.set_disabled(sample.user, true);
  EXPECT_EQ(claimed(), 0);
  accounts.set_disabled(sample.user, false);
  EXPECT_EQ(claimed(), id);
}

TEST_F(QueueTest, RenewingTellsWhatToDo) {
  std::vector<ClaimKey> keys;
  for (int i = 0; i < 5; ++i) queued();
  for (int i = 0; i < 5; ++i) keys.push_back(queue.claim("w", 1h, 0)->key);
  queue.set_paused(keys[1].request, true);
  queue.cancel(keys[2].request);
  queue.set_paused(keys[2].request, true);
  requests.finish(keys[3].request, {});
  keys[4].attempt = 2;
  keys.push_back({4'000'000'000, 1});
  EXPECT_THAT(queue.renew(keys, 2h),
              ElementsAre(Order::go_on, Order::pause, Order::cancel, Order::lost, Order::lost, Order::lost));
  EXPECT_EQ(value("SELECT count(*) FROM requests WHERE lease_until > now() + interval '90 minutes'"), "3");
  EXPECT_THAT(queue.renew({}, 1h), IsEmpty());
}

TEST_F(QueueTest, ReleasingGivesBackAndForgetsHowFarItWas) {
  const RequestId id = queued();
  const ClaimKey key = queue.claim("w", 1h, 0)->key;
  requests.record_progress(id, {0.5, 10, base::Time(1), base::Time(2), 25}, {{"blur", "", "running", 10, 0.5}});
  EXPECT_TRUE(queue.release(key, 0ms, "The provider is busy.", false));
  const Request request = read(id);
  EXPECT_EQ(request.state, RequestState::queued);
  EXPECT_EQ(request.progress.fraction, -1);
  EXPECT_EQ(request.progress.frames, 0);
  EXPECT_EQ(request.stages[1].state, "queued");
  EXPECT_EQ(request.stages[1].frames, 0);
  const auto lines = requests.logs(id);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].message, "The provider is busy.");
  EXPECT_EQ(lines[0].level, base::Level::warning);
  EXPECT_EQ(value("SELECT status FROM videos"), "queued");
  EXPECT_FALSE(queue.release(key, 0ms, "", false));
  EXPECT_THROW(queue.release({99, 1}, 0ms, "", false), base::RunError);
  const Claim again = queue.claim("v", 1h, 0).value();
  EXPECT_EQ(again.key, (ClaimKey{id, 2}));
  EXPECT_EQ(again.counted, 2);
  EXPECT_FALSE(requests.finish(id, {}, 1));
  EXPECT_TRUE(requests.finish(id, {}, 2));
  EXPECT_EQ(attempts(), "1 w released The provider is busy. t; 2 v succeeded t");
}

TEST_F(QueueTest, AReleasedRequestWaitsForItsTime) {
  const RequestId id = queued();
  queue.release(queue.claim("w", 1h, 0)->key, 300ms, "", false);
  EXPECT_EQ(queue.figures().waiting, 1);
  EXPECT_EQ(queue.figures().queued, 0);
  EXPECT_EQ(claimed(), 0);
  EXPECT_TRUE(test::eventually([&] { return claimed() == id; }));
  EXPECT_THAT(requests.logs(id), IsEmpty());
}

TEST_F(QueueTest, AnAttemptOfADrainingWorkerDoesNotCount) {
  const RequestId id = queued();
  for (int i = 0; i < 3; ++i) queue.release(queue.claim("w", 1h, 0)->key, 0ms, "", true);
  const Claim claim = queue.claim("w", 1h, 0).value();
  EXPECT_EQ(claim.key.attempt, 4);
  EXPECT_EQ(claim.counted, 1);
  lapse(id);
  EXPECT_EQ(queue.reap(2), 1);
  EXPECT_EQ(read(id).state, RequestState::queued);
}

TEST_F(QueueTest, ALapsedLeaseIsReapedAndItsWorkerCanChangeNothingAnyMore) {
  const RequestId id = queued();
  const ClaimKey key = queue.claim("lost-one", 1ms, 0)->key;
  EXPECT_TRUE(test::eventually([&] { return queue.reap(2) == 1; }));
  EXPECT_EQ(queue.reap(2), 0);
  EXPECT_EQ(read(id).state, RequestState::queued);
  EXPECT_EQ(requests.logs(id).at(0).message, "The worker that ran it was lost: lost-one did not renew its lease.");
  EXPECT_THAT(queue.renew({key}, 1h), ElementsAre(Order::lost));
  EXPECT_FALSE(queue.release(key, 0ms, "", false));
  EXPECT_FALSE(requests.finish(id, {}, key.attempt));
  ASSERT_EQ(claimed(), id);
  requests.record_progress(id, {.fraction = 0.9}, {}, key.attempt);
  EXPECT_EQ(read(id).progress.fraction, -1);
  EXPECT_FALSE(requests.finish(id, {}, key.attempt));
  lapse(id);
  EXPECT_EQ(queue.reap(2), 1);
  EXPECT_EQ(read(id).state, RequestState::failed);
  EXPECT_EQ(read(id).outcome.error_code, "lease-lost");
  EXPECT_EQ(read(id).outcome.error, "The worker that ran it was lost: worker-1 did not renew its lease.");
  EXPECT_EQ(value("SELECT string_agg(outcome, ' ') FROM attempts"), "lapsed lapsed");
}

TEST_F(QueueTest, ALeaseThatIsRenewedIsNotReaped) {
  queued();
  const ClaimKey key = queue.claim("w", 1ms, 0)->key;
  EXPECT_THAT(queue.renew({key}, 1h), ElementsAre(Order::go_on));  // late, but nobody had taken it
  EXPECT_EQ(queue.reap(1), 0);
}

TEST_F(QueueTest, OneOfManyReapsALease) {
  for (int i = 0; i < 20; ++i) queued();
  while (const RequestId id = claimed()) lapse(id);
  std::atomic<int> reaped = 0;
  test::at_once(6, [&](int) { reaped += other()->queue().reap(3); });
  EXPECT_EQ(reaped, 20);
  EXPECT_EQ(value("SELECT count(*) FROM processing_logs"), "20");
}

TEST_F(QueueTest, CancelsAtOnceWhatNobodyRunsAndElseAsksItsWorker) {
  const RequestId waiting = queued();
  EXPECT_EQ(queue.cancel(waiting), Cancelled::at_once);
  EXPECT_EQ(read(waiting).state, RequestState::cancelled);
  EXPECT_EQ(queue.cancel(waiting), Cancelled::too_late);
  EXPECT_EQ(claimed(), 0);
  const RequestId runs = queued();
  ASSERT_EQ(claimed(), runs);
  EXPECT_EQ(queue.cancel(runs), Cancelled::soon);
  EXPECT_EQ(queue.cancel(runs), Cancelled::soon);
  EXPECT_TRUE(read(runs).cancel_asked);
  EXPECT_EQ(read(runs).state, RequestState::running);
  EXPECT_THROW(queue.cancel(99), base::RunError);
  const RequestId recorded = running();
  EXPECT_EQ(queue.cancel(recorded), Cancelled::at_once);
  EXPECT_EQ(read(recorded).state, RequestState::cancelled);
}

TEST_F(QueueTest, WhatIsToBeCancelledDoesNotGoBackToTheQueue) {
  const RequestId released = queued();
  const ClaimKey key = queue.claim("w", 1h, 0)->key;
  queue.cancel(released);
  EXPECT_TRUE(queue.release(key, 0ms, "drains", true));
  EXPECT_EQ(read(released).state, RequestState::cancelled);
  EXPECT_EQ(attempts(), "1 w cancelled drains f");
  const RequestId lost = queued();
  ASSERT_EQ(claimed(), lost);
  queue.cancel(lost);
  lapse(lost);
  EXPECT_EQ(queue.reap(1), 1);
  EXPECT_EQ(read(lost).state, RequestState::cancelled);
  EXPECT_EQ(read(lost).outcome.error, "");
}

TEST_F(QueueTest, ACancelAndAClaimAtOnceEndInOneOfBoth) {
  for (int round = 0; round < 20; ++round) {
    const RequestId id = queued();
    std::optional<Claim> claim;
    Cancelled cancelled{};
    test::at_once(2, [&](int who) {
      if (who == 0) claim = other()->queue().claim("w", 1h, 0);
      if (who == 1) cancelled = other()->queue().cancel(id);
    });
    EXPECT_EQ(cancelled, claim ? Cancelled::soon : Cancelled::at_once);
    EXPECT_EQ(read(id).state, claim ? RequestState::running : RequestState::cancelled);
    if (claim) requests.finish(id, failure("x"));
  }
}

TEST_F(QueueTest, PausesOnlyWhatHasNotEnded) {
  const RequestId id = running();
  EXPECT_TRUE(queue.set_paused(id, true));
  requests.finish(id, {});
  EXPECT_FALSE(queue.set_paused(id, false));
  EXPECT_THROW(queue.set_paused(99, true), base::RunError);
}

TEST_F(QueueTest, KnowsItsWorkers) {
  EXPECT_FALSE(queue.report_worker({.name = "a", .host = "one", .slots = 2}));
  EXPECT_FALSE(queue.report_worker({.name = "b", .host = "two", .slots = 4}));
  queued();
  queue.claim("b", 1h, 0);
  EXPECT_EQ(queue.ask_to_drain("b", true), 1);
  EXPECT_TRUE(queue.report_worker({.name = "b", .host = "two", .slots = 3}));
  EXPECT_FALSE(queue.report_worker({.name = "a", .host = "one", .slots = 2}));
  const auto workers = queue.workers();
  ASSERT_EQ(workers.size(), 2U);
  EXPECT_EQ(workers[1].name, "b");
  EXPECT_EQ(workers[1].host, "two");
  EXPECT_EQ(workers[1].slots, 3);
  EXPECT_EQ(workers[1].running, 1);
  EXPECT_TRUE(workers[1].drain);
  EXPECT_EQ(workers[0].running, 0);
  EXPECT_THAT(workers[0].seen_at, MatchesRegex(test::rfc3339));
  EXPECT_EQ(queue.ask_to_drain("", false), 2);
  EXPECT_EQ(queue.ask_to_drain("c", true), 0);
  queue.remove_worker("b");
  queue.remove_worker("b");
  EXPECT_EQ(queue.workers().size(), 1U);
  execute(url, "UPDATE workers SET seen_at = now() - interval '2 hours'");
  queue.reap(3);
  EXPECT_THAT(queue.workers(), IsEmpty());
}

TEST_F(QueueTest, CountsWhatWaitsAndRuns) {
  EXPECT_EQ(queue.figures().oldest_seconds, 0);
  for (int i = 0; i < 4; ++i) queued();
  create();
  queue.set_paused(queued(), true);
  ASSERT_NE(claimed(), 0);
  execute(url, "UPDATE requests SET created_at = now() - interval '90 s' WHERE request_id = 3");
  execute(url, "UPDATE requests SET run_after = now() + interval '1 hour' WHERE request_id = 4");
  const QueueFigures figures = queue.figures();
  EXPECT_EQ(figures.queued, 3);
  EXPECT_EQ(figures.running, 1);
  EXPECT_EQ(figures.waiting, 1);
  EXPECT_GE(figures.oldest_seconds, 90);
}

TEST_F(QueueTest, KeepsAnyTextAsText) {
  using namespace std::string_literals;
  const std::string hostile = "'; DROP TABLE workers; -- \\ \0 \xE9"s;
  queue.report_worker({.name = hostile, .host = hostile});
  EXPECT_EQ(queue.ask_to_drain(hostile, true), 1);
  queued();
  const Claim claim = queue.claim(hostile, 1h, 0).value();
  EXPECT_EQ(queue.workers().at(0).running, 1);
  EXPECT_TRUE(queue.release(claim.key, 0ms, hostile, false));
  EXPECT_EQ(requests.logs(claim.key.request).at(0).message, "'; DROP TABLE workers; -- \\ ␀ \\xE9");
}

TEST_F(QueueTest, TheDatabaseItselfRefusesALeaseWithoutARun) {
  const std::string id = std::to_string(queued());
  EXPECT_THROW(execute(url, "UPDATE requests SET state = 'running', started_at = now() WHERE request_id = " + id),
               pqxx::check_violation);
  EXPECT_THROW(execute(url, "INSERT INTO attempts (request_id, number, ended_at) VALUES (" + id + ", 1, now())"),
               pqxx::check_violation);
}

}  // namespace
}  // namespace reel::store
