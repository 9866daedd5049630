/// Addresses that are told when a request ends.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "reel/service/request.hpp"

namespace reel::service {

using WebhookId = std::int64_t;

struct Webhook {
  WebhookId id = 0;
  UserId user = 0;
  std::string url;
  std::string sealed_secret;  ///< encrypted with the installation's key: rows hold no secret that can be read
  std::string created_at;
};

/// One message to one webhook, until it has been taken or given up.
struct Delivery {
  std::int64_t id = 0;
  Webhook webhook;
  RequestId request = 0;
  RequestState state = RequestState::succeeded;
  std::string ended_at;
  int attempts = 0;  ///< this one included
};

struct DeliveryRecord {
  std::int64_t id = 0;
  RequestId request = 0;
  int attempts = 0;
  std::string state;  ///< waiting, delivered, given-up
  std::string fault;  ///< of the last try
  std::string created_at, next_at;
};

/// See Store for threads and errors. A pipeline that ends makes a delivery for each webhook of its user in the same transaction.
class WebhookStore {
 public:
  virtual ~WebhookStore() = default;

  virtual WebhookId add(UserId user, const std::string& url, const std::string& sealed_secret) = 0;
  virtual std::vector<Webhook> list(UserId user) = 0;
  virtual bool remove(UserId user, WebhookId id) = 0;
  virtual std::vector<DeliveryRecord> deliveries(WebhookId id, int limit) = 0;  ///< newest first

  /// Due ones, each given to one caller and due again after `lease` unless settled.
  virtual std::vector<Delivery> due(int limit, int of_each, std::chrono::milliseconds lease) = 0;
  /// `fault` empty: delivered. Else once more after `again`, or given up where there is none.
  virtual void settle(std::int64_t delivery, const std::string& fault,
                      std::optional<std::chrono::milliseconds> again) = 0;
};

}  // namespace reel::service
