#include "reel/service/webhooks.hpp"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <future>
#include <nlohmann/json.hpp>
#include <random>
#include <utility>
#include <vector>

#include "crypto.hpp"
#include "http_post.hpp"
#include "reel/base/error.hpp"
#include "reel/base/text.hpp"

namespace reel::service {
namespace {

constexpr int most_tries = 10;
constexpr std::size_t secret_bytes = 32;

std::string body_of(const Delivery& delivery) {
  const std::string state(name(delivery.state));
  return nlohmann::json({{"type", "request." + state},
                         {"request", delivery.request},
                         {"state", state},
                         {"time", delivery.ended_at}})
      .dump();
}

std::string signature(const std::string& secret, const std::string& body) {
  const std::string time = std::to_string(std::time(nullptr));
  return "t=" + time + ",v1=" + crypto::hmac_sha256(secret, time + "." + body);
}

double random_fraction() {
  thread_local std::mt19937 source{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(source);
}

}  // namespace

std::optional<std::chrono::milliseconds> retry_delay(int tried, double random) {
  if (tried >= most_tries) return std::nullopt;
  constexpr double first = 30'000, growth = 2.5, spread = 0.2;  // nine delays of together 21 hours
  const double delay = first * std::pow(growth, std::max(tried, 1) - 1) * (1 + spread * (2 * random - 1));
  return std::chrono::milliseconds(std::llround(delay));
}

WebhookSender::WebhookSender(const Keys& keys, AddressPolicy policy, Settings settings)
    : keys_(keys), policy_(std::move(policy)), settings_(settings) {}

MadeWebhook WebhookSender::add(WebhookStore& store, UserId user, const std::string& url) const {
  if (store.list(user).size() >= static_cast<std::size_t>(settings_.webhooks))
    throw base::InputError("There are " + std::to_string(settings_.webhooks) + " webhooks already, which is all.",
                           "Remove one that is not used any more.");
  const Destination to = policy_.check(url);
  const std::string secret = "whsec_" + crypto::base64url(crypto::random_bytes(secret_bytes));
  return {store.add(user, to.url, keys_.seal(secret)), secret};
}

/// Empty: it was taken. Every fault may pass, even a refusal of the address: names move, and configurations change.
std::string WebhookSender::fault_of_sending(const Delivery& delivery) const {
  try {
    const std::string body = body_of(delivery);
    const std::string secret = keys_.unseal(delivery.webhook.sealed_secret);
    const long status = http_post(policy_.check(delivery.webhook.url),
                                  {"Content-Type: application/json", "Reel-Delivery: " + std::to_string(delivery.id),
                                   "Reel-Signature: " + signature(secret, body)},
                                  body, settings_.patience);
    if (status >= 200 && status < 300) return {};
    return "The receiver answered with status " + std::to_string(status) + "; expected 200 to 299.";
  } catch (const base::Error& error) {
    return error.what();
  }
}

int WebhookSender::send_due(Store& store) const {
  // Long enough for looking up names as well, which has its own time limits.
  const auto lease = settings_.patience + std::chrono::minutes(2);
  const std::vector<Delivery> due = store.webhooks().due(settings_.at_once, settings_.of_each_user, lease);
  std::vector<std::future<std::string>> faults;
  for (const Delivery& delivery : due)
    faults.push_back(std::async(std::launch::async, [this, &delivery] { return fault_of_sending(delivery); }));
  for (std::size_t i = 0; i < due.size(); ++i) {
    const std::string fault = faults[i].get();
    store.webhooks().settle(due[i].id, fault, retry_delay(due[i].attempts, random_fraction()));
  }
  return static_cast<int>(due.size());
}

}  // namespace reel::service
