/// From a head that is well formed to a request that may be answered.
#pragma once

#include <string>
#include <string_view>

#include "parser.hpp"
#include "proxies.hpp"
#include "reel/http/message.hpp"
#include "reel/http/server.hpp"

namespace reel::http {

/// A method that a route can have.
bool is_known_method(std::string_view method);

/// Throws Refused: 400 for targets and hosts, 421 for hosts that are not ours, 501 for methods that no route can have.
/// `request.id` stays as it is, and `request.method` where it is refused.
void take_in(Request& request, Head head, const Peer& peer, const std::vector<std::string>& hosts);

}  // namespace reel::http
