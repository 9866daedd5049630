#include "reel/http/api.hpp"

#include <array>
#include <map>
#include <stdexcept>

#include "admission.hpp"
#include "core.hpp"
#include "reel/base/log.hpp"

namespace reel::http {
namespace {

service::AccountSettings account_settings(const service::Config& config) {
  service::AccountSettings settings;
  settings.access_lifetime = std::chrono::minutes(config.accounts.access_minutes);
  settings.session_lifetime = std::chrono::hours(24 * config.accounts.session_days);
  settings.api_tokens = static_cast<int>(config.limits.tokens);
  return settings;
}

service::AddressPolicy address_policy(const service::Config& config) {
  service::AddressPolicySettings settings;
  settings.internal = config.server.internal;
  return service::AddressPolicy(std::move(settings));
}

service::WebhookSender::Settings webhook_settings(const service::Config& config) {
  service::WebhookSender::Settings settings;
  settings.webhooks = static_cast<int>(config.limits.webhooks);
  return settings;
}

service::RateLimit::Rule call_rule(const service::LimitsConfig& limits) {
  constexpr int milliseconds = 60'000;
  return {static_cast<int>(limits.requests_per_minute),
          std::chrono::milliseconds(std::max<std::int64_t>(1, milliseconds / limits.requests_per_minute))};
}

/// The handler of each operation.
std::map<std::string_view, Binding> bindings() {
  std::map<std::string_view, Binding> all;
  for (const auto& list :
       {auth_handlers(), session_handlers(), upload_handlers(), video_handlers(), request_handlers(), event_handlers(),
        pipeline_handlers(), prompt_handlers(), webhook_handlers(), admin_handlers(), service_handlers()})
    for (const Binding& binding : list)
      if (!all.emplace(binding.operation, binding).second)
        throw std::logic_error("two handlers for " + std::string(binding.operation));
  return all;
}

/// Turns the errors of accounts into them.
template <class F>
auto answered(const Request& request, const F& call) -> decltype(call()) {
  try {
    return call();
  } catch (const service::TooManyTries& fault) {
    throw refusal_for("rate-limited", fault.what(), static_cast<long>(fault.wait().count()));
  } catch (const base::TransientError& fault) {
    base::log(base::Level::warning, "Request " + request.id + ": " + fault.what(), {}, request.id);
    throw refusal_for("unavailable", "something that the answer needs cannot be reached; try again soon", 5);
  }
}

}  // namespace

Core::Core(ApiOptions given)
    : options(std::move(given)),
      contract(openapi_yaml()),
      stores(options.open_store),
      files(options.config.state_folder),
      accounts(options.keys, account_settings(options.config)),
      webhooks(options.keys, address_policy(options.config), webhook_settings(options.config)),
      calls(call_rule(options.config.limits)),
      events(stores, options.open_listener) {}

struct Api::State : Core {
  using Core::Core;
};

Api::Api(ApiOptions options) : state_(std::make_unique<State>(std::move(options))) {}
Api::~Api() = default;

Router Api::router() {
  Core& core = *state_;
  auto handlers = bindings();
  Router router;
  for (const Operation& operation : core.contract.operations()) {
    const auto found = handlers.extract(operation.id);
    if (found.empty()) throw std::logic_error("openapi.yaml: nothing handles " + operation.id);
    Route route{operation.method, operation.path};
    route.lane = found.mapped().lane;
    if (const auto* const handle = std::get_if<Handle>(&found.mapped().handle)) {
      route.handler = [&core, &operation, handle = *handle](Request& request) {
        return answered(request, [&] {
          Call call = admit(core, operation, request);
          return handle(core, call);
        });
      };
    } else {
      route.largest_body = static_cast<std::uint64_t>(core.limits.upload_gigabytes * 1e9);
      route.upload = [&core, &operation, receive = std::get<Receive>(found.mapped().handle)](Request& request) {
        return answered(request, [&] {
          Call call = admit(core, operation, request);
          return receive(core, call);
        });
      };
    }
    router.add(std::move(route));
  }
  if (!handlers.empty()) throw std::logic_error("openapi.yaml does not have " + std::string(handlers.begin()->first));
  return router;
}

std::function<void(const Served&)> Api::served() {
  return [core = state_.get()](const Served& served) { core->metrics.count(served); };
}

void Api::observe(const Server* server) { state_->server = server; }

}  // namespace reel::http
