/// The rules of accounts: who may be who, and how they prove it.
///
/// A login makes a *session* (a row, which is looked up at each request, so that its end counts at once) and two tokens: an
/// *access token* (a JWT of 15 minutes) that goes with each request, and a *refresh token* (random, stored as a hash) that is
/// exchanged for the next pair, once. Scripts use *API tokens* instead: `reel_…`, without a session.
///
/// What needs no rule is AccountStore's alone: to list sessions and API tokens, to remove tokens, and to log out, which is
/// end_session() or, everywhere, end_sessions().
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "reel/base/error.hpp"
#include "reel/service/account.hpp"
#include "reel/service/keys.hpp"
#include "reel/service/rate_limit.hpp"

namespace reel::service {

/// Where a try to log in or to register comes from.
struct Client {
  std::string name;     ///< User-Agent
  std::string address;  ///< IP address; empty: no client of the network, and no limit by address
};

/// Who makes a request, and by what.
struct Identity {
  User user;  ///< without the hash of the password
  std::variant<Session, ApiToken> proof;

  const Session* session() const { return std::get_if<Session>(&proof); }  ///< null: came with an API token
};

struct Tokens {
  std::string access, refresh;
  std::chrono::seconds access_lifetime, refresh_lifetime;
  Identity identity;
};

struct MadeApiToken {
  std::int64_t id = 0;
  std::string text;  ///< shown once: only its hash is kept
};

/// What was asked for is refused; what() says why, in words for the user.
class AccountRefused : public base::InputError {
 public:
  enum class Why {
    bad_email,
    bad_password,  ///< too short, too common, ...
    email_taken,
    wrong_credentials,  ///< e-mail or password is wrong, or the account is disabled: which of them is not said
    bad_token_name,
    too_many_tokens,
  };
  AccountRefused(Why why, const std::string& what, std::string hint = {})
      : InputError(what, std::move(hint)), why_(why) {}
  Why why() const noexcept { return why_; }

 private:
  Why why_;
};

struct AccountSettings {
  std::chrono::seconds access_lifetime = std::chrono::minutes(15);
  std::chrono::seconds session_lifetime = std::chrono::hours(24 * 30);  ///< since it was last refreshed
  int hashes_at_once = 2;                                               ///< each takes 64 MiB and 0.1 s of one core
  int hashes_waiting = 64;
  RateLimit::Rule tries_by_account{10, std::chrono::seconds(60)};  ///< of a password
  RateLimit::Rule logins_by_address{30, std::chrono::seconds(10)};
  RateLimit::Rule registrations_by_address{10, std::chrono::minutes(10)};
  int api_tokens = 50;  ///< that a user may have
};

/// One for a server; any thread, each with a store of its own. Besides what is said below, all functions throw what the store
/// throws; those that take a password may block for about 0.1 s and throw TooManyTries, or base::TransientError when too
/// many wait. Limits count in this process.
class Accounts {
 public:
  explicit Accounts(const Keys& keys, AccountSettings settings = {});
  ~Accounts();

  /// Throws AccountRefused. An address that has an account is told so: docs/decisions/0011-accounts.md.
  UserId register_user(AccountStore& store, const std::string& email, const std::string& password, const Client& client,
                       Role role = Role::user);
  /// Throws AccountRefused. Takes the same work whether there is such an account or not.
  Tokens login(AccountStore& store, const std::string& email, const std::string& password, const Client& client);
  /// None: unknown, expired, or used before, which ends the session; the user has to log in.
  std::optional<Tokens> refresh(AccountStore& store, const std::string& refresh_token);
  /// By an access token or an API token; none: it proves nothing (any more).
  std::optional<Identity> identify(AccountStore& store, const std::string& token);

  /// Ends the user's other sessions. API tokens stay. Throws AccountRefused.
  void change_password(AccountStore& store, const Identity& who, const std::string& old_password,
                       const std::string& new_password);
  /// With all that is the user's in the store; files are the caller's. Throws AccountRefused.
  void delete_account(AccountStore& store, UserId user, const std::string& password);
  /// Throws AccountRefused.
  MadeApiToken make_api_token(AccountStore& store, UserId user, const std::string& name,
                              std::optional<std::chrono::seconds> lifetime = {});

  /// Passwords hashed so far, right or wrong: what an answer to a login costs.
  std::uint64_t hashes() const;

 private:
  class Rules;
  std::unique_ptr<Rules> rules_;
};

}  // namespace reel::service
