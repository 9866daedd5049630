#include "accounts_pgtest.hpp"

#include <gmock/gmock.h>

#include <set>
#include <utility>

namespace reel::store::test {
namespace {

using namespace service;
using namespace std::chrono_literals;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

TEST_F(AccountRulesTest, WhoRegistersCanLogInAndIsKnownByTheToken) {
  const UserId id = registered();
  const Tokens tokens = logged_in();
  EXPECT_EQ(tokens.access_lifetime, 15min);
  EXPECT_EQ(tokens.refresh_lifetime, 720h);
  const auto who = identified(tokens.access);
  ASSERT_TRUE(who);
  EXPECT_EQ(who->user.id, id);
  EXPECT_EQ(who->user.email, email);
  EXPECT_EQ(who->user.role, Role::user);
  EXPECT_EQ(who->user.password_hash, "") << "is nobody's business";
  ASSERT_NE(who->session(), nullptr);
  EXPECT_EQ(who->session()->client, "Firefox");
  EXPECT_EQ(who->session()->address, "192.0.2.1");
  EXPECT_EQ(who->session()->id, tokens.identity.session()->id);
}

TEST_F(AccountRulesTest, NeitherPasswordsNorTokensStandInTheDatabase) {
  const UserId id = registered();
  const Tokens tokens = logged_in();
  const MadeApiToken made = accounts.make_api_token(db(), id, "script");
  for (const char* table : {"users", "sessions", "refresh_tokens", "api_tokens"}) {
    const auto rows = value(url, std::string("SELECT coalesce(string_agg(t::text, ' '), '') FROM ") + table + " t");
    EXPECT_THAT(rows, Not(IsEmpty()));
    for (const std::string& secret : {std::string(password), tokens.refresh, tokens.access, made.text})
      EXPECT_EQ(rows.find(secret), std::string::npos) << table;
  }
  EXPECT_THAT(value(url, "SELECT password_hash FROM users WHERE email <> 'local@localhost'"), StartsWith("$argon2id$"));
}

TEST_F(AccountRulesTest, WhatIsNoAddressIsRefused) {
  for (const std::string& address :
       {std::string(), std::string("ada"), std::string("@example.org"), std::string("ada@"), std::string("a@b@c"),
        std::string("a da@example.org"), std::string("ada@example.org\n"), std::string("ada\0@example.org", 16),
        std::string("ada@\x1b[31m.org"), std::string("ada\xff@example.org"), std::string(65, 'a') + "@example.org",
        "ada@" + std::string(252, 'a')})
    EXPECT_EQ(refusal([&] { registered(address); }), Why::bad_email) << address;
  EXPECT_EQ(accounts.hashes(), 1U) << "the one of the start";
}

TEST_F(AccountRulesTest, WeakPasswordsAreRefused) {
  for (const char* weak : {"short", "password123", "ada@example.org", "aaaaaaaaaaaa"})
    EXPECT_EQ(refusal([&] { accounts.register_user(db(), email, weak, laptop); }), Why::bad_password) << weak;
}

TEST_F(AccountRulesTest, AnAddressHasOneAccountHoweverItIsWritten) {
  registered();
  EXPECT_EQ(refusal([&] { registered("Ada@Example.ORG"); }), Why::email_taken);
  EXPECT_NO_THROW(accounts.login(db(), "ADA@example.org", password, laptop));
}

TEST_F(AccountRulesTest, OneAnswerAndOneAmountOfWorkWhateverIsWrong) {
  registered();
  db().set_disabled(registered("disabled@example.org"), true);
  db().local_user();
  const std::pair<const char*, const char*> wrong[] = {{email, "a wrong password"},
                                                       {"unknown@example.org", password},
                                                       {"disabled@example.org", password},
                                                       {"disabled@example.org", "a wrong password"},
                                                       {"local@localhost", ""},
                                                       {"local@localhost", "!"},
                                                       {"no address", password},
                                                       {"", ""}};
  std::set<std::string> answers;
  for (const auto& [address, tried] : wrong) {
    const auto before = accounts.hashes();
    try {
      accounts.login(db(), address, tried, laptop);
      ADD_FAILURE() << address << " is logged in";
    } catch (const AccountRefused& refused) {
      EXPECT_EQ(refused.why(), Why::wrong_credentials);
      answers.insert(refused.what() + refused.hint());
    }
    EXPECT_EQ(accounts.hashes() - before, 1U) << address;
  }
  EXPECT_THAT(answers, SizeIs(1));
}

TEST_F(AccountRulesTest, ARightLoginCostsAsManyHashesAsAWrongOne) {
  registered();
  const auto before = accounts.hashes();
  logged_in();
  EXPECT_EQ(accounts.hashes() - before, 1U);
}

TEST_F(AccountRulesTest, TriesAreLimitedByAccount) {
  AccountSettings strict = roomy();
  strict.tries_by_account = {3, 1h};
  Accounts limited(keys, strict);
  registered();
  registered("bob@example.org");
  for (const char* address : {email, "unknown@example.org"}) {
    for (int i = 0; i < 3; ++i)
      EXPECT_EQ(refusal([&] { limited.login(db(), address, "a wrong password", laptop); }), Why::wrong_credentials);
    const auto before = limited.hashes();
    EXPECT_THROW(limited.login(db(), address, password, {"", "198.51.100.7"}), TooManyTries);
    EXPECT_EQ(limited.hashes(), before);
  }
  EXPECT_THROW(limited.login(db(), "ADA@Example.org", password, laptop), TooManyTries);
  EXPECT_THROW(limited.delete_account(db(), db().user_of(email)->id, password), TooManyTries);
  EXPECT_NO_THROW(limited.login(db(), "bob@example.org", password, laptop));
}

TEST_F(AccountRulesTest, ARightPasswordGivesTheAccountItsTriesBack) {
  AccountSettings strict = roomy();
  strict.tries_by_account = {2, 1h};
  Accounts limited(keys, strict);
  registered();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(refusal([&] { limited.login(db(), email, "a wrong password", laptop); }), Why::wrong_credentials);
    EXPECT_NO_THROW(limited.login(db(), email, password, laptop));
  }
}

TEST_F(AccountRulesTest, LoginsAreLimitedByAddressOfTheNetwork) {
  AccountSettings strict = roomy();
  strict.logins_by_address = {2, 1h};
  Accounts limited(keys, strict);
  registered();
  for (int i = 0; i < 2; ++i) limited.login(db(), email, password, {"", "2001:db8::" + std::to_string(i)});
  try {
    limited.login(db(), email, password, {"", "2001:db8::ffff"});
    FAIL();
  } catch (const TooManyTries& error) {
    EXPECT_GT(error.wait(), 0s);
    EXPECT_LE(error.wait(), 1h);
  }
  EXPECT_NO_THROW(limited.login(db(), email, password, {"", "2001:db8:0:1::1"}));
  for (int i = 0; i < 4; ++i) EXPECT_NO_THROW(limited.login(db(), email, password, {"", ""}));
}

TEST_F(AccountRulesTest, RegistrationsAreLimitedByAddress) {
  AccountSettings strict = roomy();
  strict.registrations_by_address = {1, 1h};
  Accounts limited(keys, strict);
  limited.register_user(db(), email, password, laptop);
  EXPECT_THROW(limited.register_user(db(), "bob@example.org", password, laptop), TooManyTries);
  EXPECT_NO_THROW(limited.register_user(db(), "bob@example.org", password, {}, Role::admin));
  EXPECT_EQ(db().user_of("bob@example.org")->role, Role::admin);
}

TEST_F(AccountRulesTest, ADisabledUserIsOutAtOnceAndCanComeBack) {
  const UserId id = registered();
  const Tokens tokens = logged_in();
  const MadeApiToken script = accounts.make_api_token(db(), id, "script");
  db().set_disabled(id, true);
  EXPECT_FALSE(identified(tokens.access));
  EXPECT_FALSE(identified(script.text));
  EXPECT_FALSE(accounts.refresh(db(), tokens.refresh));
  EXPECT_EQ(refusal([&] { logged_in(); }), Why::wrong_credentials);
  db().set_disabled(id, false);
  EXPECT_NO_THROW(logged_in());
  EXPECT_FALSE(identified(tokens.access)) << "sessions of then stay ended";
  EXPECT_TRUE(identified(script.text));
}

TEST_F(AccountRulesTest, ADeletedAccountLeavesNothing) {
  const UserId id = registered();
  const Tokens tokens = logged_in();
  const MadeApiToken script = accounts.make_api_token(db(), id, "script");
  EXPECT_EQ(refusal([&] { accounts.delete_account(db(), id, "a wrong password"); }), Why::wrong_credentials);
  EXPECT_TRUE(identified(tokens.access));
  accounts.delete_account(db(), id, password);
  EXPECT_FALSE(identified(tokens.access));
  EXPECT_FALSE(identified(script.text));
  EXPECT_FALSE(accounts.refresh(db(), tokens.refresh));
  EXPECT_EQ(refusal([&] { logged_in(); }), Why::wrong_credentials);
  EXPECT_EQ(refusal([&] { accounts.delete_account(db(), id, password); }), Why::wrong_credentials);
  EXPECT_NE(registered(), id);
}

TEST_F(AccountRulesTest, ANewPasswordNeedsTheOldOneAndEndsOtherSessions) {
  const UserId id = registered();
  const Tokens here = logged_in(), there = logged_in();
  const MadeApiToken script = accounts.make_api_token(db(), id, "script");
  const auto change = [&](const char* from, const char* to) {
    return refusal([&] { accounts.change_password(db(), here.identity, from, to); });
  };
  EXPECT_EQ(change("a wrong password", new_password), Why::wrong_credentials);
  EXPECT_EQ(change(password, "password123"), Why::bad_password);
  EXPECT_TRUE(identified(there.access));
  EXPECT_EQ(change(password, new_password), std::nullopt);
  EXPECT_TRUE(identified(here.access));
  EXPECT_FALSE(identified(there.access));
  EXPECT_TRUE(identified(script.text));
  EXPECT_EQ(refusal([&] { logged_in(); }), Why::wrong_credentials);
  EXPECT_NO_THROW(logged_in(new_password));
}

}  // namespace
}  // namespace reel::store::test
