/// The sending of webhooks (service/webhooks.hpp) from a real database to real receivers.
#include <gmock/gmock.h>
#include <sodium.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "loopback.hpp"
#include "pgtest.hpp"
#include "reel/service/webhooks.hpp"
#include "reel/store/postgres.hpp"

namespace reel::store {
namespace {

using namespace service;
using namespace std::chrono_literals;
using reel::test::LoopbackServer;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

const Keys keys{Key()};

class WebhookSenderTest : public test::DatabaseTest {
 protected:
  WebhookSenderTest() {
    migrate(url);
    store = open_postgres(url);
    user = store->accounts().local_user();
  }
  WebhookStore& hooks() { return store->webhooks(); }
  /// A sender that reaches these receivers on loopback.
  WebhookSender sender(std::vector<std::uint16_t> ports, std::chrono::milliseconds patience = 30s) const {
    return {keys, AddressPolicy({.ports = std::move(ports), .internal = {"127.0.0.0/8"}}), {.patience = patience}};
  }
  RequestId ended(RequestState state = RequestState::succeeded) {
    NewRequest request;
    request.user = user;
    request.video_url = "file:///in.mp4";
    request.pipeline_yaml = "reel: 1";
    const RequestId id = store->requests().create(request).id;
    EXPECT_TRUE(store->requests().start(id));
    Outcome outcome;
    outcome.state = state;
    if (state == RequestState::failed) outcome.error = "It broke.";
    EXPECT_TRUE(store->requests().finish(id, outcome));
    return id;
  }
  DeliveryRecord only_delivery(WebhookId hook) {
    const auto all = hooks().deliveries(hook, 10);
    EXPECT_THAT(all, SizeIs(1));
    return all.at(0);
  }
  void make_due() { test::execute(url, "UPDATE deliveries SET next_at = now()"); }

