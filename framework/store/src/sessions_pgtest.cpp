#include <gmock/gmock.h>

#include <atomic>
#include <barrier>
#include <thread>
#include <vector>

#include "accounts_pgtest.hpp"

namespace reel::store::test {
namespace {

using namespace service;
using namespace std::chrono_literals;
using testing::SizeIs;

using AccountSessionsTest = AccountRulesTest;

TEST_F(AccountSessionsTest, ARefreshTokenIsExchangedOnce) {
  registered();
  const Tokens first = logged_in();
  const auto second = accounts.refresh(db(), first.refresh);
  ASSERT_TRUE(second);
  EXPECT_NE(second->refresh, first.refresh);
  EXPECT_NE(second->access, first.access);
  EXPECT_EQ(second->identity.session()->id, first.identity.session()->id);
  EXPECT_TRUE(identified(first.access)) << "of the same session, which goes on";
  const auto third = accounts.refresh(db(), second->refresh);
  ASSERT_TRUE(third);
  EXPECT_TRUE(identified(third->access));
}

TEST_F(AccountSessionsTest, ARefreshTokenThatComesAgainEndsItsSessionOnly) {
  registered();
  const Tokens stolen = logged_in(), other = logged_in();
  const auto next = accounts.refresh(db(), stolen.refresh);
  ASSERT_TRUE(next);
  EXPECT_FALSE(accounts.refresh(db(), stolen.refresh));
  EXPECT_FALSE(identified(next->access));
  EXPECT_FALSE(identified(stolen.access));
  EXPECT_FALSE(accounts.refresh(db(), next->refresh));
  EXPECT_TRUE(identified(other.access));
  EXPECT_TRUE(accounts.refresh(db(), other.refresh));
}

TEST_F(AccountSessionsTest, OfExchangesAtOnceExactlyOneWins) {
  registered();
  constexpr int at_once = 4;
  for (int round = 0; round < 10; ++round) {
    const Tokens tokens = logged_in();
    std::atomic<int> won = 0;
    std::barrier start(at_once);
    {
      std::vector<std::jthread> threads;
      for (int t = 0; t < at_once; ++t)
        threads.emplace_back([&] {
          const auto mine = open_postgres(url);
          mine->ping();
          start.arrive_and_wait();
          won += accounts.refresh(mine->accounts(), tokens.refresh) ? 1 : 0;
        });
    }
    EXPECT_EQ(won, 1);
    EXPECT_FALSE(identified(tokens.access)) << "the others came with a used one";
  }
}

TEST_F(AccountSessionsTest, UnknownRefreshTokensAreNothing) {
  registered();
  const Tokens tokens = logged_in();
  for (const std::string& token : {std::string(), std::string("x"), tokens.access, std::string(1 << 20, 'x'),
                                   std::string("\0\xff'", 3), tokens.refresh + "x", " " + tokens.refresh})
    EXPECT_FALSE(accounts.refresh(db(), token));
  EXPECT_TRUE(identified(tokens.access));
}

TEST_F(AccountSessionsTest, ASessionEndsWhenItWasNotRefreshedForLong) {
  registered();
  const Tokens tokens = logged_in();
  execute(url, "UPDATE sessions SET expires_at = now() - interval '1 second'");
  EXPECT_FALSE(identified(tokens.access));
  EXPECT_FALSE(accounts.refresh(db(), tokens.refresh));
}

TEST_F(AccountSessionsTest, ARefreshLengthensTheSession) {
  registered();
  const Tokens tokens = logged_in();
  execute(url, "UPDATE sessions SET expires_at = now() + interval '1 hour'");
  ASSERT_TRUE(accounts.refresh(db(), tokens.refresh));
  EXPECT_EQ(value(url, "SELECT expires_at > now() + interval '29 days' FROM sessions"), "t");
}

TEST_F(AccountSessionsTest, LogoutCountsAtOnceHereOrEverywhere) {
  const UserId id = registered();
  const Tokens one = logged_in(), two = logged_in(), three = logged_in();
  EXPECT_TRUE(db().end_session(id, one.identity.session()->id));
  EXPECT_FALSE(identified(one.access));
  EXPECT_FALSE(accounts.refresh(db(), one.refresh));
  EXPECT_TRUE(identified(two.access));
  db().end_sessions(id);
  EXPECT_FALSE(identified(two.access));
  EXPECT_FALSE(identified(three.access));
}

TEST_F(AccountSessionsTest, NobodyEndsASessionOfAnother) {
  registered();
  const Tokens tokens = logged_in();
  EXPECT_FALSE(db().end_session(registered("bob@example.org"), tokens.identity.session()->id));
  EXPECT_TRUE(identified(tokens.access));
}

TEST_F(AccountSessionsTest, ALoginUnderWayWithTheOldPasswordDoesNotOutliveIt) {
  const UserId id = registered();
  // The password changes after the login has checked it, and before there is a session that the change could end.
  execute(url, R"(
    CREATE FUNCTION change_password() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN UPDATE users SET password_hash = 'new' WHERE user_id = NEW.user_id; RETURN NEW; END $$;
    CREATE TRIGGER meanwhile BEFORE INSERT ON sessions FOR EACH ROW EXECUTE FUNCTION change_password())");
  EXPECT_EQ(refusal([&] { logged_in(); }), Why::wrong_credentials);
  EXPECT_THAT(db().sessions(id), SizeIs(0));
}

TEST_F(AccountSessionsTest, ScriptsHaveTokensOfTheirOwn) {
  const UserId id = registered();
  const MadeApiToken made = accounts.make_api_token(db(), id, "nightly build");
  EXPECT_THAT(made.text, testing::MatchesRegex("reel_[A-Za-z0-9_-]*"));
  EXPECT_EQ(made.text.size(), 48U);
  const auto who = identified(made.text);
  ASSERT_TRUE(who);
  EXPECT_EQ(who->user.id, id);
  EXPECT_EQ(who->session(), nullptr);
  EXPECT_EQ(std::get<ApiToken>(who->proof).name, "nightly build");
  const auto listed = db().api_tokens(id);
  ASSERT_THAT(listed, SizeIs(1));
  EXPECT_THAT(made.text, testing::EndsWith(listed[0].hint));
  EXPECT_EQ(listed[0].hint.size(), 4U);
  EXPECT_NE(listed[0].used_at, "");
  EXPECT_FALSE(db().remove_api_token(registered("bob@example.org"), made.id));
  EXPECT_TRUE(identified(made.text));
  EXPECT_TRUE(db().remove_api_token(id, made.id));
  EXPECT_FALSE(identified(made.text));
}

TEST_F(AccountSessionsTest, ApiTokensExpireIfTheyShall) {
  const UserId id = registered();
  const MadeApiToken over = accounts.make_api_token(db(), id, "over", 0s);
  const MadeApiToken soon = accounts.make_api_token(db(), id, "soon", 1h);
  EXPECT_FALSE(identified(over.text));
  EXPECT_TRUE(identified(soon.text));
}

TEST_F(AccountSessionsTest, ApiTokensHaveNamesAndAreCounted) {
  AccountSettings few = roomy();
  few.api_tokens = 2;
  Accounts limited(keys, few);
  const UserId id = registered();
  for (const std::string& name : {std::string(), std::string(101, 'x'), std::string("a\nb")})
    EXPECT_EQ(refusal([&] { limited.make_api_token(db(), id, name); }), Why::bad_token_name) << name;
  for (int i = 0; i < 2; ++i) limited.make_api_token(db(), id, "n");
  EXPECT_EQ(refusal([&] { limited.make_api_token(db(), id, "n"); }), Why::too_many_tokens);
}

TEST_F(AccountSessionsTest, WhatProvesNothingIsNobody) {
  const UserId id = registered();
  const Tokens tokens = logged_in();
  const MadeApiToken script = accounts.make_api_token(db(), id, "script");
  Key another;
  another.bytes[0] = 1;
  for (const std::string& token :
       {std::string(), std::string("reel_"), script.text + "x", script.text.substr(0, 47),
        "REEL_" + script.text.substr(5), "reel_" + std::string(1 << 20, 'x'), std::string("reel_\0'\xff", 8),
        tokens.refresh, tokens.access + "x", tokens.identity.session()->id})
    EXPECT_FALSE(identified(token));
  EXPECT_FALSE(Accounts(Keys(another), roomy()).identify(db(), tokens.access));
}

}  // namespace
}  // namespace reel::store::test
