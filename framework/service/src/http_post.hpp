#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "reel/service/address_policy.hpp"

namespace reel::service {

/// Sends `body` and returns the status of the answer, whose own body is thrown away. Connects to the destination's addresses and to
/// nothing else: no proxy, no redirects. Any thread; blocks at most `patience`. Throws base::TransientError without an answer.
long http_post(const Destination& to, const std::vector<std::string>& headers, const std::string& body,
               std::chrono::milliseconds patience);

}  // namespace reel::service