  std::unique_ptr<Store> store;
  UserId user = 0;
};

/// As a receiver checks it, by the documentation in webhooks.hpp.
bool signature_fits(const LoopbackServer::Received& got, const std::string& secret) {
  const std::string header = got.header("Reel-Signature");
  const auto comma = header.find(",v1=");
  if (!header.starts_with("t=") || comma == std::string::npos) return false;
  const std::string text = header.substr(2, comma - 2) + "." + got.body;
  unsigned char code[crypto_auth_hmacsha256_BYTES];
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(secret.data()), secret.size());
  crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  crypto_auth_hmacsha256_final(&state, code);
  char hexadecimal[2 * sizeof code + 1];
  sodium_bin2hex(hexadecimal, sizeof hexadecimal, code, sizeof code);
  return header.substr(comma + 4) == hexadecimal;
}

TEST_F(WebhookSenderTest, AReceiverIsToldOnceWhatCameOfARequest) {
  const LoopbackServer receiver([](const auto&) { return LoopbackServer::reply(204); });
  const WebhookSender to = sender({receiver.port()});
  const MadeWebhook hook = to.add(hooks(), user, receiver.url("/hook"));
  EXPECT_EQ(to.send_due(*store), 0);
  const RequestId request = ended(RequestState::failed);
  EXPECT_EQ(to.send_due(*store), 1);
  ASSERT_THAT(receiver.received(), SizeIs(1));
  const auto got = receiver.received()[0];
  EXPECT_THAT(got.head, testing::StartsWith("POST /hook HTTP/1.1\r\n"));
  EXPECT_EQ(got.header("Content-Type"), "application/json");
  EXPECT_EQ(got.header("Reel-Delivery"), std::to_string(only_delivery(hook.id).id));
  const auto body = nlohmann::json::parse(got.body);
  const nlohmann::json expected = {{"type", "request.failed"},
                                   {"request", request},
                                   {"state", "failed"},
                                   {"time", store->requests().find(request)->completed_at}};
  EXPECT_EQ(body, expected);
  EXPECT_TRUE(signature_fits(got, hook.secret));
  EXPECT_FALSE(signature_fits(got, "another secret"));
  EXPECT_EQ(only_delivery(hook.id).state, "delivered");
  make_due();
  EXPECT_EQ(to.send_due(*store), 0);
}

TEST_F(WebhookSenderTest, TheSecretIsShownOnceAndKeptSealed) {
  const MadeWebhook hook = sender({80}).add(hooks(), user, "http://127.0.0.1/");
  EXPECT_THAT(hook.secret, testing::MatchesRegex("whsec_[A-Za-z0-9_-]*"));
  EXPECT_EQ(hook.secret.size(), 49U);
  const std::string sealed = hooks().list(user).at(0).sealed_secret;
  EXPECT_THAT(sealed, Not(HasSubstr(hook.secret.substr(6))));
  EXPECT_EQ(keys.unseal(sealed), hook.secret);
}

TEST_F(WebhookSenderTest, AddressesThatAreNotAllowedAndTooManyAreRefused) {
  const WebhookSender to = sender({80});
  for (const char* address : {"http://10.0.0.1/", "http://169.254.169.254/latest", "file:///etc/passwd",
                              "http://user:secret@127.0.0.1/", "http://127.0.0.1:22/", "nonsense"})
    EXPECT_THROW(to.add(hooks(), user, address), base::InputError) << address;
  EXPECT_THAT(hooks().list(user), IsEmpty());
  for (int i = 0; i < 10; ++i) to.add(hooks(), user, "http://127.0.0.1/");
  EXPECT_THROW(to.add(hooks(), user, "http://127.0.0.1/"), base::InputError);
}

TEST_F(WebhookSenderTest, WhatFailsIsTriedAgainLaterUntilItIsTaken) {
  std::atomic<int> status = 500;
  const LoopbackServer receiver([&](const auto&) { return LoopbackServer::reply(status); });
  const WebhookSender to = sender({receiver.port()});
  const MadeWebhook hook = to.add(hooks(), user, receiver.url());
  ended();
  EXPECT_EQ(to.send_due(*store), 1);
  EXPECT_EQ(to.send_due(*store), 0) << "not at once";
  DeliveryRecord record = only_delivery(hook.id);
  EXPECT_EQ(record.state, "waiting");
  EXPECT_EQ(record.attempts, 1);
  EXPECT_THAT(record.fault, HasSubstr("status 500"));
  EXPECT_EQ(test::value(url, "SELECT next_at - now() BETWEEN '20 s' AND '40 s' FROM deliveries"), "t");
  status = 200;
  make_due();
  EXPECT_EQ(to.send_due(*store), 1);
  record = only_delivery(hook.id);
  EXPECT_EQ(record.state, "delivered");
  ASSERT_THAT(receiver.received(), SizeIs(2));
  EXPECT_EQ(receiver.received()[0].body, receiver.received()[1].body);
  EXPECT_EQ(receiver.received()[0].header("Reel-Delivery"), receiver.received()[1].header("Reel-Delivery"));
}

TEST_F(WebhookSenderTest, AfterTenTriesItIsGivenUp) {
  const LoopbackServer receiver([](const auto&) { return LoopbackServer::reply(503); });
  const WebhookSender to = sender({receiver.port()});
  const MadeWebhook hook = to.add(hooks(), user, receiver.url());
  ended();
  for (int tries = 1; tries <= 10; ++tries) {
    EXPECT_EQ(only_delivery(hook.id).state, "waiting") << tries;
    make_due();
    EXPECT_EQ(to.send_due(*store), 1) << tries;
  }
  EXPECT_EQ(only_delivery(hook.id).state, "given-up");
  EXPECT_EQ(only_delivery(hook.id).attempts, 10);
  make_due();
  EXPECT_EQ(to.send_due(*store), 0);
  EXPECT_THAT(receiver.received(), SizeIs(10));
}

TEST_F(WebhookSenderTest, RedirectsAreNotFollowed) {
  const LoopbackServer inner([](const auto&) { return LoopbackServer::reply(200); });
  const LoopbackServer receiver(
      [&](const auto&) { return LoopbackServer::reply(307, "Location: " + inner.url() + "\r\n"); });
  const WebhookSender to = sender({receiver.port(), inner.port()});
  const MadeWebhook hook = to.add(hooks(), user, receiver.url());
  ended();
  to.send_due(*store);
  EXPECT_THAT(only_delivery(hook.id).fault, HasSubstr("status 307"));
  EXPECT_THAT(inner.received(), IsEmpty());
}

TEST_F(WebhookSenderTest, AReceiverThatNeverAnswersHoldsUpNobodyElse) {
  const LoopbackServer dead([](const auto&) { return std::string(); });
  const LoopbackServer alive([](const auto&) { return LoopbackServer::reply(200); });
  const WebhookSender to = sender({dead.port(), alive.port()}, 2s);
  const MadeWebhook bad = to.add(hooks(), user, dead.url()), good = to.add(hooks(), user, alive.url());
  for (int i = 0; i < 4; ++i) ended();
  EXPECT_EQ(to.send_due(*store), 8);
  for (const auto& record : hooks().deliveries(good.id, 10)) EXPECT_EQ(record.state, "delivered") << record.fault;
  for (const auto& record : hooks().deliveries(bad.id, 10)) EXPECT_THAT(record.fault, HasSubstr("No answer"));
}

TEST_F(WebhookSenderTest, AnAddressThatIsNotAllowedAnyMoreIsNotConnectedTo) {
  const LoopbackServer receiver([](const auto&) { return LoopbackServer::reply(200); });
  const MadeWebhook hook = sender({receiver.port()}).add(hooks(), user, receiver.url());
  ended();
  EXPECT_EQ(WebhookSender(keys, AddressPolicy({.ports = {receiver.port()}})).send_due(*store), 1);
  EXPECT_THAT(only_delivery(hook.id).fault, HasSubstr("not on the public Internet"));
  EXPECT_EQ(only_delivery(hook.id).state, "waiting");
  EXPECT_THAT(receiver.received(), IsEmpty());
}

TEST_F(WebhookSenderTest, AnotherKeySendsNothing) {
  const LoopbackServer receiver([](const auto&) { return LoopbackServer::reply(200); });
  const MadeWebhook hook = sender({receiver.port()}).add(hooks(), user, receiver.url());
  ended();
  Key another;
  another.bytes[0] = 1;
  const AddressPolicy policy({.ports = {receiver.port()}, .internal = {"127.0.0.1"}});
  EXPECT_EQ(WebhookSender(Keys(another), policy).send_due(*store), 1);
  EXPECT_THAT(only_delivery(hook.id).fault, HasSubstr("sealed with another key"));
  EXPECT_THAT(receiver.received(), IsEmpty());
}

TEST_F(WebhookSenderTest, SendersAtOnceSendEachOnce) {
  const LoopbackServer receiver([](const auto&) { return LoopbackServer::reply(200); });
  const WebhookSender to = sender({receiver.port()});
  const MadeWebhook hook = to.add(hooks(), user, receiver.url());
  for (int i = 0; i < 40; ++i) ended();
  {
    std::vector<std::jthread> senders;
    for (int t = 0; t < 3; ++t)
      senders.emplace_back([&] {
        const auto mine = open_postgres(url);
        while (to.send_due(*mine) > 0) {
        }
      });
  }
  std::set<std::string> deliveries;
  for (const auto& got : receiver.received()) deliveries.insert(got.header("Reel-Delivery"));
  EXPECT_THAT(receiver.received(), SizeIs(40));
  EXPECT_THAT(deliveries, SizeIs(40));
  for (const auto& record : hooks().deliveries(hook.id, 100)) EXPECT_EQ(record.state, "delivered");
}

}  // namespace
}  // namespace reel::store
