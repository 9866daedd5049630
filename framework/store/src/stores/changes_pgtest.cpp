#include <gmock/gmock.h>

#include <atomic>
#include <map>
#include <random>

#include "stores/stores_pgtest.hpp"

namespace reel::store {
namespace {

using namespace service;
using test::execute;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ChangesTest : public test::StoresTest {
 protected:
  ChangesTest() : StoresTest(test::Cluster::own) {}
  std::int64_t mark() { return requests.changes(sample.user, 0).mark; }
  std::vector<RequestId> since(std::int64_t mark) {
    std::vector<RequestId> ids;
    for (const Request& request : requests.changes(sample.user, mark).requests) ids.push_back(request.id);
    return ids;
  }
  static std::string touch(RequestId id) {
    return "UPDATE requests SET progress_frames = progress_frames + 1 WHERE request_id = " + std::to_string(id);
  }
};

TEST_F(ChangesTest, AreNoneWithoutAMarkAndAllSinceOne) {
  const std::int64_t before = mark();
  const RequestId first = create();
  const RequestId second = create();
  EXPECT_THAT(requests.changes(sample.user, 0).requests, IsEmpty());
  EXPECT_THAT(since(before), ElementsAre(first, second));
  const std::int64_t now = mark();
  EXPECT_GT(now, before);
  EXPECT_THAT(since(now), IsEmpty());
  requests.start(first);
  EXPECT_THAT(since(now), ElementsAre(first));
  EXPECT_THAT(since(before), ElementsAre(second, first));
}

TEST_F(ChangesTest, AreNotMoreThanAStreamTakes) {
  const std::int64_t before = mark();
  const RequestId first = create();
  execute(url,
          "INSERT INTO requests (user_id, video_id, pipeline_name, pipeline_yaml, kind, params, for_workers, priority)"
          " SELECT user_id, video_id, pipeline_name, pipeline_yaml, kind, params, for_workers, priority"
          " FROM requests, generate_series(1, 500) WHERE request_id = " +
              std::to_string(first));
  const auto changes = requests.changes(sample.user, before).requests;
  ASSERT_EQ(changes.size(), 500U);
  EXPECT_GT(changes.front().id, first) << "the oldest is left out";
  EXPECT_LT(changes.front().id, changes.back().id);
  EXPECT_EQ(changes.front().pipeline_yaml, "") << "what can be large is not read";
  EXPECT_NE(requests.find(first)->pipeline_yaml, "");
}

TEST_F(ChangesTest, AreEveryWriteThatUsersSee) {
  const RequestId id = queued();
  const auto changed = [&](const std::function<void()>& action) {
    const std::int64_t before = mark();
    action();
    return since(before) == std::vector<RequestId>{id};
  };
  EXPECT_TRUE(changed([&] { queue.set_paused(id, true); }));
  EXPECT_TRUE(changed([&] { queue.set_paused(id, false); }));
  const Claim claim = queue.claim("w", std::chrono::hours(1), 0).value();
  EXPECT_TRUE(changed([&] { requests.record_progress(id, {}, {{"blur", "", "running", 1, 0.5}}); }));
  EXPECT_TRUE(changed([&] { queue.cancel(id); }));
  EXPECT_FALSE(changed([&] { queue.renew({claim.key}, std::chrono::hours(2)); }));
  EXPECT_TRUE(changed([&] { requests.finish(id, failure("x")); }));
}

TEST_F(ChangesTest, AreOfTheUserAlone) {
  const std::int64_t before = mark();
  sample.user = add_user("other@example.org");
  create();
  sample.user = accounts.local_user();
  sample.kind = RequestKind::inspect;
  create();
  EXPECT_THAT(since(before), IsEmpty());
}

TEST_F(ChangesTest, AreNotMissedWhenALaterTransactionCommitsFirst) {
  const RequestId slow = create();
  const RequestId quick = create();
  const std::int64_t before = mark();
  pqxx::connection connection(url);
  pqxx::work writer(connection);
  writer.exec(touch(slow));
  execute(url, touch(quick));
  const auto seen = requests.changes(sample.user, before);
  ASSERT_EQ(seen.requests.size(), 1U);
  EXPECT_EQ(seen.requests[0].id, quick);
  writer.commit();
  EXPECT_THAT(since(seen.mark), Contains(slow));
}

TEST_F(ChangesTest, AreNotMissedHoweverManyWriteAtOnce) {
  constexpr int count = 240;
  std::vector<RequestId> ids;
  for (int i = 0; i < count; ++i) ids.push_back(create());
  std::int64_t at = mark();
  std::map<RequestId, std::int64_t> seen;
  const auto look = [&] {
    const auto changes = requests.changes(sample.user, at);
    for (const Request& request : changes.requests) seen[request.id] = request.progress.frames;
    at = changes.mark;
  };
  // Each row is written once, so that a change which a reader misses does not come again.
  std::atomic<int> writing = 6;
  std::thread writers([&] {
    test::at_once(6, [&](int writer) {
      std::mt19937 random(static_cast<unsigned>(writer));
      pqxx::connection connection(url);
      for (std::size_t i = static_cast<std::size_t>(writer); i < ids.size(); i += 6) {
        pqxx::work tx(connection);
        tx.exec(touch(ids[i]));
        std::this_thread::sleep_for(std::chrono::milliseconds(random() % 8));
        tx.commit();
      }
      --writing;
    });
  });
  while (writing > 0) look();
  writers.join();
  look();
  ASSERT_EQ(seen.size(), static_cast<std::size_t>(count));
  for (const auto& [id, frames] : seen) EXPECT_EQ(frames, 1) << id;
}

TEST_F(ChangesTest, GoOnInADatabaseThatWasRestoredFromAnotherServer) {
  const RequestId restored = create();
  constexpr std::int64_t theirs = 1'000'000'000'000;
  execute(url, "ALTER TABLE requests DISABLE TRIGGER requests_stamp_changed");
  execute(url, "UPDATE requests SET changed_xact = '" + std::to_string(theirs) + "'");
  execute(url, "ALTER TABLE requests ENABLE TRIGGER requests_stamp_changed");
  const std::int64_t before = mark();
  const RequestId created = create();
  EXPECT_THAT(since(before), ElementsAre(created));
  // A mark of the other server tells nothing here.
  EXPECT_THAT(since(theirs), ElementsAre(created));
  requests.start(restored);
  EXPECT_THAT(since(theirs + 1), ElementsAre(created, restored));
}

}  // namespace
}  // namespace reel::store
