#include <gmock/gmock.h>

#include <atomic>

#include "stores/stores_pgtest.hpp"

namespace reel::store {
namespace {

using namespace service;
using namespace std::chrono_literals;
using namespace std::string_literals;
using test::execute;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using Refreshed = AccountStore::Refreshed;

class AccountsTest : public test::StoresTest {
 protected:
  const UserId me = add_user("Me@Example.org");

  std::string login(const std::string& hash = "refresh-1", std::chrono::seconds lifetime = 1h) {
    return accounts.add_session({me, hash, "Browser", "192.0.2.1", lifetime});
  }
  Refreshed refreshed(const std::string& from, const std::string& to) {
    return accounts.refresh(from, to, 1h).refreshed;
  }
};

TEST_F(AccountsTest, HasOneLocalUserWhomNobodyCanLogInAs) {
  EXPECT_EQ(accounts.local_user(), sample.user);
  EXPECT_EQ(accounts.user(sample.user)->email, "local@localhost");
  EXPECT_EQ(accounts.user(sample.user)->password_hash, "!");
}

TEST_F(AccountsTest, ReadsBackAUser) {
  accounts.set_role(me, Role::admin);
  accounts.set_quota(me, {.storage_bytes = 5'000'000'000, .provider_cents = 0});
  const User user = accounts.user_of("mE@eXAMPLE.ORG").value();
  EXPECT_EQ(user.id, me);
  EXPECT_EQ(user.email, "Me@Example.org");
  EXPECT_EQ(user.password_hash, "$argon2id$");
  EXPECT_EQ(user.role, Role::admin);
  EXPECT_FALSE(user.disabled);
  EXPECT_EQ(user.quota.storage_bytes, 5'000'000'000);
  EXPECT_EQ(user.quota.concurrent_jobs, std::nullopt);
  EXPECT_EQ(user.quota.provider_cents, 0);
  EXPECT_THAT(user.created_at, MatchesRegex(test::rfc3339));
  EXPECT_FALSE(accounts.user_of("nobody@example.org"));
  EXPECT_FALSE(accounts.user(4'000'000'000));
}

TEST_F(AccountsTest, AnAddressHasOneAccountHoweverManyAskForItAtOnce) {
  EXPECT_EQ(accounts.add_user("me@example.ORG", "x", Role::user), std::nullopt);
  std::atomic<int> made = 0;
  test::at_once(8, [&](int) {
    if (other()->accounts().add_user("new@example.org", "x", Role::user)) ++made;
  });
  EXPECT_EQ(made, 1);
}

TEST_F(AccountsTest, ListsUsersInPages) {
  const UserId you = add_user("you@example.org");
  const auto ids = [&](UserId after, int limit) {
    std::vector<UserId> result;
    for (const User& user : accounts.users(after, limit)) result.push_back(user.id);
    return result;
  };
  EXPECT_THAT(ids(0, 10), ElementsAre(sample.user, me, you));
  EXPECT_THAT(ids(sample.user, 1), ElementsAre(me));
  EXPECT_THAT(ids(you, 10), IsEmpty());
}

TEST_F(AccountsTest, AChangedPasswordEndsTheOtherSessions) {
  const std::string kept = login("a");
  const std::string ended = login("b");
  accounts.set_password(me, "$argon2id$new", kept);
  EXPECT_EQ(accounts.user(me)->password_hash, "$argon2id$new");
  EXPECT_TRUE(accounts.session(kept));
  EXPECT_FALSE(accounts.session(ended));
  EXPECT_EQ(refreshed("b", "c"), Refreshed::unknown);
  accounts.set_password(me, "$argon2id$newer");
  EXPECT_FALSE(accounts.session(kept));
}

TEST_F(AccountsTest, ADisabledUserHasNoSessionAndNoToken) {
  const std::string id = login();
  accounts.add_api_token({me, "script", "abcd", "hash", std::nullopt});
  accounts.set_disabled(me, true);
  EXPECT_TRUE(accounts.user(me)->disabled);
  EXPECT_FALSE(accounts.session(id));
  EXPECT_FALSE(accounts.api_token("hash"));
  const std::string later = login("late");
  EXPECT_FALSE(accounts.session(later));
  EXPECT_EQ(refreshed("late", "later"), Refreshed::unknown);
  accounts.set_disabled(me, false);
  EXPECT_FALSE(accounts.session(id));
  EXPECT_TRUE(accounts.api_token("hash"));
}

TEST_F(AccountsTest, KnowsNoOtherUsers) {
  const UserId none = 4'000'000'000;
  EXPECT_THROW(accounts.set_password(none, "x"), base::RunError);
  EXPECT_THROW(accounts.set_role(none, Role::user), base::RunError);
  EXPECT_THROW(accounts.set_disabled(none, true), base::RunError);
  EXPECT_THROW(accounts.set_quota(none, {}), base::RunError);
  EXPECT_THROW(accounts.add_session({none, "x", "", "", 1h}), base::RunError);
  EXPECT_THROW(accounts.add_api_token({none, "x", "", "x", {}}), base::RunError);
  EXPECT_THROW(accounts.set_quota(me, {.storage_bytes = -1}), base::RunError);
  EXPECT_EQ(accounts.usage(none).stored_bytes, 0);
  accounts.remove_user(none);
}

TEST_F(AccountsTest, ReadsBackASessionWithItsUser) {
  const std::string id = login();
  EXPECT_THAT(id, MatchesRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"));
  const auto [session, user] = accounts.session(id).value();
  EXPECT_EQ(session.id, id);
  EXPECT_EQ(session.user, me);
  EXPECT_EQ(session.client, "Browser");
  EXPECT_EQ(session.address, "192.0.2.1");
  EXPECT_THAT(session.expires_at, MatchesRegex(test::rfc3339));
  EXPECT_GT(session.expires_at, session.created_at);
  EXPECT_EQ(user.email, "Me@Example.org");
  for (const std::string& strange : {""s, "no-uuid"s, "' OR true --"s, "\0"s}) EXPECT_FALSE(accounts.session(strange));
}

TEST_F(AccountsTest, EndsSessionsOfTheirUserOnly) {
  const UserId you = add_user("you@example.org");
  const std::string first = login("a");
  const std::string second = login("b");
  EXPECT_EQ(accounts.sessions(me).size(), 2U);
  EXPECT_FALSE(accounts.end_session(you, first));
  EXPECT_TRUE(accounts.end_session(me, first));
  EXPECT_FALSE(accounts.end_session(me, first));
  EXPECT_FALSE(accounts.session(first));
  accounts.end_sessions(you);
  EXPECT_TRUE(accounts.session(second));
  accounts.end_sessions(me);
  EXPECT_THAT(accounts.sessions(me), IsEmpty());
}

TEST_F(AccountsTest, ASessionThatIsNotUsedExpires) {
  const std::string id = login("a", 0s);
  EXPECT_FALSE(accounts.session(id));
  EXPECT_THAT(accounts.sessions(me), IsEmpty());
  EXPECT_EQ(refreshed("a", "b"), Refreshed::unknown);
  EXPECT_EQ(accounts.remove_expired(), 1);
}

TEST_F(AccountsTest, ARefreshTokenIsExchangedForTheNext) {
  const std::string id = login("first", 1min);
  const auto before = accounts.session(id)->first;
  const auto result = accounts.refresh("first", "second", 24h);
  EXPECT_EQ(result.refreshed, Refreshed::done);
  EXPECT_EQ(result.session.id, id);
  EXPECT_EQ(result.user.id, me);
  EXPECT_GT(result.session.expires_at, before.expires_at);
  EXPECT_EQ(refreshed("second", "third"), Refreshed::done);
  EXPECT_EQ(refreshed("nonsense", "fourth"), Refreshed::unknown);
  EXPECT_TRUE(accounts.session(id));
}

TEST_F(AccountsTest, ARefreshTokenThatComesAgainEndsItsSession) {
  const std::string id = login("first");
  const std::string another = login("untouched");
  ASSERT_EQ(refreshed("first", "second"), Refreshed::done);
  ASSERT_EQ(refreshed("second", "third"), Refreshed::done);
  EXPECT_EQ(refreshed("first", "stolen"), Refreshed::reused);
  EXPECT_FALSE(accounts.session(id));
  EXPECT_EQ(refreshed("third", "fourth"), Refreshed::unknown);
  EXPECT_EQ(refreshed("first", "stolen"), Refreshed::unknown);
  EXPECT_TRUE(accounts.session(another));
}

TEST_F(AccountsTest, OneRefreshTokenIsExchangedOnceHoweverManyTry) {
  const std::string id = login("first");
  std::atomic<int> done = 0;
  std::atomic<int> reused = 0;
  test::at_once(6, [&](int i) {
    const auto result = other()->accounts().refresh("first", "next-" + std::to_string(i), 1h).refreshed;
    if (result == Refreshed::done) ++done;
    if (result == Refreshed::reused) ++reused;
  });
  EXPECT_EQ(done, 1);
  EXPECT_EQ(reused, 1);  // that ended the session: for the others there is none
  EXPECT_FALSE(accounts.session(id));
}

TEST_F(AccountsTest, ReadsBackAnApiTokenWithItsUser) {
  const std::int64_t id = accounts.add_api_token({me, "backup", "wxyz", "aabb", 1h});
  EXPECT_EQ(accounts.api_tokens(me).at(0).used_at, "");
  const auto [token, user] = accounts.api_token("aabb").value();
  EXPECT_EQ(token.id, id);
  EXPECT_EQ(token.user, me);
  EXPECT_EQ(token.name, "backup");
  EXPECT_EQ(token.hint, "wxyz");
  EXPECT_THAT(token.used_at, MatchesRegex(test::rfc3339));
  EXPECT_GT(token.expires_at, token.created_at);
  EXPECT_EQ(user.id, me);
  EXPECT_EQ(accounts.api_token("aabb")->first.used_at, token.used_at);  // to the minute
  EXPECT_FALSE(accounts.api_token("ccdd"));
  EXPECT_THROW(accounts.add_api_token({me, "again", "", "aabb", {}}), base::RunError);
  EXPECT_EQ(accounts.api_tokens(me).size(), 1U);
  EXPECT_FALSE(accounts.remove_api_token(sample.user, id));
  EXPECT_TRUE(accounts.remove_api_token(me, id));
  EXPECT_FALSE(accounts.api_token("aabb"));
}

TEST_F(AccountsTest, AnExpiredApiTokenIsShownForAWhileAndThenRemoved) {
  accounts.add_api_token({me, "old", "", "old", 0s});
  accounts.add_api_token({me, "for ever", "", "ever", std::nullopt});
  EXPECT_FALSE(accounts.api_token("old"));
  EXPECT_EQ(accounts.api_token("ever")->first.expires_at, "");
  EXPECT_EQ(accounts.remove_expired(), 0);
  EXPECT_EQ(accounts.api_tokens(me).size(), 2U);
  execute(url, "UPDATE api_tokens SET expires_at = now() - interval '31 days' WHERE hash = 'old'");
  EXPECT_EQ(accounts.remove_expired(), 1);
  EXPECT_EQ(accounts.api_tokens(me).size(), 1U);
}

TEST_F(AccountsTest, AddsUpWhatAUserTakes) {
  sample.user = me;
  EXPECT_EQ(accounts.usage(me).active_jobs, 0);
  create();
  const RequestId id = running();
  const RequestId done = running();
  Outcome outcome;
  outcome.stored_bytes = 100;
  requests.finish(done, outcome);
  videos.add_upload({.id = "whole", .user = me, .length = 1000}, 1h);
  videos.set_inspected(videos.complete_upload("whole", ""), "{}", "", 1200, "");
  videos.add_upload({.id = "half", .user = me, .length = 5000}, 1h);
  for (const auto& [intent, cents] : {std::pair{"a", "70"}, {"b", "NULL"}, {"c", "5"}})
    execute(url,
            "INSERT INTO provider_calls (user_id, request_id, stage, provider, intent, cost_cents, request) VALUES (" +
                std::to_string(me) + ", " + std::to_string(id) + ", 's', 'luma', '" + intent + "', " + cents +
                ", '{}')");
  execute(url, "UPDATE provider_calls SET created_at = now() - interval '31 days' WHERE intent = 'c'");
  const Usage usage = accounts.usage(me);
  EXPECT_EQ(usage.stored_bytes, 100 + 1200 + 5000);
  EXPECT_EQ(usage.active_jobs, 2);
  EXPECT_EQ(usage.provider_cents, 70);
  EXPECT_EQ(accounts.usage(sample.user = accounts.local_user()).stored_bytes, 0);
  videos.remove(read(id).video);
  EXPECT_EQ(accounts.usage(me).provider_cents, 70);  // spent is spent
}

TEST_F(AccountsTest, ARemovedUserLeavesNothingBehind) {
  sample.user = me;
  accounts.set_quota(me, {.storage_bytes = 1});
  login();
  accounts.refresh("refresh-1", "refresh-2", 1h);
  accounts.add_api_token({me, "t", "", "t", {}});
  webhooks.add(me, "https://example.org", "sealed");
  videos.add_upload({.id = "u", .user = me}, 1h);
  videos.complete_upload("u", "");
  queued(me);
  const Claim claim = queue.claim("w", 1h, 0).value();
  requests.append_logs(claim.key.request, {line("x")});
  Outcome outcome;
  outcome.artifacts = {"file:///x"};
  requests.finish(claim.key.request, outcome);
  execute(url, "INSERT INTO provider_calls (user_id, stage, provider, intent, request) SELECT " + std::to_string(me) +
                   ", 's', 'luma', 'i', '{}'");
  accounts.remove_user(me);
  accounts.remove_user(me);
  for (const char* table :
       {"videos", "requests", "processing_logs", "request_stages", "artifacts", "attempts", "sessions",
        "refresh_tokens", "api_tokens", "uploads", "webhooks", "deliveries", "provider_calls"})
    EXPECT_EQ(value("SELECT count(*) FROM "s + table), "0") << table;
  EXPECT_EQ(value("SELECT count(*) FROM users"), "1");
}

TEST_F(AccountsTest, KeepsAnyTextAsText) {
  const std::string hostile = "'; DROP TABLE users; -- \\ \0 \xE9 🎬"s;
  const std::string kept = "'; DROP TABLE users; -- \\ ␀ \\xE9 🎬";
  const UserId user = accounts.add_user(hostile, hostile, Role::user).value();
  EXPECT_EQ(accounts.user_of(hostile)->id, user);
  EXPECT_EQ(accounts.user(user)->email, kept);
  const std::string id = accounts.add_session({user, hostile, hostile, hostile, 1h});
  EXPECT_EQ(accounts.session(id)->first.client, kept);
  EXPECT_EQ(accounts.refresh(hostile, "x", 1h).refreshed, Refreshed::done);
  accounts.add_api_token({user, hostile, hostile, hostile, {}});
  EXPECT_EQ(accounts.api_token(hostile)->first.name, kept);
  EXPECT_FALSE(accounts.end_session(user, hostile));
}

}  // namespace
}  // namespace reel::store
