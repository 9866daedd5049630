/// From a head that is well formed to a request that may be answered.
#pragma once

#include <string>

#include "parser.hpp"
#include "proxies.hpp"
#include "reel/http/message.hpp"
#include "reel/http/server.hpp"

namespace reel::http {

/// Throws Refused: 400 for targets and hosts, 421 for hosts that are not ours, 501 for methods that no route can have.
/// `request.id` stays as it is.
void take_in(Request& request, Head head, const Peer& peer, const std::vector<std::string>& hosts);

}  // namespace reel::http
