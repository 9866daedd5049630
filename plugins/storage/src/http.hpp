/// HTTP by libcurl: one request, one answer, no redirects. Connections are kept for the next one.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "network_policy.hpp"
#include "retry.hpp"
#include "signer.hpp"

namespace reel::storage {

struct Response {
  long status = 0;
  Headers headers;
  std::string body;  ///< unless on_body got it

  bool good() const { return status >= 200 && status < 300; }
  /// Empty: there is none. `name` in lower case.
  std::string header(const std::string& name) const;
};

struct Request {
  std::string method = "GET";
  std::string url;
  Headers headers;
  std::string_view body;  ///< stays where it is until the answer is there
  /// Gets the body of a good answer as it comes, behind the head; false: that was enough.
  std::function<bool(const Response& head, std::string_view bytes)> on_body;
  long connect_seconds = 15;
  long stall_seconds = 0;  ///< so long without a byte, and it is given up; 0: as configured
  /// A service of this machine's own, whose address no user had a hand in: no policy, no proxy.
  bool of_this_machine = false;
};

class Http {
 public:
  explicit Http(const reel_host* host) : policy_(host) {}

  /// Throws TransientError where another try may help, else ExtensionError. An answer of any status is an answer.
  Response send(const Request& request, const Cancelled& cancelled) const;

 private:
  NetworkPolicy policy_;
};

/// For messages: without user, password and query, any of which may be a secret.
std::string shown(const std::string& url);
/// `host` or `host:port`, as it goes into the header.
std::string host_of(const std::string& url);
/// What `reference` means on the page `base`.
std::string resolved(const std::string& base, const std::string& reference);
/// How long the answer asks to wait.
std::chrono::milliseconds retry_after(const Response& response);

}  // namespace reel::storage
