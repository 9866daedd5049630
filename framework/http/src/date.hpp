#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace reel::http {

/// `Sun, 06 Nov 1994 08:49:37 GMT`
std::string format_date(std::chrono::sys_seconds time);
/// That form only: the two obsolete ones are as good as no date.
std::optional<std::chrono::sys_seconds> parse_date(std::string_view text);

}  // namespace reel::http
