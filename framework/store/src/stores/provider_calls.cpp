#include "stores/provider_calls.hpp"

#include <algorithm>
#include <thread>

#include "reel/base/error.hpp"
#include "reel/base/text.hpp"
#include "storable.hpp"
#include "stores/statement.hpp"

namespace reel::store {
namespace {

using service::ProviderCall;
using State = ProviderCall::State;

// "prov", "mone", "call": the spaces of these locks.
constexpr Statement lock_account{"lock_account", "SELECT pg_advisory_xact_lock(x'70726f76'::int, hashtext($1))"};
constexpr Statement lock_spending{"lock_spending", "SELECT pg_advisory_xact_lock(x'6d6f6e65'::int, $1::int)"};
constexpr const char* try_lock = "SELECT pg_try_advisory_lock(x'63616c6c'::int, hashtext($1))";

#define SELECT_CALL                                                                                        \
  "SELECT intent, key, stage, account, request::text AS request, state, external_id, cost_cents, failure," \
  " extract(epoch FROM created_at)::bigint AS since FROM provider_calls WHERE user_id = $1::bigint AND key = $2 "
constexpr Statement find_unfinished{"find_unfinished_call",
                                    SELECT_CALL "AND state IN ('intended', 'running') ORDER BY call_id DESC LIMIT 1"};
constexpr Statement find_made{"find_made_call", SELECT_CALL "AND state = 'succeeded' ORDER BY call_id DESC LIMIT 1"};
// Nobody waits for what is older than an hour: it ended there, whatever its row says.
constexpr Statement count_calls{"count_calls", R"(
  SELECT count(*) FILTER (WHERE state IN ('intended', 'running')) AS at_once,
    count(*) FILTER (WHERE created_at > now() - interval '1 minute') AS in_minute
  FROM provider_calls WHERE account = $1 AND intent <> $2 AND created_at > now() - interval '1 hour')"};
constexpr Statement read_spending{"read_spending", R"(
  SELECT coalesce(quota_provider_cents, $2::bigint) AS most,
    (SELECT coalesce(sum(cost_cents), 0) FROM provider_calls
     WHERE user_id = $1::bigint AND intent <> $3 AND created_at > now() - interval '30 days')::float8 AS spent
  FROM users WHERE user_id = $1::bigint)"};
constexpr Statement add_call{"add_call", R"(
  INSERT INTO provider_calls (user_id, request_id, stage, provider, intent, key, account, request, cost_cents, created_at)
  VALUES ($1::bigint, $2::bigint, $3, $4, $5, $6, $7, $8::jsonb, $9::numeric, to_timestamp($10::bigint))
  ON CONFLICT (intent) DO NOTHING)"};
constexpr Statement write_call{"write_call", R"(
  UPDATE provider_calls SET state = $2::text, external_id = nullif($3, ''), cost_cents = $4::numeric, failure = $5, updated_at = now(),
    completed_at = CASE WHEN $2::text IN ('intended', 'running') THEN NULL ELSE now() END
  WHERE intent = $1)"};
constexpr Statement list_ids{"list_call_ids", R"(
  SELECT external_id FROM provider_calls
  WHERE account = $1 AND external_id IS NOT NULL AND created_at > now() - interval '30 days')"};

const char* state_word(State state) {
  switch (state) {
    case State::asking:
      return "intended";
    case State::making:
      return "running";
    case State::done:
      return "succeeded";
    case State::failed:
      return "failed";
    case State::unknown:
      break;
  }
  return "unknown";
}

/// What never came to be costs nothing.
std::optional<double> cost_of(const ProviderCall& call) {
  return call.state == State::failed && call.id.empty() ? std::nullopt : call.cents;
}

std::optional<ProviderCall> call_of(const pqxx::result& found) {
  if (found.empty()) return std::nullopt;
  const pqxx::row row = found.at(0);
  ProviderCall call;
  call.intent = text(row["intent"]);
  call.key = text(row["key"]);
  call.stage = text(row["stage"]);
  call.account = text(row["account"]);
  call.request = text(row["request"]);
  const std::string state = text(row["state"]);
  call.state = state == "succeeded" ? State::done : state == "running" ? State::making : State::asking;
  call.id = text(row["external_id"]);
  call.failure = text(row["failure"]);
  call.cents = optional<double>(row["cost_cents"]);
  call.since = std::chrono::sys_seconds(std::chrono::seconds(row["since"].as<std::int64_t>()));
  return call;
}

/// The lock lasts as long as its connection.
class ConnectionLock final : public service::Ledger::Lock {
 public:
  ConnectionLock(const Target& target, const std::string& name, base::StopFlag stop) : connection_(target.connect()) {
    try {
      while (!taken(name)) {
        if (stop != nullptr && *stop) throw base::Interrupted("stopped before the end");
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
      }
    } catch (const base::Interrupted&) {
      throw;
    } catch (...) {
      target.rethrow();
    }
  }

