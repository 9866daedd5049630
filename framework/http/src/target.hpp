/// Targets of requests and cookies, taken apart.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reel/http/message.hpp"

namespace reel::http {

struct Target {
  std::vector<std::string> segments;  ///< of `/`: none; the last one of `/a/` is empty
  Pairs query;
};

/// Of the form `/path?query`. Throws Refused (400) for all that could mean one thing to us and another to a proxy or a file system:
/// other forms, raw characters that a URI cannot hold, broken or encoded control characters and UTF-8, encoded slashes, and `.`, `..`
/// and empty segments, encoded or not.
Target parse_target(std::string_view target);

/// Of one or more Cookie fields. What is no `name=value` is left out, as browsers' servers do.
Pairs parse_cookies(const Fields& fields);

}  // namespace reel::http
