/// What the host offers: secrets, a folder, its log, and whom the plugin may talk to.
#pragma once

#include <reel/extension/host.h>

#include <filesystem>
#include <reel/task.hpp>
#include <string>

namespace reel::language_model {

class Host {
 public:
  explicit Host(const reel_host* host) : host_(host) {}

  /// Empty where there is none.
  std::string secret(const char* name) const {
    const auto* const secrets = table<reel_host_secrets>(REEL_HOST_SECRETS);
    char* const found = secrets != nullptr ? secrets->get(host_, name) : nullptr;
    if (found == nullptr) return {};
    std::string copy = found;
    secrets->release(found);
    return copy;
  }

  /// The plugin's own folder, which need not exist; empty: the host has none.
  std::filesystem::path folder() const {
    const auto* const folders = table<reel_host_folders>(REEL_HOST_FOLDERS);
    const char* const cache = folders != nullptr ? folders->cache(host_) : nullptr;
    return cache != nullptr ? std::filesystem::path(cache) / "language-model" : std::filesystem::path();
  }

  /// `message` holds no secret.
  void log(const std::string& message) const {
    if (const auto* const log = table<reel_host_log>(REEL_HOST_LOG))
      log->write(host_, REEL_LOG_INFO, nullptr, message.c_str());
  }

  /// Whether the address may be asked for. Throws REEL_ERROR_DENIED.
  void check(const std::string& uri) const {
    const auto* const network = table<reel_host_network>(REEL_HOST_NETWORK);
    GError* error = nullptr;
    if (network != nullptr && network->may_ask(host_, uri.c_str(), &error) == FALSE) throw denied(error);
  }
  /// Whether its name may lead there. Throws REEL_ERROR_DENIED.
  void check(const std::string& uri, const sockaddr* address) const {
    const auto* const network = table<reel_host_network>(REEL_HOST_NETWORK);
    GError* error = nullptr;
    if (network != nullptr && network->may_connect(host_, uri.c_str(), address, &error) == FALSE) throw denied(error);
  }

 private:
  template <class Table>
  const Table* table(const char* id) const {
    return host_ != nullptr ? static_cast<const Table*>(host_->get_extension(host_, id)) : nullptr;
  }
  static ExtensionError denied(GError* error) {
    const std::string message = error != nullptr ? error->message : "the host does not allow this address";
    g_clear_error(&error);
    return {REEL_ERROR_DENIED, message};
  }

  const reel_host* host_;
};

}  // namespace reel::language_model
