#include "text.hpp"

#include <glib.h>

#include <array>
#include <cstdio>
#include <memory>

namespace reel::photoshop {

namespace {

using CharPtr = std::unique_ptr<gchar, decltype(&g_free)>;

template <class F>
void for_each_character(std::string_view text, F f) {
  for (const char *at = text.data(), *end = at + text.size(); at < end; at = g_utf8_next_char(at))
    f(g_utf8_get_char(at), std::string_view(at, g_utf8_next_char(at)));
}

bool fits_xml(gunichar c) { return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c != 0xfffe && c != 0xffff); }

const char* xml_entity(gunichar c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&apos;";
    // Readers turn it into a line feed otherwise.
    case '\r':
      return "&#13;";
    default:
      return nullptr;
  }
}

}  // namespace

std::string valid_utf8(const char* text) {
  if (text == nullptr) return {};
  return CharPtr(g_utf8_make_valid(text, -1), g_free).get();
}

std::u16string utf16(std::string_view text) {
  std::u16string units;
  for_each_character(text, [&](gunichar c, std::string_view) {
    if (c >= 0x10000) units += static_cast<char16_t>(0xd7c0 + (c >> 10));
    units += static_cast<char16_t>(c < 0x10000 ? c : 0xdc00 + (c & 0x3ff));
  });
  return units;
}

std::string ascii(std::string_view text, std::size_t limit) {
  std::string plain;
  for_each_character(
      text, [&](gunichar c, std::string_view) { plain += c >= 0x20 && c < 0x7f ? static_cast<char>(c) : '?'; });
  return plain.substr(0, limit);
}

std::string xml(std::string_view text) {
  std::string escaped;
  for_each_character(text, [&](gunichar c, std::string_view bytes) {
    const char* const entity = xml_entity(c);
    escaped += entity != nullptr ? entity : fits_xml(c) ? bytes : "\xef\xbf\xbd";
  });
  return escaped;
}

std::string javascript(std::string_view text) {
  std::string literal = "\"";
  for (const char16_t unit : utf16(text)) {
    const bool plain = unit >= 0x20 && unit < 0x7f && unit != '"' && unit != '\\' && unit != '<' && unit != '>';
    if (plain) {
      literal += static_cast<char>(unit);
      continue;
    }
    std::array<char, 8> code{};
    std::snprintf(code.data(), code.size(), "\\u%04x", static_cast<unsigned>(unit));
    literal += code.data();
  }
  return literal + '"';
}

}  // namespace reel::photoshop
