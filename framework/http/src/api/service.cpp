/// The service itself: health, figures, the document.
#include <array>

#include "core.hpp"
#include "reel/base/error.hpp"
#include "reel/base/log.hpp"

namespace reel::http {
namespace {

Response health(Core& /*core*/, Call& /*call*/) { return json_response(200, {{"status", "ok"}}); }

void require_database(const Call& call) {
  try {
    call.store->ping();
  } catch (const base::Error& fault) {
    base::log(base::Level::warning, std::string("Not ready: ") + fault.what(), {}, call.request.id);
    throw refusal_for("unavailable", "the database cannot be reached", 5);
  }
}

Response readiness(Core& core, Call& call) {
  require_database(call);
  constexpr std::uintmax_t least = 100'000'000;
  std::error_code fault;
  const auto space = std::filesystem::space(core.config.state_folder, fault);
  if (fault || space.available < least) throw refusal_for("unavailable", "the disk of the state folder is full", 60);
  return json_response(200, {{"status", "ok"}});
}

Response metrics(Core& core, Call& call) {
  const Server* const server = core.server;
  return text_response(200,
                       core.metrics.text(call.store->queue().figures(), call.store->queue().workers(),
                                         server == nullptr ? Figures{} : server->figures()),
                       "text/plain; version=0.0.4; charset=utf-8");
}

Response document_yaml(Core& /*core*/, Call& /*call*/) {
  return text_response(200, std::string(openapi_yaml()), "application/yaml");
}

Response document_json(Core& core, Call& /*call*/) {
  return text_response(200, core.contract.text(), "application/json");
}

constexpr std::array<Binding, 5> service_bindings{{{"health", &health},
                                                   {"readiness", &readiness},
                                                   {"metrics", &metrics},
                                                   {"openapiYaml", &document_yaml},
                                                   {"openapiJson", &document_json}}};

}  // namespace

std::span<const Binding> service_handlers() { return service_bindings; }

}  // namespace reel::http
