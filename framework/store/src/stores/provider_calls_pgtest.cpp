#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "reel/base/error.hpp"
#include "stores/stores_pgtest.hpp"

namespace reel::store {
namespace {

using namespace std::chrono_literals;
using service::ProviderCall;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;
using State = ProviderCall::State;

class ProviderCallsTest : public test::StoresTest {
 protected:
  static ProviderCall call(const std::string& intent, const std::string& key = "k", const std::string& account = "a") {
    ProviderCall call;
    call.intent = intent;
    call.key = key;
    call.stage = "clip";
    call.account = account;
    call.request = R"({"prompt": "a kite\u0000"})";
    call.since = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    call.cents = 32.5;
    return call;
  }
  std::unique_ptr<service::Ledger> ledger_of(service::UserId user, std::int64_t cents = 1000) {
    return store->ledger(user, 0, cents);
  }

  service::UserId ada = add_user("ada@example.org"), bob = add_user("bob@example.org");
  std::unique_ptr<service::Ledger> ledger = ledger_of(ada);
};

TEST_F(ProviderCallsTest, WhatWasAskedForIsFoundUntilItEnds) {
  ProviderCall asked = call("i");
  ASSERT_TRUE(ledger->begin(asked, {}));
  ASSERT_TRUE(ledger->begin(asked, {})) << "to repeat it is harmless";
  const auto found = ledger->unfinished("k");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->intent, "i");
  EXPECT_EQ(found->state, State::asking);
  EXPECT_EQ(found->since, asked.since);
  EXPECT_EQ(found->cents, 32.5);
  EXPECT_THAT(found->request, HasSubstr("kite"));
  EXPECT_FALSE(ledger->unfinished("other"));
  EXPECT_FALSE(ledger_of(bob)->unfinished("k")) << "of another user";
  asked.state = State::making;
  asked.id = "g-1";
  ledger->update(asked);
  EXPECT_EQ(ledger->unfinished("k")->id, "g-1");
  EXPECT_EQ(ledger->unfinished("k")->state, State::making);
  EXPECT_FALSE(ledger->made("k"));
  for (const State state : {State::done, State::failed, State::unknown}) {
    asked.state = state;
    ledger->update(asked);
    EXPECT_FALSE(ledger->unfinished("k"));
    EXPECT_EQ(ledger->made("k").has_value(), state == State::done);
  }
  EXPECT_FALSE(ledger_of(bob)->made("k"));
  EXPECT_EQ(value("SELECT count(*) FROM provider_calls"), "1");
  EXPECT_EQ(value("SELECT state || ' ' || external_id || ' ' || (completed_at IS NOT NULL) FROM provider_calls"),
            "unknown g-1 true");
}

TEST_F(ProviderCallsTest, UsersShareTheLimitsOfAnAccount) {
  ASSERT_TRUE(ledger->begin(call("1"), {"s", "a", 1, 0}));
  EXPECT_FALSE(ledger_of(bob)->begin(call("2"), {"s", "a", 1, 0}));
  EXPECT_TRUE(ledger_of(bob)->begin(call("2", "k", "another"), {"s", "another", 1, 0}));
  ProviderCall first = call("1");
  first.state = State::done;
  ledger->update(first);
  EXPECT_FALSE(ledger_of(bob)->begin(call("3"), {"s", "a", 1, 1})) << "two in one minute";
  EXPECT_TRUE(ledger_of(bob)->begin(call("3"), {"s", "a", 1, 2}));
}

TEST_F(ProviderCallsTest, LimitsHoldAmongManyAtOnce) {
  std::atomic<int> begun = 0;
  std::vector<std::thread> workers;
  for (int i = 0; i < 8; ++i)
    workers.emplace_back([&, i] {
      const auto own = other();
      begun += own->ledger(ada, 0, 100'000)->begin(call(std::to_string(i)), {"s", "a", 3, 0}) ? 1 : 0;
    });
  for (std::thread& worker : workers) worker.join();
  EXPECT_EQ(begun, 3);
}

TEST_F(ProviderCallsTest, NobodySpendsMoreThanTheyMay) {
  const auto refusal = [&](service::Ledger& of, const std::string& intent) -> std::string {
    try {
      EXPECT_TRUE(of.begin(call(intent), {}));
      return "";
    } catch (const base::RunError& error) {
      return error.what();
    }
  };
  const auto poor = ledger_of(ada, 70);
  EXPECT_EQ(refusal(*poor, "1"), "");
  EXPECT_EQ(refusal(*poor, "2"), "");
  EXPECT_EQ(refusal(*poor, "3"), "this costs about $0.33; of the $0.70 that you may spend in 30 days, $0.05 is left");
  EXPECT_EQ(refusal(*ledger_of(bob, 70), "4"), "") << "has a budget of their own";
  ProviderCall nothing = call("2");
  nothing.state = State::failed;
  ledger->update(nothing);
  EXPECT_EQ(refusal(*poor, "5"), "") << "what the service never took cost nothing";
  accounts.set_quota(ada, {.provider_cents = 0});
  EXPECT_THAT(refusal(*poor, "6"), HasSubstr("of the $0.00"));
  EXPECT_EQ(accounts.usage(ada).provider_cents, 65);
  EXPECT_EQ(value("SELECT count(*) FROM provider_calls WHERE user_id = " + std::to_string(ada)), "3");
}

TEST_F(ProviderCallsTest, IdsAreThoseOfTheAccount) {
  for (const auto& [intent, account] : {std::pair{"1", "a"}, {"2", "a"}, {"3", "b"}}) {
    ProviderCall one = call(intent, "k", account);
    ledger->begin(one, {});
    one.id = "g-" + one.intent;
    one.state = State::making;
    ledger->update(one);
  }
  ledger->begin(call("4"), {});
  EXPECT_THAT(ledger_of(bob)->ids("a"), UnorderedElementsAre("g-1", "g-2"));
}

TEST_F(ProviderCallsTest, OneAtATimeIsAtWorkOnAKey) {
  auto held = ledger->lock("k", nullptr);
  const auto free = ledger->lock("another", nullptr);
  const auto of_bob = ledger_of(bob)->lock("k", nullptr);
  std::atomic<bool> stop = true;
  EXPECT_THROW(ledger_of(ada)->lock("k", &stop), base::Interrupted);
  std::atomic<bool> taken = false;
  std::thread waits([&] {
    const auto own = other();
    const auto lock = own->ledger(ada, 0, 0)->lock("k", nullptr);
    taken = true;
  });
  std::this_thread::sleep_for(300ms);
  EXPECT_FALSE(taken);
  held.reset();
  waits.join();
}

}  // namespace
}  // namespace reel::store
