/// Sessions with their refresh tokens, and API tokens.
#include "reel/base/error.hpp"
#include "storable.hpp"
#include "stores/accounts.hpp"
#include "stores/user_rows.hpp"

namespace reel::store {
namespace {

using service::ApiToken;
using service::User;
using service::UserId;

#define SESSION_COLUMNS                                                                                     \
  " s.session_id, s.client, s.address, rfc3339(s.created_at) AS created_at, rfc3339(s.used_at) AS used_at," \
  " rfc3339(s.expires_at) AS expires_at "
#define TOKEN_COLUMNS                                                                                \
  " t.token_id, t.name, t.hint, rfc3339(t.created_at) AS created_at, rfc3339(t.used_at) AS used_at," \
  " rfc3339(t.expires_at) AS expires_at "

constexpr Statement insert_session{"add_session", R"(
  INSERT INTO sessions (user_id, client, address, expires_at)
  VALUES ($1::bigint, $2, $3, now() + $4::bigint * interval '1 s') RETURNING session_id)"};
constexpr Statement add_refresh{"add_refresh_token", "INSERT INTO refresh_tokens (hash, session_id) VALUES ($1, $2)"};
constexpr Statement find{"read_session", "SELECT" SESSION_COLUMNS "," REEL_USER_COLUMNS
                                         "FROM sessions s JOIN users u USING (user_id)"
                                         " WHERE s.session_id = $1 AND s.expires_at > now() AND NOT u.disabled"};
constexpr Statement list_sessions{"list_sessions",
                                  "SELECT s.user_id," SESSION_COLUMNS
                                  "FROM sessions s WHERE s.user_id = $1::bigint AND s.expires_at > now()"
                                  " ORDER BY s.used_at DESC, s.session_id"};
constexpr Statement end_one{"end_session", "DELETE FROM sessions WHERE user_id = $1::bigint AND session_id = $2"};
constexpr Statement end_all{"end_sessions", "DELETE FROM sessions WHERE user_id = $1::bigint"};

// The lock makes one of two that come at once the second: it sees what the first has done.
constexpr Statement lock_refresh{"lock_refresh_token", R"(
  SELECT s.user_id, t.session_id, t.replaced_at IS NOT NULL AS replaced
  FROM refresh_tokens t JOIN sessions s USING (session_id) JOIN users u USING (user_id)
  WHERE t.hash = $1 AND s.expires_at > now() AND NOT u.disabled FOR UPDATE OF t, s)"};
constexpr Statement replace_refresh{"replace_refresh_token",
                                    "UPDATE refresh_tokens SET replaced_at = now() WHERE hash = $1"};
constexpr Statement lengthen{"lengthen_session", R"(
  UPDATE sessions SET used_at = now(), expires_at = now() + $2::bigint * interval '1 s' WHERE session_id = $1)"};

constexpr Statement add_token{"add_api_token", R"(
  INSERT INTO api_tokens (user_id, name, hint, hash, expires_at)
  VALUES ($1::bigint, $2, $3, $4, now() + $5::bigint * interval '1 s') RETURNING token_id)"};
// To the minute, so that a program which asks often does not write often.
constexpr Statement use_token{"use_api_token", R"(
  UPDATE api_tokens t SET used_at = now() FROM users u
  WHERE t.hash = $1 AND u.user_id = t.user_id AND NOT u.disabled AND (t.expires_at IS NULL OR t.expires_at > now())
    AND (t.used_at IS NULL OR t.used_at < now() - interval '1 minute'))"};
constexpr Statement find_token{"read_api_token", "SELECT" TOKEN_COLUMNS "," REEL_USER_COLUMNS
                                                 "FROM api_tokens t JOIN users u USING (user_id)"
                                                 " WHERE t.hash = $1 AND (t.expires_at IS NULL OR t.expires_at > now())"
                                                 " AND NOT u.disabled"};
constexpr Statement list_tokens{"list_api_tokens",
                                "SELECT t.user_id," TOKEN_COLUMNS
                                "FROM api_tokens t WHERE t.user_id = $1::bigint ORDER BY t.token_id"};
constexpr Statement remove_token{"remove_api_token",
                                 "DELETE FROM api_tokens WHERE user_id = $1::bigint AND token_id = $2::bigint"};
// Expired API tokens stay for a while, for their user to see why a script fails.
constexpr Statement remove_expired_rows{"remove_expired", R"(
  WITH s AS (DELETE FROM sessions WHERE expires_at < now() RETURNING 1),
  r AS (DELETE FROM refresh_tokens WHERE replaced_at < now() - interval '30 days' RETURNING 1),
  t AS (DELETE FROM api_tokens WHERE expires_at < now() - interval '30 days' RETURNING 1)
  SELECT (SELECT count(*) FROM s) + (SELECT count(*) FROM r) + (SELECT count(*) FROM t))"};

service::Session session_of(const pqxx::row& row) {
  service::Session session;
  session.id = text(row["session_id"]);
  session.user = row["user_id"].as<UserId>();
  session.client = text(row["client"]);
  session.address = text(row["address"]);
  session.created_at = text(row["created_at"]);
  session.used_at = text(row["used_at"]);
  session.expires_at = text(row["expires_at"]);
  return session;
}

ApiToken token_of(const pqxx::row& row) {
  ApiToken token;
  token.id = row["token_id"].as<std::int64_t>();
  token.user = row["user_id"].as<UserId>();
  token.name = text(row["name"]);
  token.hint = text(row["hint"]);
  token.created_at = text(row["created_at"]);
  token.used_at = text(row["used_at"]);
  token.expires_at = text(row["expires_at"]);
  return token;
}

}  // namespace

std::string PostgresAccounts::add_session(const service::NewSession& session) {
  return session_.run([&](pqxx::work& tx) {
    std::string id = text(
        insert_session(tx, session.user, storable(session.client), storable(session.address), session.lifetime.count())
            .at(0)[0]);
    add_refresh(tx, storable(session.refresh_hash), id);
    return id;
  });
}

std::optional<std::pair<service::Session, User>> PostgresAccounts::session(const std::string& id) {
  return session_.run([&](pqxx::work& tx) -> std::optional<std::pair<service::Session, User>> {
    const pqxx::result rows = find(tx, storable(id));
    if (rows.empty()) return std::nullopt;
    return std::pair(session_of(rows[0]), store::user_of(rows[0]));
  });
}

std::vector<service::Session> PostgresAccounts::sessions(UserId user) {
  return session_.run([&](pqxx::work& tx) {
    std::vector<service::Session> result;
    for (const auto& row : list_sessions(tx, user)) result.push_back(session_of(row));
    return result;
  });
}

bool PostgresAccounts::end_session(UserId user, const std::string& id) {
  return session_.run([&](pqxx::work& tx) { return end_one(tx, user, storable(id)).affected_rows() == 1; });
}

void PostgresAccounts::end_sessions(UserId user) {
  session_.run([&](pqxx::work& tx) { end_all(tx, user); });
}

service::AccountStore::RefreshResult PostgresAccounts::refresh(const std::string& old_hash, const std::string& new_hash,
                                                               std::chrono::seconds lifetime) {
  return session_.run([&](pqxx::work& tx) -> RefreshResult {
    const std::string hash = storable(old_hash);
    const pqxx::result rows = lock_refresh(tx, hash);
    if (rows.empty()) return {Refreshed::unknown, {}, {}};
    const std::string id = text(rows[0]["session_id"]);
    if (rows[0]["replaced"].as<bool>()) {
      end_one(tx, rows[0]["user_id"].as<UserId>(), id);
      return {Refreshed::reused, {}, {}};
    }
    replace_refresh(tx, hash);
    add_refresh(tx, storable(new_hash), id);
    lengthen(tx, id, lifetime.count());
    const pqxx::row row = find(tx, id).at(0);
    return {Refreshed::done, session_of(row), store::user_of(row)};
  });
}

std::int64_t PostgresAccounts::add_api_token(const service::NewApiToken& token) {
  const auto lifetime = token.lifetime ? std::optional(token.lifetime->count()) : std::nullopt;
  return session_.run([&](pqxx::work& tx) {
    return add_token(tx, token.user, storable(token.name), storable(token.hint), storable(token.hash), lifetime)
        .at(0)[0]
        .as<std::int64_t>();
  });
}

std::optional<std::pair<ApiToken, User>> PostgresAccounts::api_token(const std::string& hash) {
  return session_.run([&](pqxx::work& tx) -> std::optional<std::pair<ApiToken, User>> {
    const std::string kept = storable(hash);
    use_token(tx, kept);
    const pqxx::result rows = find_token(tx, kept);
    if (rows.empty()) return std::nullopt;
    return std::pair(token_of(rows[0]), store::user_of(rows[0]));
  });
}

std::vector<ApiToken> PostgresAccounts::api_tokens(UserId user) {
  return session_.run([&](pqxx::work& tx) {
    std::vector<ApiToken> result;
    for (const auto& row : list_tokens(tx, user)) result.push_back(token_of(row));
    return result;
  });
}

bool PostgresAccounts::remove_api_token(UserId user, std::int64_t id) {
  return session_.run([&](pqxx::work& tx) { return remove_token(tx, user, id).affected_rows() == 1; });
}

int PostgresAccounts::remove_expired() {
  return session_.run([](pqxx::work& tx) { return remove_expired_rows(tx).at(0)[0].as<int>(); });
}

}  // namespace reel::store
