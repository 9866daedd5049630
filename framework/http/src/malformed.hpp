#pragma once

#include <string_view>

#include "reel/http/message.hpp"

namespace reel::http {

/// 400: the bytes are no HTTP that we take. The connection is closed after it.
inline Refused malformed(std::string_view detail) {
  return Refused(problem(400, "malformed-request", "The request is malformed", detail));
}

inline Refused too_large(std::uint64_t most) {
  return Refused(problem(413, "body-too-large", "The body is too large",
                         "The body of this request may have " + std::to_string(most) + " bytes."));
}

inline Refused too_slow() {
  return Refused(problem(408, "request-timeout", "The request came too slowly",
                         "The request did not arrive in time. Try again over a better connection."));
}

}  // namespace reel::http
