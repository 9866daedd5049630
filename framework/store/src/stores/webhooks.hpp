/// service::WebhookStore on PostgreSQL.
#pragma once

#include "reel/service/webhook.hpp"
#include "session.hpp"

namespace reel::store {

class PostgresWebhooks : public service::WebhookStore {
 public:
  explicit PostgresWebhooks(Session& session) : session_(session) {}

  service::WebhookId add(service::UserId user, const std::string& url, const std::string& sealed_secret) override;
  std::vector<service::Webhook> list(service::UserId user) override;
  bool remove(service::UserId user, service::WebhookId id) override;
  std::vector<service::DeliveryRecord> deliveries(service::WebhookId id, int limit) override;
  std::vector<service::Delivery> due(int limit, int of_each, std::chrono::milliseconds lease) override;
  void settle(std::int64_t delivery, const std::string& fault, std::optional<std::chrono::milliseconds> again) override;

 private:
  Session& session_;
};

}  // namespace reel::store
