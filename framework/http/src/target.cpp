#include "target.hpp"

#include <algorithm>

#include "malformed.hpp"
#include "reel/base/text.hpp"
#include "text.hpp"

namespace reel::http {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  throw malformed("The target has a % that is not followed by two hexadecimal digits.");
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

std::string decoded(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) throw malformed("The target ends in an unfinished % sequence.");
      c = static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    }
    result += c;
  }
  if (std::ranges::any_of(result, is_control)) throw malformed("The target has control characters.");
  if (base::broken_utf8(result) != std::string::npos) throw malformed("The target is no valid UTF-8.");
  return result;
}

std::string decoded_segment(std::string_view raw) {
  std::string segment = decoded(raw);
  if (segment.find_first_of("/\\") != std::string::npos) throw malformed("The path has an encoded slash.");
  if (segment == "." || segment == "..") throw malformed("The path has a segment of dots only.");
  return segment;
}

std::string decoded_query(std::string_view raw) {
  std::string text(raw);
  std::ranges::replace(text, '+', ' ');
  return decoded(text);
}

std::vector<std::string> path_segments(std::string_view path) {
  std::vector<std::string> segments;
  if (path == "/") return segments;
  for (const std::string_view part : split(path.substr(1), '/')) segments.push_back(decoded_segment(part));
  if (std::find(segments.begin(), segments.end() - 1, "") != segments.end() - 1)
    throw malformed("The path has an empty segment.");
  return segments;
}

Pairs query_pairs(std::string_view query) {
  Pairs pairs;
  for (const std::string_view part : split(query, '&')) {
    if (part.empty()) continue;
    const auto equals = std::min(part.find('='), part.size());
    pairs.emplace_back(decoded_query(part.substr(0, equals)),
                       decoded_query(part.substr(std::min(equals + 1, part.size()))));
  }
  return pairs;
}

}  // namespace

Target parse_target(std::string_view target) {
  if (!target.starts_with('/')) throw malformed("The target has to be a path that begins with a slash.");
  if (std::ranges::any_of(target, [](char c) { return c <= ' ' || c >= 0x7f || c == '#' || c == '\\'; }))
    throw malformed("The target has characters that have to be percent-encoded.");
  const auto end = std::min(target.find('?'), target.size());
  return {path_segments(target.substr(0, end)), query_pairs(target.substr(std::min(end + 1, target.size())))};
}

Pairs parse_cookies(const Fields& fields) {
  Pairs cookies;
  for (const auto& [name, value] : fields) {
    if (!same_word(name, "cookie")) continue;
    for (const std::string_view part : split(value, ';')) {
      const auto equals = part.find('=');
      if (equals == std::string_view::npos || equals == 0) continue;
      std::string_view content = part.substr(equals + 1);
      if (content.size() >= 2 && content.starts_with('"') && content.ends_with('"'))
        content = content.substr(1, content.size() - 2);
      cookies.emplace_back(part.substr(0, equals), content);
    }
  }
  return cookies;
}

}  // namespace reel::http
