#include "stores/webhooks.hpp"

#include <algorithm>

#include "storable.hpp"
#include "stores/statement.hpp"

namespace reel::store {
namespace {

using service::Delivery;
using service::DeliveryRecord;
using service::UserId;
using service::Webhook;
using service::WebhookId;

constexpr Statement add_webhook{"add_webhook", R"(
  INSERT INTO webhooks (user_id, url, sealed_secret) VALUES ($1::bigint, $2, $3) RETURNING webhook_id)"};
constexpr Statement list_webhooks{"list_webhooks", R"(
  SELECT webhook_id, user_id, url, sealed_secret, rfc3339(created_at) AS webhook_created_at FROM webhooks
  WHERE user_id = $1::bigint ORDER BY webhook_id)"};
constexpr Statement remove_webhook{"remove_webhook",
                                   "DELETE FROM webhooks WHERE user_id = $1::bigint AND webhook_id = $2::bigint"};
constexpr Statement list_deliveries{"list_deliveries", R"(
  SELECT delivery_id, request_id, attempts, state, fault, rfc3339(created_at) AS created_at, rfc3339(next_at) AS next_at
  FROM deliveries WHERE webhook_id = $1::bigint ORDER BY delivery_id DESC LIMIT $2::bigint)"};
constexpr Statement take_due{"take_due_deliveries", R"(
  WITH ranked AS (
    SELECT delivery_id, row_number() OVER (PARTITION BY user_id ORDER BY next_at) AS turn
    FROM deliveries JOIN webhooks USING (webhook_id) WHERE state = 'waiting' AND next_at <= now()),
  due AS (
    SELECT delivery_id FROM deliveries JOIN ranked USING (delivery_id)
    WHERE turn <= $3::bigint AND state = 'waiting' AND next_at <= now()
    ORDER BY turn, next_at LIMIT $1::bigint FOR UPDATE OF deliveries SKIP LOCKED),
  taken AS (
    UPDATE deliveries d SET attempts = attempts + 1, next_at = now() + $2::bigint * interval '1 ms'
    FROM due WHERE d.delivery_id = due.delivery_id RETURNING d.*)
  SELECT t.delivery_id, t.request_id, t.attempts, r.state, rfc3339(r.completed_at) AS completed_at, w.webhook_id, w.user_id, w.url, w.sealed_secret,
    rfc3339(w.created_at) AS webhook_created_at
  FROM taken t JOIN requests r USING (request_id) JOIN webhooks w USING (webhook_id) ORDER BY t.delivery_id)"};
constexpr Statement settle_one{"settle_delivery", R"(
  UPDATE deliveries SET fault = $2, next_at = coalesce(now() + $3::bigint * interval '1 ms', next_at),
    state = CASE WHEN $2 = '' THEN 'delivered' WHEN $3::bigint IS NULL THEN 'given-up' ELSE 'waiting' END
  WHERE delivery_id = $1::bigint AND state = 'waiting')"};

Webhook webhook_of(const pqxx::row& row) {
  Webhook webhook;
  webhook.id = row["webhook_id"].as<WebhookId>();
  webhook.user = row["user_id"].as<UserId>();
  webhook.url = text(row["url"]);
  webhook.sealed_secret = pqxx::binarystring(row["sealed_secret"]).str();
  webhook.created_at = text(row["webhook_created_at"]);
  return webhook;
}

Delivery delivery_of(const pqxx::row& row) {
  Delivery delivery;
  delivery.id = row["delivery_id"].as<std::int64_t>();
  delivery.webhook = webhook_of(row);
  delivery.request = row["request_id"].as<service::RequestId>();
  delivery.state = service::request_state(row["state"].c_str()).value();
  delivery.ended_at = text(row["completed_at"]);
  delivery.attempts = row["attempts"].as<int>();
  return delivery;
}

DeliveryRecord record_of(const pqxx::row& row) {
  DeliveryRecord record;
  record.id = row["delivery_id"].as<std::int64_t>();
  record.request = row["request_id"].as<service::RequestId>();
  record.attempts = row["attempts"].as<int>();
  record.state = text(row["state"]);
  record.fault = text(row["fault"]);
  record.created_at = text(row["created_at"]);
  record.next_at = text(row["next_at"]);
  return record;
}

}  // namespace

WebhookId PostgresWebhooks::add(UserId user, const std::string& url, const std::string& sealed_secret) {
  return session_.run([&](pqxx::work& tx) {
    return add_webhook(tx, user, storable(url), pqxx::binarystring(sealed_secret)).at(0)[0].as<WebhookId>();
  });
}

std::vector<Webhook> PostgresWebhooks::list(UserId user) {
  return session_.run([&](pqxx::work& tx) {
    std::vector<Webhook> result;
    for (const auto& row : list_webhooks(tx, user)) result.push_back(webhook_of(row));
    return result;
  });
}

bool PostgresWebhooks::remove(UserId user, WebhookId id) {
  return session_.run([&](pqxx::work& tx) { return remove_webhook(tx, user, id).affected_rows() == 1; });
}

std::vector<DeliveryRecord> PostgresWebhooks::deliveries(WebhookId id, int limit) {
  return session_.run([&](pqxx::work& tx) {
    std::vector<DeliveryRecord> result;
    for (const auto& row : list_deliveries(tx, id, std::max(limit, 0))) result.push_back(record_of(row));
    return result;
  });
}

std::vector<Delivery> PostgresWebhooks::due(int limit, int of_each, std::chrono::milliseconds lease) {
  return session_.run([&](pqxx::work& tx) {
    std::vector<Delivery> result;
    for (const auto& row : take_due(tx, std::max(limit, 0), lease.count(), of_each)) result.push_back(delivery_of(row));
    return result;
  });
}

void PostgresWebhooks::settle(std::int64_t delivery, const std::string& fault,
                              std::optional<std::chrono::milliseconds> again) {
  const auto delay = again ? std::optional(again->count()) : std::nullopt;
  session_.run([&](pqxx::work& tx) { settle_one(tx, delivery, storable(fault), delay); });
}

}  // namespace reel::store
