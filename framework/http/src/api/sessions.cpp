/// Where an account is logged in.
#include <array>

#include "core.hpp"

namespace reel::http {
namespace {

using nlohmann::json;

Response list_sessions(Core& /*core*/, Call& call) {
  json items = json::array();
  for (const auto& session : call.store->accounts().sessions(call.user()))
    items.push_back({{"id", session.id},
                     {"client", session.client},
                     {"address", session.address},
                     {"created_at", session.created_at},
                     {"used_at", session.used_at},
                     {"expires_at", session.expires_at},
                     {"current", session.id == call.caller->session()->id}});
  return json_response(200, {{"items", items}});
}

Response end_session(Core& core, Call& call) {
  const std::string id = call.params["session"];
  if (!call.store->accounts().end_session(call.user(), id)) throw not_found("session");
  core.events.drop(call.user(), [&](const auto& one) { return one.session == id; });
  return no_content();
}

constexpr std::array<Binding, 2> session_bindings{{{"listSessions", &list_sessions}, {"endSession", &end_session}}};

}  // namespace

std::span<const Binding> session_handlers() { return session_bindings; }

}  // namespace reel::http
