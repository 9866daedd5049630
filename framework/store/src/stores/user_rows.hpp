/// Users as rows: what accounts, sessions and tokens share.
#pragma once

#include "reel/service/account.hpp"
#include "stores/statement.hpp"

namespace reel::store {

// The columns that user_of() reads; `u` is the user.
#define REEL_USER_COLUMNS                                                                                     \
  " u.user_id, u.email, u.password_hash, u.role, u.disabled, u.quota_storage_bytes, u.quota_concurrent_jobs," \
  " u.quota_provider_cents, rfc3339(u.created_at) AS user_created_at "

service::User user_of(const pqxx::row& row);

}  // namespace reel::store
