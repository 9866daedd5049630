#include "stores/usage.hpp"

#include "stores/statement.hpp"

namespace reel::store {
namespace {

using service::NoRoom;
using service::Usage;

constexpr Statement read_usage{"read_usage", R"(
  SELECT
    (SELECT coalesce(sum(bytes), 0) FROM videos WHERE user_id = $1::bigint)
      + (SELECT coalesce(sum(length), 0) FROM uploads WHERE user_id = $1::bigint AND video_id IS NULL)
      + (SELECT coalesce(sum(stored_bytes), 0) FROM requests WHERE user_id = $1::bigint) AS stored_bytes,
    (SELECT count(*) FROM requests
     WHERE user_id = $1::bigint AND kind = 'pipeline' AND state IN ('queued', 'running')) AS active_jobs,
    (SELECT ceil(coalesce(sum(cost_cents), 0))::bigint FROM provider_calls
     WHERE user_id = $1::bigint AND created_at > now() - interval '30 days') AS provider_cents)"};
// "room": the space of these locks.
constexpr Statement lock_room{"lock_room", "SELECT pg_advisory_xact_lock(x'726f6f6d'::int, $1::int)"};

}  // namespace

Usage usage_of(pqxx::work& tx, service::UserId user) {
  const pqxx::row row = read_usage(tx, user).at(0);
  return {row["stored_bytes"].as<std::int64_t>(), row["active_jobs"].as<std::int64_t>(),
          row["provider_cents"].as<std::int64_t>()};
}

void take_room(pqxx::work& tx, service::UserId user, const service::Room& room, const Usage& more) {
  if (room == service::Room{}) return;
  lock_room(tx, user);
  const Usage used = usage_of(tx, user);
  if (more.active_jobs > room.active_jobs - used.active_jobs)
    throw NoRoom(NoRoom::Of::jobs, used.active_jobs, room.active_jobs);
  if (more.stored_bytes > room.stored_bytes - used.stored_bytes)
    throw NoRoom(NoRoom::Of::storage, used.stored_bytes, room.stored_bytes);
}

}  // namespace reel::store
