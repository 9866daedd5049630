/// What the host offers: secrets, and whom the plugin may talk to. Without a host, nothing is forbidden and no secret known.
#pragma once

#include <reel/extension/host.h>

#include <reel/task.hpp>
#include <string>

namespace reel::luma {

template <class Table>
const Table* host_table(const reel_host* host, const char* id) {
  return host != nullptr ? static_cast<const Table*>(host->get_extension(host, id)) : nullptr;
}

/// Empty where there is none.
inline std::string secret(const reel_host* host, const char* name) {
  const auto* const secrets = host_table<reel_host_secrets>(host, REEL_HOST_SECRETS);
  char* const found = secrets != nullptr ? secrets->get(host, name) : nullptr;
  if (found == nullptr) return {};
  std::string copy = found;
  secrets->release(found);
  return copy;
}

class NetworkPolicy {
 public:
  explicit NetworkPolicy(const reel_host* host)
      : host_(host), table_(host_table<reel_host_network>(host, REEL_HOST_NETWORK)) {}

  /// Throws REEL_ERROR_DENIED.
  void check(const std::string& uri) const {
    GError* error = nullptr;
    if (table_ != nullptr && table_->may_ask(host_, uri.c_str(), &error) == FALSE) throw taken(error);
  }
  void check(const std::string& uri, const sockaddr* address) const {
    GError* error = nullptr;
    if (table_ != nullptr && table_->may_connect(host_, uri.c_str(), address, &error) == FALSE) throw taken(error);
  }

 private:
  static ExtensionError taken(GError* error) {
    const std::string message = error != nullptr ? error->message : "the host does not allow this address";
    g_clear_error(&error);
    return {REEL_ERROR_DENIED, message};
  }

  const reel_host* host_;
  const reel_host_network* table_;
};

}  // namespace reel::luma
