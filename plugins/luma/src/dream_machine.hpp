/// What only Dream Machine has: a list of generations, by which a lost answer is found again.
#pragma once

#include <cstdint>
#include <optional>

#include "json.hpp"

namespace reel::luma {

/// Seconds since 1970 of `2026-11-22T04:29:17.982Z`.
std::optional<std::int64_t> parse_created(const std::string& text);

/// Whether a generation's echoed `request` is what `sent` asked for. The service echoes fields that were not sent with their defaults.
/// Where it calls back is no matter here.
bool is_echo_of(const Json& echoed, const Json& sent);

}  // namespace reel::luma
