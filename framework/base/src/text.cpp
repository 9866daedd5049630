#include "reel/base/text.hpp"

#include <glib.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <ctime>
#include <optional>

namespace reel::base {
namespace {

/// One step through UTF-8: the character, or nothing for a byte that belongs to none.
struct Step {
  std::optional<gunichar> character;
  std::size_t bytes = 1;
};

Step next_character(std::string_view text) {
  const gunichar c = g_utf8_get_char_validated(text.data(), static_cast<gssize>(text.size()));
  // GLib takes a zero byte for the end of the text.
  if (text.front() == '\0') return {gunichar{0}, 1};
  if (c == static_cast<gunichar>(-1) || c == static_cast<gunichar>(-2)) return {};
  return {c, static_cast<std::size_t>(g_unichar_to_utf8(c, nullptr))};
}

/// Characters that change how a terminal shows what is around them.
bool is_hidden(gunichar c) {
  const bool direction = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F;
  const bool separator = c == 0x2028 || c == 0x2029 || c == 0xFEFF;
  return g_unichar_iscntrl(c) || direction || separator;
}

std::string escaped(gunichar c) {
  if (c == '\t') return "\\t";
  if (c == '\n') return "\\n";
  if (c == '\r') return "\\r";
  std::array<char, 16> buffer{};
  std::snprintf(buffer.data(), buffer.size(), c < 0x80 ? "\\x%02x" : "\\u%04x", c);
  return buffer.data();
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), g_ascii_tolower);
  return result;
}

/// Optimal string alignment distance.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), previous(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) previous[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, previous);
    std::swap(previous, row);
  }
  return previous[b.size()];
}

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& known) {
  constexpr std::size_t longest_word = 64;  // nobody mistypes more, and the distance takes quadratic time
  if (word.empty() || word.size() > longest_word) return {};
  const std::string wanted = lower(word);
  std::string best;
  std::size_t best_distance = longest_word;
  for (const std::string& candidate : known) {
    const std::size_t limit = std::max<std::size_t>(1, std::max(wanted.size(), candidate.size()) / 3);
    const std::string name = lower(candidate);
    const bool abbreviated = wanted.size() >= 3 && name.starts_with(wanted);
    const std::size_t gap = std::max(name.size(), wanted.size()) - std::min(name.size(), wanted.size());
    if (gap > limit && !abbreviated) continue;
    const std::size_t d = abbreviated ? 1 : distance(wanted, name);
    if (d <= limit && d < std::min(best_distance, std::max(wanted.size(), name.size()))) {
      best_distance = d;
      best = candidate;
    }
  }
  return best;
}

std::string join_words(const std::vector<std::string>& words, std::string_view last) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 < words.size() ? ", " : " " + std::string(last) + " ";
    text += words[i];
  }
  return text;
}

std::size_t display_width(std::string_view utf8) {
  std::size_t width = 0;
  while (!utf8.empty()) {
    const Step step = next_character(utf8);
    if (!step.character)
      width += 1;
    else if (!g_unichar_iszerowidth(*step.character))
      width += g_unichar_iswide(*step.character) ? 2 : 1;
    utf8.remove_prefix(step.bytes);
  }
  return width;
}

std::size_t broken_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const gchar* end = nullptr;
    const bool valid = g_utf8_validate(text.data() + at, static_cast<gssize>(text.size() - at), &end);
    if (valid) return std::string_view::npos;
    at = static_cast<std::size_t>(end - text.data());
    if (text[at] != '\0') return at;
    ++at;  // GLib refuses zero bytes; UTF-8 does not
  }
  return std::string_view::npos;
}

std::string printable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const Step step = next_character(text);
    if (!step.character) {
      std::array<char, 8> buffer{};
      std::snprintf(buffer.data(), buffer.size(), "\\x%02x", static_cast<unsigned char>(text.front()));
      result += buffer.data();
    } else if (is_hidden(*step.character)) {
      result += escaped(*step.character);
    } else {
      result += text.substr(0, step.bytes);
    }
    text.remove_prefix(step.bytes);
  }
  return result;
}

std::string counted(std::uint64_t count, std::string_view thing) {
  return std::to_string(count) + " " + std::string(thing) + (count == 1 ? "" : "s");
}

std::string beginning(std::string_view utf8, std::size_t bytes, std::string_view mark) {
  if (utf8.size() <= bytes) return std::string(utf8);
  while (bytes > 0 && (static_cast<unsigned char>(utf8[bytes]) & 0xC0U) == 0x80U) --bytes;
  return std::string(utf8.substr(0, bytes)).append(mark);
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (plain.find(c) != std::string_view::npos)
      out += c;
    else
      out += {'%', digits[byte >> 4U], digits[byte & 15U]};
  }
  return out;
}

std::string scheme_of(std::string_view uri) {
  const auto colon = uri.find("://");
  if (colon == std::string_view::npos || colon == 0) return "file";
  const auto fits = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '+' || c == '-' || c == '.';
  };
  if (!std::ranges::all_of(uri.substr(0, colon), fits)) return "file";
  std::string scheme(uri.substr(0, colon));
  std::ranges::transform(scheme, scheme.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return scheme;
}

std::string rfc3339(std::chrono::system_clock::time_point time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(time - second).count();
  const std::time_t whole = std::chrono::system_clock::to_time_t(second);
  std::tm parts{};
  ::gmtime_r(&whole, &parts);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", parts.tm_year + 1900, parts.tm_mon + 1,
                parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, static_cast<int>(micros));
  return text.data();
}

std::string format_dollars(double cents) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "$%.2f", cents / 100);
  return text.data();
}

std::string with_hint(std::string message, std::string_view hint) {
  if (hint.empty()) return message;
  return message.append(message.ends_with('.') ? " " : "; ").append(hint);
}

std::string format_bytes(std::uint64_t bytes) {
  constexpr std::array names{"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  if (bytes < 1000) return std::to_string(bytes) + " B";
  auto amount = static_cast<double>(bytes);
  std::size_t power = 0;
  // 999.95 would be shown as 1000.0
  while (amount >= 999.95 && power + 1 < names.size()) {
    amount /= 1000;
    ++power;
  }
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.1f %s", amount, names.at(power));
  return buffer.data();
}

}  // namespace reel::base
