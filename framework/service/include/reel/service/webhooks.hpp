/// Tells the users' webhooks when their requests end.
///
/// A delivery is a POST of JSON, `{"type":"request.succeeded","request":12,"state":"succeeded","time":"2030-01-31T12:00:00Z"}`,
/// with the headers
///   Reel-Delivery: 34                     the same in each try of one delivery
///   Reel-Signature: t=1893499200,v1=5f…   UNIX time of the try; HMAC-SHA256, in hexadecimal, of `1893499200.BODY` with the
///                                         webhook's secret (the whole text, `whsec_` included) as key
/// Any 2xx answer within 10 s takes it. Everything else, redirects included, is a fault, and it is tried again: 10 times in
/// about a day. So a delivery may come twice, and late.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "reel/service/address_policy.hpp"
#include "reel/service/keys.hpp"
#include "reel/service/store.hpp"

namespace reel::service {

struct MadeWebhook {
  WebhookId id = 0;
  std::string secret;  ///< shown once: it is kept encrypted
};

/// How long after the failed try of this number, counted from 1, the next one is due; none: that was the last. `random` in
/// 0..1 spreads them by a fifth, so that what failed together does not come together again.
std::optional<std::chrono::milliseconds> retry_delay(int tried, double random);

/// Any thread, each with a store of its own.
class WebhookSender {
 public:
  struct Settings {
    std::chrono::milliseconds patience{10'000};  ///< with one receiver
    int at_once = 64;                            ///< deliveries
    int of_each_user = 8;                        ///< of these, so that one user's slow receivers do not hold up others
    int webhooks = 10;                           ///< that a user may have
  };

  WebhookSender(const Keys& keys, AddressPolicy policy, Settings settings);
  WebhookSender(const Keys& keys, AddressPolicy policy) : WebhookSender(keys, std::move(policy), Settings()) {}

  /// Throws base::InputError if the URL may not be used or the user has too many; base::TransientError if its name cannot be
  /// looked up now.
  MadeWebhook add(WebhookStore& store, UserId user, const std::string& url) const;

  /// Sends what is due, at most `at_once`, all together; returns how many. Takes as long as the slowest, a little more than
  /// `patience`. Throws what the store throws.
  int send_due(Store& store) const;

 private:
  std::string fault_of_sending(const Delivery& delivery) const;

  Keys keys_;
  AddressPolicy policy_;
  Settings settings_;
};

}  // namespace reel::service
