#include "reel/model/value.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace reel::model {
namespace {

std::string number_text(double number) {
  std::array<char, 32> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
  return {buffer.data(), end};
}

/// Text that YAML and our own rules read as nothing but itself without quotes.
bool is_plain(const std::string& text) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto safe = [&](char c) {
    return letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '/';
  };
  static constexpr std::array words{"true", "false", "null", "yes", "no", "on", "off"};
  std::string lower = text;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return !text.empty() && letter(text.front()) && std::all_of(text.begin(), text.end(), safe) &&
         std::find(words.begin(), words.end(), lower) == words.end();
}

std::string string_text(const std::string& text) {
  if (is_plain(text)) return text;
  std::string result = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      std::array<char, 8> escape{};
      std::snprintf(escape.data(), escape.size(), "\\x%02x", byte);
      result += escape.data();
    } else {
      result += c;
    }
  }
  return result + "\"";
}

std::string list_text(const std::vector<std::string>& items) {
  std::string result = "[";
  for (const std::string& item : items) result += (result.size() > 1 ? ", " : "") + item;
  return result + "]";
}

std::string color_text(const Color& color) {
  std::array<char, 16> buffer{};
  std::snprintf(buffer.data(), buffer.size(), color.alpha == 255 ? "\"#%02x%02x%02x\"" : "\"#%02x%02x%02x%02x\"",
                color.red, color.green, color.blue, color.alpha);
  return buffer.data();
}

std::string region_text(const Region& region) {
  std::vector<std::string> parts;
  for (const auto& [x, y] : region.points) {
    if (region.shape == Region::Shape::polygon) {
      parts.push_back(list_text({number_text(x), number_text(y)}));
    } else {
      parts.push_back(number_text(x));
      parts.push_back(number_text(y));
    }
  }
  return std::string(region.shape == Region::Shape::polygon ? "{ polygon: " : "{ box: ") + list_text(parts) +
         (region.pixels ? ", unit: px }" : " }");
}

/// A moment is a range that ends where it begins.
std::string range_text(const base::TimePointRange& range) {
  return range.begin && range.begin == range.end ? base::format(*range.begin) : base::format(range);
}

struct ToYaml {
  std::string operator()(std::monostate) const { return "null"; }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(double value) const { return number_text(value); }
  std::string operator()(const std::string& value) const { return string_text(value); }
  std::string operator()(const base::TimePoint& value) const { return base::format(value); }
  std::string operator()(const std::vector<base::TimePointRange>& value) const {
    std::vector<std::string> items;
    items.reserve(value.size());
    for (const auto& range : value) items.push_back(range_text(range));
    return list_text(items);
  }
  std::string operator()(const Color& value) const { return color_text(value); }
  std::string operator()(const Region& value) const { return region_text(value); }
};

}  // namespace

std::string_view name(ParamType type) {
  switch (type) {
    case ParamType::boolean:
      return "boolean";
    case ParamType::integer:
      return "integer";
    case ParamType::number:
      return "number";
    case ParamType::string:
      return "string";
    case ParamType::choice:
      return "choice";
    case ParamType::time:
      return "time";
    case ParamType::ranges:
      return "ranges";
    case ParamType::times:
      return "times";
    case ParamType::color:
      return "color";
    case ParamType::region:
      return "region";
    case ParamType::file:
      return "file";
    case ParamType::uri:
      break;
  }
  return "uri";
}

std::string to_yaml(const Value& value) { return std::visit(ToYaml{}, value); }

}  // namespace reel::model
