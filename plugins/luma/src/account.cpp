#include "account.hpp"

#include <glib.h>

#include <cstdlib>
#include <memory>

#include "host.hpp"

namespace reel::luma {

namespace {

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr ? value : "";
}

std::string key_of(const reel_host* host, const Service& service) {
  const std::string kept = secret(host, service.secret());
  return kept.empty() ? environment(service.key_variable()) : kept;
}

}  // namespace

Account Account::of(const reel_host* host, const Service& service) {
  std::string base = environment(service.base_variable());
  if (base.empty()) base = service.base();
  while (base.ends_with('/')) base.pop_back();
  if (!is_fetchable(base))
    throw ExtensionError(REEL_ERROR_INVALID, std::string(service.base_variable()) + " must be an https address");
  return {base, base.starts_with("http://"), key_of(host, service)};
}

std::string Account::name() const {
  const std::string whole = base + " " + key;
  const std::unique_ptr<gchar, void (*)(gpointer)> sum(
      g_compute_checksum_for_string(G_CHECKSUM_SHA256, whole.c_str(), -1), g_free);
  return "luma-" + std::string(sum.get()).substr(0, 16);
}

const Service& chosen(const reel_host* host, const Ask& ask) {
  if (const std::string api = ask.text("api"); !api.empty() && api != "auto") return service(api);
  const std::string model = ask.text("model");
  if (model == "ray-3.2") return agents();
  if (!model.empty() && model != "auto") return dream_machine();
  const bool only_agents = key_of(host, dream_machine()).empty() && !key_of(host, agents()).empty();
  return only_agents ? agents() : dream_machine();
}

}  // namespace reel::luma