 private:
  bool taken(const std::string& name) {
    pqxx::nontransaction tx(*connection_);
    return tx.exec_params1(try_lock, name)[0].as<bool>();
  }

  std::unique_ptr<pqxx::connection> connection_;
};

}  // namespace

std::unique_ptr<service::Ledger::Lock> PostgresLedger::lock(const std::string& key, base::StopFlag stop) {
  return std::make_unique<ConnectionLock>(session_.target(), std::to_string(user_) + ' ' + key, stop);
}

std::optional<ProviderCall> PostgresLedger::unfinished(const std::string& key) {
  return session_.run([&](pqxx::work& tx) { return call_of(find_unfinished(tx, user_, key)); });
}

std::optional<ProviderCall> PostgresLedger::made(const std::string& key) {
  return session_.run([&](pqxx::work& tx) { return call_of(find_made(tx, user_, key)); });
}

void PostgresLedger::need_budget(pqxx::work& tx, const ProviderCall& call) const {
  lock_spending(tx, user_);
  const auto found = read_spending(tx, user_, most_cents_, call.intent);
  if (found.empty()) throw base::RunError("the account is gone");
  if (found.at(0)["most"].is_null()) return;
  const double most = found.at(0)["most"].as<double>(), left = most - found.at(0)["spent"].as<double>();
  const double cost = call.cents.value_or(0);
  if (cost <= left && left > 0) return;
  throw base::RunError((call.cents ? "this costs about " + base::format_dollars(cost) : "this costs money") +
                           "; of the " + base::format_dollars(most) + " that you may spend in 30 days, " +
                           base::format_dollars(std::max(left, 0.0)) + " is left",
                       "ask for less, or ask whoever runs this installation for more");
}

bool PostgresLedger::begin(const ProviderCall& call, const model::ProviderLimits& limits) {
  return session_.run([&](pqxx::work& tx) {
    lock_account(tx, call.account);
    const pqxx::row now = count_calls(tx, call.account, call.intent).at(0);
    if (limits.concurrent > 0 && now["at_once"].as<std::uint32_t>() >= limits.concurrent) return false;
    if (limits.per_minute > 0 && now["in_minute"].as<std::uint32_t>() >= limits.per_minute) return false;
    need_budget(tx, call);
    const auto request = request_ != 0 ? std::optional(request_) : std::nullopt;
    add_call(tx, user_, request, storable(call.stage), storable(limits.service), call.intent, call.key, call.account,
             storable_json(call.request), cost_of(call), call.since.time_since_epoch().count());
    return true;
  });
}

void PostgresLedger::update(const ProviderCall& call) {
  session_.run([&](pqxx::work& tx) {
    write_call(tx, call.intent, std::string(state_word(call.state)), storable(call.id), cost_of(call),
               storable(call.failure));
  });
}

std::vector<std::string> PostgresLedger::ids(const std::string& account) {
  return session_.run([&](pqxx::work& tx) {
    std::vector<std::string> ids;
    for (const auto& row : list_ids(tx, account)) ids.push_back(text(row[0]));
    return ids;
  });
}

}  // namespace reel::store
