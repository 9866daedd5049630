#include <algorithm>
#include <array>
#include <map>

#include "read_scalar.hpp"

namespace reel::model {
namespace {

/// CSS Color 4, section 6.1: the basic names, `orange` and `transparent`.
const std::map<std::string, Color, std::less<>>& named_colors() {
  static const std::map<std::string, Color, std::less<>> colors{
      {"aqua", {0, 255, 255}},       {"black", {0, 0, 0}},        {"blue", {0, 0, 255}},
      {"cyan", {0, 255, 255}},       {"fuchsia", {255, 0, 255}},  {"gray", {128, 128, 128}},
      {"green", {0, 128, 0}},        {"grey", {128, 128, 128}},   {"lime", {0, 255, 0}},
      {"magenta", {255, 0, 255}},    {"maroon", {128, 0, 0}},     {"navy", {0, 0, 128}},
      {"olive", {128, 128, 0}},      {"orange", {255, 165, 0}},   {"purple", {128, 0, 128}},
      {"red", {255, 0, 0}},          {"silver", {192, 192, 192}}, {"teal", {0, 128, 128}},
      {"transparent", {0, 0, 0, 0}}, {"white", {255, 255, 255}},  {"yellow", {255, 255, 0}}};
  return colors;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<Color> parse_hex(std::string_view digits) {
  const bool is_short = digits.size() == 3 || digits.size() == 4;
  if (!is_short && digits.size() != 6 && digits.size() != 8) return std::nullopt;
  if (std::any_of(digits.begin(), digits.end(), [](char c) { return hex_digit(c) < 0; })) return std::nullopt;
  std::array<std::uint8_t, 4> channels{0, 0, 0, 255};
  const std::size_t step = is_short ? 1 : 2;
  for (std::size_t i = 0; i * step < digits.size(); ++i) {
    const int high = hex_digit(digits[i * step]), low = is_short ? high : hex_digit(digits[i * step + 1]);
    channels.at(i) = static_cast<std::uint8_t>(high * 16 + low);
  }
  return Color{channels[0], channels[1], channels[2], channels[3]};
}

}  // namespace

const std::vector<std::string>& color_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    for (const auto& [name, color] : named_colors()) list.push_back(name);
    return list;
  }();
  return names;
}

std::optional<Color> parse_color(std::string_view text) {
  if (text.starts_with('#')) return parse_hex(text.substr(1));
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  const auto found = named_colors().find(lower);
  return found == named_colors().end() ? std::nullopt : std::optional(found->second);
}

}  // namespace reel::model
