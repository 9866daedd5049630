/// Users, workers and the queue, for administrators.
#include <array>

#include "records.hpp"

namespace reel::http {
namespace {

using nlohmann::json;

Response list_users(Core& /*core*/, Call& call) {
  const int limit = call.params["limit"];
  const auto users = call.store->accounts().users(cursor_of(call).value_or(0), limit + 1);
  return json_response(200, page_json(users, limit, [](const service::User& user) { return to_json(user); }));
}

service::User user_named(Call& call) {
  auto user = call.store->accounts().user(call.id("user"));
  if (!user) throw not_found("user");
  return *std::move(user);
}

Response get_user(Core& core, Call& call) {
  return json_response(200, account_json(core, *call.store, user_named(call)));
}

/// What is not there stays, what is null is the installation's default.
void change(const json& quota, const char* name, std::optional<std::int64_t>& into) {
  const auto given = quota.find(name);
  if (given == quota.end()) return;
  into = given->is_null() ? std::nullopt : std::optional(given->get<std::int64_t>());
}

void change_quota(service::AccountStore& accounts, const service::User& user, const json& given) {
  service::Quota quota = user.quota;
  change(given, "storage_bytes", quota.storage_bytes);
  change(given, "concurrent_jobs", quota.concurrent_jobs);
  change(given, "provider_cents", quota.provider_cents);
  accounts.set_quota(user.id, quota);
}

Response change_user(Core& core, Call& call) {
  const service::User user = user_named(call);
  auto& accounts = call.store->accounts();
  const json& body = call.body;
  if (user.id == call.user() && (body.contains("role") || body.contains("disabled")))
    throw refusal("own-account", "another administrator has to change your role, or disable you");
  if (body.contains("role"))
    accounts.set_role(user.id, service::role(body["role"].get_ref<const std::string&>()).value());
  if (body.contains("disabled")) accounts.set_disabled(user.id, body["disabled"]);
  if (body.value("disabled", false)) core.events.drop(user.id, [](const auto&) { return true; });
  if (body.contains("quota")) change_quota(accounts, user, body["quota"]);
  return get_user(core, call);
}

Response list_workers(Core& /*core*/, Call& call) {
  json items = json::array();
  for (const auto& worker : call.store->queue().workers())
    items.push_back({{"name", worker.name},
                     {"host", worker.host},
                     {"slots", worker.slots},
                     {"running", worker.running},
                     {"drain", worker.drain},
                     {"started_at", worker.started_at},
                     {"seen_at", worker.seen_at}});
  return json_response(200, {{"items", items}});
}

Response drain_workers(Core& /*core*/, Call& call) {
  const std::string name = call.body.value("worker", "");
  const int asked = call.store->queue().ask_to_drain(name, call.body["drain"]);
  if (asked == 0 && !name.empty()) throw not_found("worker");
  return json_response(200, {{"asked", asked}});
}

Response get_queue(Core& /*core*/, Call& call) {
  const service::QueueFigures figures = call.store->queue().figures();
  return json_response(200, {{"queued", figures.queued},
                             {"running", figures.running},
                             {"waiting", figures.waiting},
                             {"oldest_seconds", figures.oldest_seconds}});
}

constexpr std::array<Binding, 6> admin_bindings{{{"listUsers", &list_users},
                                                 {"getUser", &get_user},
                                                 {"changeUser", &change_user},
                                                 {"listWorkers", &list_workers},
                                                 {"drainWorkers", &drain_workers},
                                                 {"getQueue", &get_queue}}};

}  // namespace

std::span<const Binding> admin_handlers() { return admin_bindings; }

}  // namespace reel::http
