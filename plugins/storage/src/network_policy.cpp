#include "network_policy.hpp"

#include "reel/extension/host.h"
#include "reel/task.hpp"

namespace reel::storage {
namespace {

const reel_host_network* network(const reel_host* host) {
  if (host == nullptr || host->get_extension == nullptr) return nullptr;
  return static_cast<const reel_host_network*>(host->get_extension(host, REEL_HOST_NETWORK));
}

std::string taken(GError* error, const char* otherwise) {
  std::string message = error != nullptr ? error->message : otherwise;
  g_clear_error(&error);
  return message;
}

}  // namespace

void NetworkPolicy::check_address(const std::string& url) const {
  const reel_host_network* const rules = network(host_);
  GError* error = nullptr;
  if (rules != nullptr && rules->may_ask != nullptr && rules->may_ask(host_, url.c_str(), &error) == FALSE)
    throw ExtensionError(REEL_ERROR_DENIED, taken(error, "the network policy does not allow this address"));
}

std::string NetworkPolicy::objection(const std::string& url, const sockaddr& address) const {
  const reel_host_network* const rules = network(host_);
  GError* error = nullptr;
  if (rules == nullptr || rules->may_connect == nullptr ||
      rules->may_connect(host_, url.c_str(), &address, &error) != FALSE)
    return {};
  return taken(error, "the network policy does not allow a connection to it");
}

}  // namespace reel::storage
