#include <gmock/gmock.h>

#include <mutex>
#include <set>

#include "stores/stores_pgtest.hpp"

namespace reel::store {
namespace {

using namespace service;
using namespace std::chrono_literals;
using namespace std::string_literals;
using test::execute;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

class WebhooksTest : public test::StoresTest {
 protected:
  WebhookId hook() { return webhooks.add(sample.user, "https://example.org/hook", "sealed"); }
  RequestId ended() {
    const RequestId id = running();
    requests.finish(id, failure("x"));
    return id;
  }
};

TEST_F(WebhooksTest, ReadsBackWhatWasAdded) {
  const std::string secret = "\x00\xFF'\\binary"s;
  const WebhookId id = webhooks.add(sample.user, "https://example.org/'; DROP TABLE webhooks; --", secret);
  const auto all = webhooks.list(sample.user);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].id, id);
  EXPECT_EQ(all[0].user, sample.user);
  EXPECT_EQ(all[0].url, "https://example.org/'; DROP TABLE webhooks; --");
  EXPECT_EQ(all[0].sealed_secret, secret);
  EXPECT_THAT(all[0].created_at, MatchesRegex(test::rfc3339));
  EXPECT_THROW(webhooks.add(99, "https://example.org", ""), base::RunError);
}

TEST_F(WebhooksTest, OfManyForOneUserTheOthersDoNotWait) {
  hook();
  for (int i = 0; i < 5; ++i) ended();
  const UserId other = add_user("you@example.org");
  webhooks.add(other, "https://example.org/other", "");
  sample.user = other;
  ended();
  const auto due = webhooks.due(3, 2, 1h);
  ASSERT_EQ(due.size(), 3U);
  EXPECT_EQ(std::ranges::count_if(due, [&](const Delivery& d) { return d.webhook.user == other; }), 1);
  EXPECT_EQ(webhooks.due(100, 2, 1h).size(), 2U);
}

TEST_F(WebhooksTest, AreRemovedByTheirUserOnly) {
  const WebhookId id = hook();
  EXPECT_FALSE(webhooks.remove(add_user("you@example.org"), id));
  EXPECT_TRUE(webhooks.remove(sample.user, id));
  EXPECT_FALSE(webhooks.remove(sample.user, id));
  EXPECT_THAT(webhooks.list(sample.user), IsEmpty());
}

TEST_F(WebhooksTest, EachIsToldOfTheEndOfAPipelineOfItsUser) {
  const WebhookId first = hook();
  const WebhookId second = hook();
  webhooks.add(add_user("you@example.org"), "https://example.org/other", "");
  create();
  running();
  EXPECT_THAT(webhooks.due(10, 100, 1h), IsEmpty());
  const RequestId id = ended();
  const auto due = webhooks.due(10, 100, 1h);
  ASSERT_EQ(due.size(), 2U);
  EXPECT_EQ(due[0].webhook.id, first);
  EXPECT_EQ(due[0].webhook.sealed_secret, "sealed");
  EXPECT_EQ(due[0].webhook.user, sample.user);
  EXPECT_EQ(due[0].request, id);
  EXPECT_EQ(due[0].state, RequestState::failed);
  EXPECT_EQ(due[0].attempts, 1);
  EXPECT_EQ(due[1].webhook.id, second);
  EXPECT_THAT(webhooks.due(10, 100, 1h), IsEmpty());  // while the lease lasts
}

TEST_F(WebhooksTest, AreToldHoweverItEnds) {
  hook();
  const auto state = [&] {
    const auto due = webhooks.due(10, 100, 1h);
    return due.size() == 1 ? due[0].state : RequestState::queued;
  };
  queue.cancel(queued());
  EXPECT_EQ(state(), RequestState::cancelled);
  const RequestId id = queued();
  queue.claim("w", 1h, 0);
  execute(url, "UPDATE requests SET lease_until = now() - interval '1 s' WHERE request_id = " + std::to_string(id));
  queue.reap(1);
  EXPECT_EQ(state(), RequestState::failed);
  sample.kind = RequestKind::inspect;
  ended();
  EXPECT_THAT(webhooks.due(10, 100, 1h), IsEmpty());
}

TEST_F(WebhooksTest, AreTriedAgainUntilTakenOrGivenUp) {
  const WebhookId id = hook();
  const RequestId request = ended();
  const std::int64_t delivery = webhooks.due(1, 100, 1h).at(0).id;
  webhooks.settle(delivery, "500 ", 0ms);
  EXPECT_EQ(webhooks.deliveries(id, 10).at(0).state, "waiting");
  EXPECT_EQ(webhooks.due(1, 100, 1h).at(0).attempts, 2);
  webhooks.settle(delivery, "gone", 1h);
  EXPECT_THAT(webhooks.due(1, 100, 1h), IsEmpty());
  webhooks.settle(delivery, "", std::nullopt);
  const DeliveryRecord record = webhooks.deliveries(id, 10).at(0);
  EXPECT_EQ(record.id, delivery);
  EXPECT_EQ(record.request, request);
  EXPECT_EQ(record.attempts, 2);
  EXPECT_EQ(record.state, "delivered");
  EXPECT_EQ(record.fault, "");
  webhooks.settle(delivery, "too late", 0ms);
  EXPECT_THAT(webhooks.due(1, 100, 1h), IsEmpty());
  ended();
  const std::int64_t next = webhooks.due(1, 100, 1h).at(0).id;
  webhooks.settle(next, "410 \0"s, std::nullopt);
  EXPECT_EQ(webhooks.deliveries(id, 1).at(0).id, next);
  EXPECT_EQ(webhooks.deliveries(id, 1).at(0).state, "given-up");
  EXPECT_EQ(webhooks.deliveries(id, 1).at(0).fault, "410 ␀");
}

TEST_F(WebhooksTest, AreDueAgainWhereWhoTookThemDied) {
  hook();
  ended();
  ASSERT_EQ(webhooks.due(1, 100, 1ms).size(), 1U);
  EXPECT_TRUE(test::eventually([&] { return webhooks.due(1, 100, 1h).size() == 1; }));
}

TEST_F(WebhooksTest, EachIsGivenToOneOfMany) {
  hook();
  for (int i = 0; i < 30; ++i) ended();
  std::mutex mutex;
  std::multiset<std::int64_t> taken;
  test::at_once(6, [&](int) {
    const auto mine = other();
    for (auto due = mine->webhooks().due(3, 100, 1h); !due.empty(); due = mine->webhooks().due(3, 100, 1h)) {
      const std::lock_guard lock(mutex);
      for (const Delivery& delivery : due) taken.insert(delivery.id);
    }
  });
  EXPECT_EQ(taken.size(), 30U);
  EXPECT_EQ(std::set<std::int64_t>(taken.begin(), taken.end()).size(), 30U);
}

}  // namespace
}  // namespace reel::store
