/// What browsers need to let pages of other origins call (CORS, in the Fetch standard).
#pragma once

#include <string>
#include <vector>

#include "reel/http/message.hpp"

namespace reel::http {

/// Lets pages of `origins` read the answer, or answers what they ask before they call. Credentials of the browser's own (cookies) are never
/// allowed.
void share(const Request& request, const std::vector<std::string>& origins, Response& response);

}  // namespace reel::http
