/// Responses as bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "reel/http/message.hpp"

namespace reel::http {

/// How a response goes out. It is fixed before its head.
struct Framing {
  std::optional<std::uint64_t> length;  ///< Content-Length; none: no body can be, or its end is not known
  bool chunked = false;
  bool close = false;  ///< the connection ends with it
};

/// Of a response to `request`: what a HEAD would have is said, but not sent.
Framing framing(const Request& request, const Response& response, bool http_1_1, bool close);
bool has_body(const Request& request, const Response& response);

/// Why a response cannot be sent: a field that would break out of its line, an impossible status. Empty: it can.
std::string fault_in(const Response& response);
/// Of one without such a fault.
std::string head_text(const Request& request, const Response& response, const Framing& framing);
std::string chunk(std::string_view data);

}  // namespace reel::http
