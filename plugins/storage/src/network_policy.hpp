/// What the host allows this plugin to talk to; everything where there is no host.
#pragma once

#include <sys/socket.h>

#include <string>

#include "reel/plugin.h"

namespace reel::storage {

class NetworkPolicy {
 public:
  explicit NetworkPolicy(const reel_host* host) : host_(host) {}

  /// Throws ExtensionError (DENIED) with the host's reason.
  void check_address(const std::string& url) const;
  /// Why the name in `url` must not lead there; empty: it may.
  std::string objection(const std::string& url, const sockaddr& address) const;

 private:
  const reel_host* host_;
};

}  // namespace reel::storage
