/// The answers that the server gives itself.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "reel/http/router.hpp"

namespace reel::http {

/// What `call` returns or, as Handler says it, what its exception means. A response that cannot be sent is a fault, too. Logs faults
/// of ours with the request's id.
Response guarded(const Request& request, const std::function<Response()>& call);

/// 404, 405 or, to OPTIONS, what there is. `allow` as in Router::Match.
Response no_route(const Request& request, const std::vector<std::string>& allow);

/// 503: too many requests wait.
Response overloaded();

}  // namespace reel::http
