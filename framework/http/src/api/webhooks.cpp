/// Addresses that are told when a request ends.
#include <algorithm>
#include <array>

#include "records.hpp"

namespace reel::http {
namespace {

using nlohmann::json;

json webhook_json(const service::Webhook& webhook) {
  return {{"id", webhook.id}, {"url", webhook.url}, {"created_at", webhook.created_at}};
}

Response list_webhooks(Core& /*core*/, Call& call) {
  json items = json::array();
  for (const auto& webhook : call.store->webhooks().list(call.user())) items.push_back(webhook_json(webhook));
  return json_response(200, {{"items", items}});
}

service::MadeWebhook made(Core& core, Call& call) {
  auto& webhooks = call.store->webhooks();
  if (std::ssize(webhooks.list(call.user())) >= core.limits.webhooks)
    throw refusal("too-many", "there may be " + std::to_string(core.limits.webhooks) + " webhooks; remove one first");
  try {
    return core.webhooks.add(webhooks, call.user(), call.body["url"]);
  } catch (const base::InputError& refused) {
    throw refusal("address-refused", refused.what(),
                  refused.hint().empty() ? json(nullptr) : json{{"hint", refused.hint()}});
  }
}

Response make_webhook(Core& core, Call& call) {
  const service::MadeWebhook webhook = made(core, call);
  for (const auto& one : call.store->webhooks().list(call.user()))
    if (one.id == webhook.id) return json_response(201, {{"webhook", webhook_json(one)}, {"secret", webhook.secret}});
  throw base::RunError("the webhook that was made is gone");
}

Response remove_webhook(Core& /*core*/, Call& call) {
  if (!call.store->webhooks().remove(call.user(), call.id("webhook"))) throw not_found("webhook");
  return no_content();
}

Response list_deliveries(Core& /*core*/, Call& call) {
  auto& webhooks = call.store->webhooks();
  const auto own = webhooks.list(call.user());
  if (std::ranges::count(own, call.id("webhook"), &service::Webhook::id) == 0) throw not_found("webhook");
  json items = json::array();
  for (const auto& delivery : webhooks.deliveries(call.id("webhook"), call.params["limit"]))
    items.push_back({{"id", delivery.id},
                     {"request", delivery.request},
                     {"attempts", delivery.attempts},
                     {"state", delivery.state},
                     {"fault", text_or_null(delivery.fault)},
                     {"created_at", delivery.created_at},
                     {"next_at", delivery.state == "waiting" ? text_or_null(delivery.next_at) : json(nullptr)}});
  return json_response(200, {{"items", items}});
}

constexpr std::array<Binding, 4> webhook_bindings{{{"listWebhooks", &list_webhooks},
                                                   {"makeWebhook", &make_webhook, "names"},
                                                   {"removeWebhook", &remove_webhook},
                                                   {"listDeliveries", &list_deliveries}}};

}  // namespace

std::span<const Binding> webhook_handlers() { return webhook_bindings; }

}  // namespace reel::http
