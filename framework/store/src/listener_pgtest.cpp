#include <gmock/gmock.h>

#include <set>

#include "reel/store/database.hpp"
#include "stores/stores_pgtest.hpp"

namespace reel::store {
namespace {

using namespace service;
using namespace std::chrono_literals;
using About = Notice::About;
using ::testing::IsEmpty;

class ListenerTest : public test::StoresTest {
 protected:
  ListenerTest() { EXPECT_EQ(about(listener->wait(10s)), std::multiset<About>{About::all}); }

  static std::multiset<About> about(const std::vector<Notice>& notices) {
    std::multiset<About> result;
    for (const Notice& notice : notices) result.insert(notice.about);
    return result;
  }
  /// All that come from `action`, which makes at least one.
  std::vector<Notice> of(const std::function<void()>& action) {
    action();
    std::vector<Notice> all = listener->wait(10s);
    for (auto more = listener->wait(50ms); !more.empty(); more = listener->wait(50ms))
      all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  const std::unique_ptr<Listener> listener = open_listener(url);
};

TEST_F(ListenerTest, HearsNothingWhereNothingHappens) {
  requests.find(1);
  EXPECT_THAT(listener->wait(0ms), IsEmpty());
  EXPECT_THAT(listener->wait(50ms), IsEmpty());
}

TEST_F(ListenerTest, HearsOfARequestAndOfItsVideo) {
  RequestId id = 0;
  const auto notices = of([&] { id = create(); });
  EXPECT_EQ(about(notices), (std::multiset{About::request, About::video}));
  for (const Notice& notice : notices) {
    EXPECT_EQ(notice.id, notice.about == About::request ? id : read(id).video);
    EXPECT_EQ(notice.user, sample.user);
  }
}

TEST_F(ListenerTest, HearsWhenAWorkerFindsSomething) {
  EXPECT_EQ(about(of([&] { queued(); })).count(About::queue), 1U);
  EXPECT_EQ(about(of([&] { queue.set_paused(1, true); })).count(About::queue), 0U);
  EXPECT_EQ(about(of([&] { queue.set_paused(1, false); })).count(About::queue), 1U);
  ClaimKey key;
  EXPECT_EQ(about(of([&] { key = queue.claim("w", 1h, 1)->key; })).count(About::queue), 0U);
  EXPECT_EQ(about(of([&] { queue.release(key, 0ms, "", false); })).count(About::queue), 1U);
  queued();
  of([&] { key = queue.claim("w", 1h, 1)->key; });
  // The end of one makes room for the other of its user.
  EXPECT_EQ(about(of([&] { requests.finish(key.request, {}); })).count(About::queue), 1U);
  of([&] { key = queue.claim("w", 1h, 1)->key; });
  EXPECT_EQ(about(of([&] { requests.finish(key.request, {}); })).count(About::queue), 0U);
  EXPECT_EQ(about(of([&] { accounts.set_quota(sample.user, {}); })), std::multiset{About::queue});
}

TEST_F(ListenerTest, HearsOfOrdersForARunningRequest) {
  queued();
  const ClaimKey key = queue.claim("w", 1h, 0)->key;
  of([] {});
  for (const auto& order : std::vector<std::function<void()>>{[&] { queue.set_paused(key.request, true); },
                                                              [&] { queue.set_paused(key.request, false); },
                                                              [&] { queue.cancel(key.request); }}) {
    const auto notices = of(order);
    EXPECT_EQ(about(notices), (std::multiset{About::orders, About::request}));
    EXPECT_EQ(notices[0].id, key.request);
  }
}

TEST_F(ListenerTest, IsNotToldOfRenewedLeasesNorOfInspections) {
  queued();
  const ClaimKey key = queue.claim("w", 1h, 0)->key;
  of([] {});
  queue.renew({key}, 1h);
  EXPECT_THAT(listener->wait(50ms), IsEmpty());
  videos.add_upload({.id = "u", .user = sample.user}, 1h);
  EXPECT_EQ(about(of([&] { videos.complete_upload("u", ""); })), (std::multiset{About::queue, About::video}));
}

TEST_F(ListenerTest, HearsNothingOfWhatDidNotHappen) {
  requests.start(create());
  of([] {});
  sample.video = 99;
  EXPECT_THROW(create(), base::InputError);
  EXPECT_FALSE(requests.start(1));
  EXPECT_THAT(listener->wait(50ms), IsEmpty());
}

TEST_F(ListenerTest, HearsOfWhatOtherProgramsWrite) {
  const RequestId id = create();
  of([] {});
  const auto notices = of([&] { test::execute(url, "UPDATE requests SET progress_frames = 5"); });
  EXPECT_EQ(about(notices), std::multiset{About::request});
  EXPECT_EQ(notices[0].id, id);
}

TEST_F(ListenerTest, WakesWhenSomethingComes) {
  std::thread later([this] {
    std::this_thread::sleep_for(100ms);
    other()->requests().create(sample);
  });
  EXPECT_FALSE(listener->wait(1h).empty());
  later.join();
}

TEST_F(ListenerTest, SaysThatAnythingMayHaveChangedWhenTheConnectionWasCut) {
  for (int i = 0; i < 2; ++i) {
    test::execute(url,
                  "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
                  " AND datname = current_database()");
    EXPECT_EQ(about(listener->wait(10s)), std::multiset{About::all});
    EXPECT_FALSE(of([&] { create(); }).empty());
  }
}

TEST(ListenerOfADatabase, GoesOnWhenItsServerDied) {
  const test::TemporaryFolder root;
  const Database database(std::nullopt, root.path());
  const auto listener = database.listen();
  ASSERT_EQ(listener->wait(10s).at(0).about, About::all);
  test::kill_server(root.path() / "postgres");
  ASSERT_EQ(listener->wait(60s).at(0).about, About::all);
  database.open()->accounts().set_quota(database.open()->accounts().local_user(), {});
  EXPECT_EQ(listener->wait(10s).at(0).about, About::queue);
}

TEST(ListenerOfADatabase, WaitsWhereTheServerIsAway) {
  const auto listener = open_listener("host=/nowhere dbname=x");
  EXPECT_THAT(listener->wait(0ms), IsEmpty());
  EXPECT_THAT(listener->wait(300ms), IsEmpty());
  EXPECT_THROW(open_listener("postgresql://bob:s3cr3t@[::1/media"), base::InputError);
}

}  // namespace
}  // namespace reel::store
