/// What the tests of accounts share: the rules of service/accounts.hpp on a real database.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "pgtest.hpp"
#include "reel/service/accounts.hpp"
#include "reel/store/postgres.hpp"

namespace reel::store::test {

using Why = service::AccountRefused::Why;

constexpr const char* email = "ada@example.org";
constexpr const char* password = "correct horse battery";
constexpr const char* new_password = "staple of 7 words";
inline const service::Client laptop{"Firefox", "192.0.2.1"};

/// Limits that no test reaches by the way.
inline service::AccountSettings roomy() {
  using std::chrono::seconds;
  return {.tries_by_account = {1000, seconds(1)},
          .logins_by_address = {1000, seconds(1)},
          .registrations_by_address = {1000, seconds(1)}};
}

/// Why an action is refused; none: it is not.
inline std::optional<Why> refusal(const std::function<void()>& action) {
  try {
    action();
  } catch (const service::AccountRefused& refused) {
    return refused.why();
  }
  return std::nullopt;
}

class AccountRulesTest : public DatabaseTest {
 protected:
  AccountRulesTest() {
    migrate(url);
    store = open_postgres(url);
  }
  service::AccountStore& db() { return store->accounts(); }
  service::UserId registered(const std::string& address = email) {
    return accounts.register_user(db(), address, password, laptop);
  }
  service::Tokens logged_in(const std::string& with = password) { return accounts.login(db(), email, with, laptop); }
  std::optional<service::Identity> identified(const std::string& token) { return accounts.identify(db(), token); }

  service::Keys keys{service::Key()};
  service::Accounts accounts{keys, roomy()};
  std::unique_ptr<service::Store> store;
};

}  // namespace reel::store::test
