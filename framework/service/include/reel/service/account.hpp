/// Users, their sessions and tokens, as they are kept. The rules are in accounts.hpp.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "reel/service/request.hpp"

namespace reel::service {

enum class Role { user, admin };
std::string_view name(Role role);
std::optional<Role> role(std::string_view name);

/// What a user may take; what is not set is the installation's default.
struct Quota {
  std::optional<std::int64_t> storage_bytes;
  std::optional<std::int64_t> concurrent_jobs;
  std::optional<std::int64_t> provider_cents;  ///< in 30 days
};

struct User {
  UserId id = 0;
  std::string email;
  std::string password_hash;  ///< Argon2id in its usual text form; `!` for an account without a login
  Role role = Role::user;
  bool disabled = false;
  Quota quota;
  std::string created_at;  ///< RFC 3339, UTC, as all times here
};

/// One login. It lives from login to logout, or until it has not been used for long.
struct Session {
  std::string id;  ///< UUID
  UserId user = 0;
  std::string client;  ///< User-Agent
  std::string address;
  std::string created_at, used_at, expires_at;
};

struct NewSession {
  UserId user = 0;
  std::string refresh_hash;  ///< hexadecimal, of the refresh token
  std::string client, address;
  std::chrono::seconds lifetime{0};
};

struct ApiToken {
  std::int64_t id = 0;
  UserId user = 0;
  std::string name;
  std::string hint;                             ///< its last four characters
  std::string created_at, used_at, expires_at;  ///< `used_at` empty: never; `expires_at` empty: never
};

struct NewApiToken {
  UserId user = 0;
  std::string name, hint;
  std::string hash;                              ///< hexadecimal
  std::optional<std::chrono::seconds> lifetime;  ///< none: for ever
};

struct Usage {
  std::int64_t stored_bytes = 0;    ///< videos, unfinished uploads (by their announced length) and artifacts
  std::int64_t active_jobs = 0;     ///< queued and running
  std::int64_t provider_cents = 0;  ///< in the last 30 days
};

/// See Store for threads and errors.
class AccountStore {
 public:
  virtual ~AccountStore() = default;

  /// The account that runs without a login belong to (`reel run --record`); made when missing.
  virtual UserId local_user() = 0;

  /// None: the address (without regard to case) has an account.
  virtual std::optional<UserId> add_user(const std::string& email, const std::string& password_hash, Role role) = 0;
  virtual std::optional<User> user(UserId id) = 0;
  virtual std::optional<User> user_of(const std::string& email) = 0;
  virtual std::vector<User> users(UserId after, int limit) = 0;  ///< by id
  /// Ends every session of the user except `keep` as well.
  virtual void set_password(UserId id, const std::string& password_hash, const std::string& keep = {}) = 0;
  virtual void set_role(UserId id, Role role) = 0;
  virtual void set_disabled(UserId id, bool disabled) = 0;  ///< true: ends the user's sessions
  virtual void set_quota(UserId id, const Quota& quota) = 0;
  virtual void remove_user(UserId id) = 0;  ///< and everything that is the user's, in the database
  virtual Usage usage(UserId id) = 0;

  /// The new session's id.
  virtual std::string add_session(const NewSession& session) = 0;
  /// A session that has not ended, of a user who is not disabled, together with the user.
  virtual std::optional<std::pair<Session, User>> session(const std::string& id) = 0;
  virtual std::vector<Session> sessions(UserId user) = 0;
  virtual bool end_session(UserId user, const std::string& id) = 0;
  virtual void end_sessions(UserId user) = 0;

  enum class Refreshed { done, unknown, reused };
  struct RefreshResult {
    Refreshed refreshed = Refreshed::unknown;
    Session session;  ///< if done
    User user;        ///< if done
  };
  /// Exchanges a refresh token for the next, once, in one transaction. One that was exchanged before ends its session: it was
  /// stolen, or the client is broken. Unknown, expired and of ended sessions: unknown.
  virtual RefreshResult refresh(const std::string& old_hash, const std::string& new_hash,
                                std::chrono::seconds lifetime) = 0;

  virtual std::int64_t add_api_token(const NewApiToken& token) = 0;
  /// A live token and its user, who is not disabled; `used_at` is written down (to the minute).
  virtual std::optional<std::pair<ApiToken, User>> api_token(const std::string& hash) = 0;
  virtual std::vector<ApiToken> api_tokens(UserId user) = 0;
  virtual bool remove_api_token(UserId user, std::int64_t id) = 0;

  /// Sessions and tokens that ended long ago. How many rows.
  virtual int remove_expired() = 0;
};

}  // namespace reel::service
