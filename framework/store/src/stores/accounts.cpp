#include "stores/accounts.hpp"

#include <algorithm>

#include "reel/base/error.hpp"
#include "storable.hpp"
#include "stores/usage.hpp"
#include "stores/user_rows.hpp"

namespace reel::store {
namespace {

using service::Quota;
using service::Role;
using service::Usage;
using service::User;
using service::UserId;

constexpr Statement find_local_user{"find_local_user",
                                    "SELECT user_id FROM users WHERE lower(email) = 'local@localhost'"};
// `!` is the hash of no password. The update makes RETURNING answer when another program was faster.
constexpr Statement make_local_user{"make_local_user", R"(
  INSERT INTO users (email, password_hash) VALUES ('local@localhost', '!')
  ON CONFLICT (lower(email)) DO UPDATE SET email = users.email RETURNING user_id)"};
constexpr Statement add_user_row{"add_user", R"(
  INSERT INTO users (email, password_hash, role) VALUES ($1, $2, $3)
  ON CONFLICT (lower(email)) DO NOTHING RETURNING user_id)"};
constexpr Statement by_id{"read_user", "SELECT" REEL_USER_COLUMNS "FROM users u WHERE user_id = $1::bigint"};
constexpr Statement by_email{"read_user_by_email",
                             "SELECT" REEL_USER_COLUMNS "FROM users u WHERE lower(email) = lower($1)"};
constexpr Statement list_user_rows{"list_users",
                                   "SELECT" REEL_USER_COLUMNS
                                   "FROM users u WHERE user_id > $1::bigint ORDER BY user_id LIMIT $2::bigint"};
constexpr Statement write_password{"set_password", "UPDATE users SET password_hash = $2 WHERE user_id = $1::bigint"};
constexpr Statement write_role{"set_role", "UPDATE users SET role = $2 WHERE user_id = $1::bigint"};
constexpr Statement write_disabled{"set_disabled", "UPDATE users SET disabled = $2 WHERE user_id = $1::bigint"};
constexpr Statement write_quota{"set_quota", R"(
  UPDATE users SET quota_storage_bytes = $2, quota_concurrent_jobs = $3, quota_provider_cents = $4
  WHERE user_id = $1::bigint)"};
constexpr Statement wake_workers{"wake_workers", "SELECT tell('reel_queue', '')"};
constexpr Statement end_other_sessions{"end_other_sessions",
                                       "DELETE FROM sessions WHERE user_id = $1::bigint AND session_id <> $2"};
constexpr Statement remove_user_row{"remove_user", "DELETE FROM users WHERE user_id = $1::bigint"};
/// For an update of one user.
void must_hit(const pqxx::result& result, UserId id) {
  if (result.affected_rows() == 0) throw base::RunError("There is no user " + std::to_string(id) + ".");
}

std::optional<User> one_user(const pqxx::result& rows) {
  return rows.empty() ? std::nullopt : std::optional(user_of(rows[0]));
}

}  // namespace

User user_of(const pqxx::row& row) {
  User user;
  user.id = row["user_id"].as<UserId>();
  user.email = text(row["email"]);
  user.password_hash = text(row["password_hash"]);
  user.role = service::role(row["role"].c_str()).value();
  user.disabled = row["disabled"].as<bool>();
  user.quota = {optional<std::int64_t>(row["quota_storage_bytes"]),
                optional<std::int64_t>(row["quota_concurrent_jobs"]),
                optional<std::int64_t>(row["quota_provider_cents"])};
  user.created_at = text(row["user_created_at"]);
  return user;
}

UserId PostgresAccounts::local_user() {
  return session_.run([](pqxx::work& tx) {
    const pqxx::result found = find_local_user(tx);
    return (found.empty() ? make_local_user(tx) : found).at(0)[0].as<UserId>();
  });
}

std::optional<UserId> PostgresAccounts::add_user(const std::string& email, const std::string& password_hash,
                                                 Role role) {
  return session_.run([&](pqxx::work& tx) -> std::optional<UserId> {
    const pqxx::result rows = add_user_row(tx, storable(email), storable(password_hash), std::string(name(role)));
    return rows.empty() ? std::nullopt : std::optional(rows[0][0].as<UserId>());
  });
}

std::optional<User> PostgresAccounts::user(UserId id) {
  return session_.run([&](pqxx::work& tx) { return one_user(by_id(tx, id)); });
}

std::optional<User> PostgresAccounts::user_of(const std::string& email) {
  return session_.run([&](pqxx::work& tx) { return one_user(by_email(tx, storable(email))); });
}

std::vector<User> PostgresAccounts::users(UserId after, int limit) {
  return session_.run([&](pqxx::work& tx) {
    std::vector<User> result;
    for (const auto& row : list_user_rows(tx, after, std::max(limit, 0))) result.push_back(store::user_of(row));
    return result;
  });
}

void PostgresAccounts::set_password(UserId id, const std::string& password_hash, const std::string& keep) {
  session_.run([&](pqxx::work& tx) {
    must_hit(write_password(tx, id, storable(password_hash)), id);
    end_other_sessions(tx, id, storable(keep));
  });
}

void PostgresAccounts::set_role(UserId id, Role role) {
  session_.run([&](pqxx::work& tx) { must_hit(write_role(tx, id, std::string(name(role))), id); });
}

void PostgresAccounts::set_disabled(UserId id, bool disabled) {
  session_.change([&](pqxx::work& tx) {
    must_hit(write_disabled(tx, id, disabled), id);
    if (disabled) end_other_sessions(tx, id, "");
    wake_workers(tx);
  });
}

void PostgresAccounts::set_quota(UserId id, const Quota& quota) {
  session_.change([&](pqxx::work& tx) {
    must_hit(write_quota(tx, id, quota.storage_bytes, quota.concurrent_jobs, quota.provider_cents), id);
    wake_workers(tx);
  });
}

void PostgresAccounts::remove_user(UserId id) {
  session_.run([&](pqxx::work& tx) { remove_user_row(tx, id); });
}

Usage PostgresAccounts::usage(UserId id) {
  return session_.run([&](pqxx::work& tx) { return usage_of(tx, id); });
}

}  // namespace reel::store
