/// What the handlers of the API share, and what each of them gets.
#pragma once

#include <atomic>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "contract.hpp"
#include "event_hub.hpp"
#include "metrics.hpp"
#include "problems.hpp"
#include "reel/http/api.hpp"
#include "reel/service/accounts.hpp"
#include "reel/service/media_files.hpp"
#include "reel/service/rate_limit.hpp"
#include "reel/service/webhooks.hpp"
#include "stores.hpp"

namespace reel::http {

/// Any thread.
struct Core {
  explicit Core(ApiOptions given);

  const ApiOptions options;
  const service::Config& config = options.config;
  const service::LimitsConfig& limits = options.config.limits;
  const Contract contract;
  StorePool stores;
  service::MediaFiles files;
  service::Accounts accounts;
  service::WebhookSender webhooks;
  service::RateLimit calls;  ///< by user, or by address where nobody is logged in
  EventHub events;
  Metrics metrics;
  std::atomic<const Server*> server = nullptr;
};

/// One call that is described by openapi.yaml and allowed: what access and contract had to say has been said.
struct Call {
  Request& request;
  const Operation& operation;
  LazyStore store;
  std::optional<service::Identity> caller;  ///< none: whoever it is may
  nlohmann::json params;                    ///< of path and query, typed, with defaults
  nlohmann::json body;                      ///< null: there was none

  service::UserId user() const { return caller->user.id; }
  std::int64_t id(const char* name) const { return params.at(name).get<std::int64_t>(); }
};

using Handle = Response (*)(Core&, Call&);
/// For bodies that are files.
using Receive = std::variant<std::unique_ptr<BodySink>, Response> (*)(Core&, Call&);

struct Binding {
  std::string_view operation;
  std::variant<Handle, Receive> handle;
  /// As Route::lane: `passwords` hashes, `checks` asks the checker of pipelines, `names` asks the DNS.
  std::string_view lane{};
};

// One list a resource.
std::span<const Binding> auth_handlers();
std::span<const Binding> session_handlers();
std::span<const Binding> upload_handlers();
std::span<const Binding> video_handlers();
std::span<const Binding> request_handlers();
std::span<const Binding> event_handlers();
std::span<const Binding> pipeline_handlers();
std::span<const Binding> prompt_handlers();
std::span<const Binding> webhook_handlers();
std::span<const Binding> admin_handlers();
std::span<const Binding> service_handlers();

}  // namespace reel::http
