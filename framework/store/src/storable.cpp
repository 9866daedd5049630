#include "storable.hpp"

#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace reel::store {
namespace {

using Byte = unsigned char;

bool continues(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<Byte>(text[at]) & 0xC0U) == 0x80U;
}

/// Length of the well-formed UTF-8 sequence at `at`, or 0 (Unicode 15, table 3-7: no overlong forms, no
/// surrogates).
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const Byte first = static_cast<Byte>(text[at]);
  if (first < 0x80) return 1;
  if (!continues(text, at + 1)) return 0;
  const Byte second = static_cast<Byte>(text[at + 1]);
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (first >= 0xE0 && first <= 0xEF) {
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F)) return 0;
    return continues(text, at + 2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if ((first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F)) return 0;
    return continues(text, at + 2) && continues(text, at + 3) ? 4 : 0;
  }
  return 0;
}

nlohmann::json storable_value(const nlohmann::json& value) {
  if (value.is_string()) return storable(value.get_ref<const std::string&>());
  if (value.is_array()) {
    auto result = nlohmann::json::array();
    for (const auto& item : value) result.push_back(storable_value(item));
    return result;
  }
  if (value.is_object()) {
    auto result = nlohmann::json::object();
    for (const auto& [key, item] : value.items()) result[storable(key)] = storable_value(item);
    return result;
  }
  return value;
}

}  // namespace

std::string storable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = sequence_length(text, at);
    if (length == 0) {
      std::array<char, 5> hex{};
      std::snprintf(hex.data(), hex.size(), "\\x%02X", static_cast<unsigned>(static_cast<Byte>(text[at])));
      result += hex.data();
    } else if (text[at] == '\0') {
      result += "\u2400";
    } else {
      result += text.substr(at, length);
    }
    at += length == 0 ? 1 : length;
  }
  return result;
}

std::string storable_json(std::string_view json) {
  const auto parsed = nlohmann::json::parse(json, nullptr, /*allow_exceptions=*/false);
  return (parsed.is_discarded() ? nlohmann::json(storable(json)) : storable_value(parsed)).dump();
}

}  // namespace reel::store
