/// Conditional and partial requests: RFC 9110, sections 13 and 14.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "reel/http/message.hpp"

namespace reel::http {

struct Validators {
  std::string etag;  ///< strong, in its quotes
  std::chrono::sys_seconds modified;
};

/// 200: go on; 304 or 412: answer so.
int checked_conditions(const Request& request, const Validators& validators);

struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;  ///< 0: nothing of the range is in the file
};

/// The one range that is asked for and may be sent; none: all of it.
std::optional<ByteRange> chosen_range(const Request& request, const Validators& validators, std::uint64_t size);

}  // namespace reel::http
