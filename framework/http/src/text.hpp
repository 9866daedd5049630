/// Text as HTTP has it: ASCII, without regard to case in most places.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace reel::http {

bool same_word(std::string_view a, std::string_view b);  ///< without regard to case
std::string_view trimmed(std::string_view text);         ///< without spaces and tabs at its ends
/// The trimmed parts between separators; an empty text has one empty part.
std::vector<std::string_view> split(std::string_view text, char separator);
/// Digits only, and no more than fit.
std::optional<std::uint64_t> decimal(std::string_view text);
std::string hexadecimal(std::uint64_t number);
std::string hexadecimal(std::span<const unsigned char> bytes);  ///< two digits each

/// 32 hexadecimal digits of the system's random numbers.
std::string random_id();

}  // namespace reel::http
