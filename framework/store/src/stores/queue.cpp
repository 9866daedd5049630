#include "stores/queue.hpp"

#include <nlohmann/json.hpp>

#include "reel/base/error.hpp"
#include "storable.hpp"
#include "stores/request_rows.hpp"

namespace reel::store {
namespace {

using nlohmann::json;
using service::Cancelled;
using service::Claim;
using service::ClaimKey;
using service::Order;
using service::RequestId;
using service::UserId;

constexpr Statement claim_next{"claim_request", R"(
  SELECT claimed, attempt, counted_attempts, busy_user
  FROM claim_request($1, $2::bigint * interval '1 ms', $3::int, $4::int))"};
constexpr Statement renew_leases{"renew_leases", R"(
  WITH asked AS (
    SELECT (key->>0)::bigint AS request_id, (key->>1)::bigint AS attempt, n
    FROM json_array_elements($1::json) WITH ORDINALITY AS k(key, n)),
  held AS (
    UPDATE requests r SET lease_until = now() + $2::bigint * interval '1 ms' FROM asked a
    WHERE r.request_id = a.request_id AND r.attempts = a.attempt AND r.state = 'running' AND r.for_workers
    RETURNING a.n, r.cancel_asked, r.paused)
  SELECT cancel_asked, paused FROM asked LEFT JOIN held USING (n) ORDER BY n)"};
// A request that is to be cancelled does not go back to the queue, here as in reap_leases.
constexpr Statement release_one{"release_request", R"(
  WITH moved AS (
    UPDATE requests SET updated_at = now(), run_after = now() + $3::bigint * interval '1 ms',
      state = CASE WHEN cancel_asked THEN 'cancelled' ELSE 'queued' END,
      completed_at = CASE WHEN cancel_asked THEN now() END
    WHERE request_id = $1::bigint AND attempts = $2::int AND state = 'running' AND for_workers
    RETURNING request_id, attempts, state),
  closed AS (
    UPDATE attempts SET ended_at = now(), outcome = CASE moved.state WHEN 'queued' THEN 'released' ELSE moved.state END,
      error = nullif($4::text, ''), counted = NOT $5::bool
    FROM moved WHERE attempts.request_id = moved.request_id AND number = moved.attempts),
  logged AS (
    INSERT INTO processing_logs (request_id, level, log_message) SELECT request_id, 'warning', $4 FROM moved WHERE $4 <> '')
  SELECT 1 FROM moved)"};
constexpr Statement reap_leases{"reap_leases", R"(
  WITH lapsed AS (
    SELECT request_id, worker, CASE
        WHEN cancel_asked THEN 'cancelled'
        WHEN (SELECT count(*) FROM attempts a WHERE a.request_id = r.request_id AND a.counted) >= $1::int THEN 'failed'
        ELSE 'queued' END AS next,
      'The worker that ran it was lost: ' || worker || ' did not renew its lease.' AS why
    FROM requests r WHERE state = 'running' AND for_workers AND lease_until < now() FOR UPDATE SKIP LOCKED),
  moved AS (
    UPDATE requests r SET updated_at = now(), state = next, completed_at = CASE WHEN next <> 'queued' THEN now() END,
      error = CASE WHEN next = 'failed' THEN why END, error_code = CASE WHEN next = 'failed' THEN 'lease-lost' END
    FROM lapsed l WHERE r.request_id = l.request_id RETURNING r.request_id, r.attempts, why),
  closed AS (
    UPDATE attempts SET ended_at = now(), outcome = 'lapsed', error = why
    FROM moved WHERE attempts.request_id = moved.request_id AND number = moved.attempts),
  logged AS (
    INSERT INTO processing_logs (request_id, level, log_message) SELECT request_id, 'warning', why FROM moved)
  SELECT count(*) FROM moved)"};
constexpr Statement forget_workers{"forget_workers", "DELETE FROM workers WHERE seen_at < now() - interval '1 hour'"};
// One that is not for workers has nobody who would ask for orders.
constexpr Statement cancel_one{"cancel_request", R"(
  UPDATE requests SET cancel_asked = true, updated_at = now(),
    state = CASE WHEN state = 'running' AND for_workers THEN state ELSE 'cancelled' END,
    completed_at = CASE WHEN state = 'running' AND for_workers THEN NULL ELSE now() END
  WHERE request_id = $1::bigint AND state IN ('queued', 'running') RETURNING state)"};
constexpr Statement pause_one{"pause_request", R"(
  UPDATE requests SET paused = $2, updated_at = now()
  WHERE request_id = $1::bigint AND state IN ('queued', 'running'))"};
constexpr Statement report{"report_worker", R"(
  INSERT INTO workers (name, host, slots) VALUES ($1, $2, $3)
  ON CONFLICT (name) DO UPDATE SET host = EXCLUDED.host, slots = EXCLUDED.slots, seen_at = now() RETURNING drain)"};
constexpr Statement forget_worker{"remove_worker", "DELETE FROM workers WHERE name = $1"};
constexpr Statement list_workers{"list_workers", R"(
  SELECT name, host, slots, drain, rfc3339(started_at) AS started_at, rfc3339(seen_at) AS seen_at,
    (SELECT count(*) FROM requests r WHERE r.state = 'running' AND r.for_workers AND r.worker = w.name) AS running
  FROM workers w ORDER BY started_at, name)"};
constexpr Statement drain_workers{"drain_workers", "UPDATE workers SET drain = $2 WHERE $1 IN ('', name)"};
constexpr Statement read_figures{"queue_figures", R"(
  SELECT count(*) FILTER (WHERE NOT later) AS queued, count(*) FILTER (WHERE later) AS waiting,
    (SELECT count(*) FROM requests WHERE state = 'running' AND for_workers) AS running,
    coalesce(extract(epoch FROM now() - min(greatest(created_at, run_after)) FILTER (WHERE NOT later AND NOT paused)), 0)
      AS oldest_seconds
  FROM (SELECT coalesce(run_after > now(), false) AS later, paused, created_at, run_after
        FROM requests WHERE state = 'queued' AND for_workers) AS q)"};

struct ClaimResult {
  std::optional<Claim> claim;
  std::optional<UserId> busy;  // the user whose limit others were looking at
};

ClaimResult claim_in(pqxx::work& tx, const std::string& worker, std::int64_t lease, int limit,
                     std::optional<UserId> wait_for) {
  const pqxx::row row = claim_next(tx, worker, lease, limit, wait_for).at(0);
  ClaimResult result;
  result.busy = optional<UserId>(row["busy_user"]);
  if (row["claimed"].is_null()) return result;
  const ClaimKey key{row["claimed"].as<RequestId>(), row["attempt"].as<int>()};
  result.claim = Claim{key, row["counted_attempts"].as<int>(), read_request(tx, key.request).value()};
  return result;
}

Order order_of(const pqxx::row& row) {
  if (row["paused"].is_null()) return Order::lost;
  if (row["cancel_asked"].as<bool>()) return Order::cancel;
  return row["paused"].as<bool>() ? Order::pause : Order::go_on;
}

service::WorkerRecord worker_of(const pqxx::row& row) {
  service::WorkerRecord worker;
  worker.name = text(row["name"]);
  worker.host = text(row["host"]);
  worker.slots = row["slots"].as<int>();
  worker.drain = row["drain"].as<bool>();
  worker.running = row["running"].as<int>();
  worker.started_at = text(row["started_at"]);
  worker.seen_at = text(row["seen_at"]);
  return worker;
}

}  // namespace

std::optional<Claim> PostgresQueue::claim(const std::string& worker, Milliseconds lease, int user_limit) {
  ClaimResult result;
  do {
    result = session_.change(
        [&](pqxx::work& tx) { return claim_in(tx, storable(worker), lease.count(), user_limit, result.busy); });
  } while (!result.claim && result.busy);
  return result.claim;
}

std::vector<Order> PostgresQueue::renew(const std::vector<ClaimKey>& keys, Milliseconds lease) {
  if (keys.empty()) return {};
  json asked = json::array();
  for (const ClaimKey& key : keys) asked.push_back({key.request, key.attempt});
  return session_.run([&](pqxx::work& tx) {
    std::vector<Order> orders;
    for (const auto& row : renew_leases(tx, asked.dump(), lease.count())) orders.push_back(order_of(row));
    return orders;
  });
}

bool PostgresQueue::release(const ClaimKey& key, Milliseconds delay, const std::string& why, bool uncounted) {
  return session_.change([&](pqxx::work& tx) {
    return !release_one(tx, key.request, key.attempt, delay.count(), storable(why), uncounted).empty() ||
           exists_or_throw(tx, key.request);
  });
}

int PostgresQueue::reap(int most_attempts) {
  return session_.change([&](pqxx::work& tx) {
    forget_workers(tx);
    return reap_leases(tx, most_attempts).at(0)[0].as<int>();
  });
}

Cancelled PostgresQueue::cancel(RequestId id) {
  return session_.change([&](pqxx::work& tx) {
    const pqxx::result rows = cancel_one(tx, id);
    if (!rows.empty()) return text(rows[0][0]) == "cancelled" ? Cancelled::at_once : Cancelled::soon;
    exists_or_throw(tx, id);
    return Cancelled::too_late;
  });
}

bool PostgresQueue::set_paused(RequestId id, bool paused) {
  return session_.change(
      [&](pqxx::work& tx) { return pause_one(tx, id, paused).affected_rows() == 1 || exists_or_throw(tx, id); });
}

bool PostgresQueue::report_worker(const service::WorkerRecord& worker) {
  return session_.run([&](pqxx::work& tx) {
    return report(tx, storable(worker.name), storable(worker.host), worker.slots).at(0)[0].as<bool>();
  });
}

void PostgresQueue::remove_worker(const std::string& name) {
  session_.run([&](pqxx::work& tx) { forget_worker(tx, storable(name)); });
}

std::vector<service::WorkerRecord> PostgresQueue::workers() {
  return session_.run([&](pqxx::work& tx) {
    std::vector<service::WorkerRecord> result;
    for (const auto& row : list_workers(tx)) result.push_back(worker_of(row));
    return result;
  });
}

int PostgresQueue::ask_to_drain(const std::string& name, bool drain) {
  return session_.run(
      [&](pqxx::work& tx) { return static_cast<int>(drain_workers(tx, storable(name), drain).affected_rows()); });
}

service::QueueFigures PostgresQueue::figures() {
  return session_.run([&](pqxx::work& tx) {
    const pqxx::row row = read_figures(tx).at(0);
    return service::QueueFigures{row["queued"].as<std::int64_t>(), row["running"].as<std::int64_t>(),
                                 row["waiting"].as<std::int64_t>(), row["oldest_seconds"].as<double>()};
  });
}

}  // namespace reel::store
