#include "errors.hpp"

#include <algorithm>
#include <cctype>

#include "http.hpp"
#include "json.hpp"

namespace reel::luma {

namespace {

constexpr std::size_t longest = 600;

bool has(std::string text, std::initializer_list<const char*> words) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::ranges::any_of(words, [&](const char* word) { return text.find(word) != std::string::npos; });
}

bool is_moderation(const std::string& words) { return has(words, {"moderat", "blacklisted", "content policy"}); }

/// Texts of others go into logs and onto terminals.
std::string tamed(std::string text) {
  std::ranges::replace_if(
      text, [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
  if (text.size() <= longest) return text;
  std::size_t end = longest;
  while (end > 0 && (text[end] & 0xC0) == 0x80) --end;  // not within a character
  return text.substr(0, end) + "…";
}

std::string without(std::string text, const std::string& key) {
  if (key.empty()) return text;
  for (auto at = text.find(key); at != std::string::npos; at = text.find(key))
    text.replace(at, key.size(), "(the key)");
  return text;
}

std::string problem(const Json& one) {
  std::string where;
  if (one.is_object() && one.contains("loc") && one["loc"].is_array())
    for (const Json& part : one["loc"]) {
      const std::string name = part.is_string() ? part.get<std::string>() : part.dump();
      if (name != "body") where += (where.empty() ? "" : ".") + name;
    }
  return where + (where.empty() ? "" : ": ") + string_at(one, "msg");
}

reel_error kind_of(long status, const std::string& words, Asked asked) {
  if (status == 408 || status >= 500) return asked == Asked::to_create ? REEL_ERROR_UNCERTAIN : REEL_ERROR_BUSY;
  if (status == 429) return REEL_ERROR_BUSY;
  if (status == 401 || status == 403) return REEL_ERROR_DENIED;
  if (status == 402 || has(words, {"insufficient credit", "insufficient balance"})) return REEL_ERROR_LIMIT;
  if (status == 404 || status == 410) return REEL_ERROR_NOT_FOUND;
  if (is_moderation(words)) return REEL_ERROR_REFUSED;
  return status >= 400 ? REEL_ERROR_INVALID : REEL_ERROR_FAILED;
}

std::string advice(reel_error kind, const Answer& answer) {
  switch (kind) {
    case REEL_ERROR_UNCERTAIN:
      return "; it may have been made all the same";
    case REEL_ERROR_DENIED:
      return "; is the key right?";
    case REEL_ERROR_LIMIT:
      return "; the account's balance is used up";
    case REEL_ERROR_REFUSED:
      return "; Luma's moderation refuses the prompt or a picture: say it differently";
    case REEL_ERROR_BUSY:
      return answer.retry_after > 0 ? "; ask again in " + std::to_string(answer.retry_after) + " s"
                                    : "; ask again later";
    default:
      return "";
  }
}

}  // namespace

reel_error failure_kind(const std::string& words) {
  if (is_moderation(words)) return REEL_ERROR_REFUSED;
  if (has(words, {"failed to read user input"})) return REEL_ERROR_INVALID;
  if (has(words, {"insufficient"})) return REEL_ERROR_LIMIT;
  return REEL_ERROR_FAILED;
}

std::string failure_words(reel_error kind, const std::string& words) {
  const std::string said = tamed(words.empty() ? "no reason given" : words);
  if (kind == REEL_ERROR_REFUSED)
    return said + "; Luma's moderation refuses the prompt or a picture: say it differently";
  if (kind == REEL_ERROR_INVALID) return said + "; can everyone open the addresses of input and pictures?";
  return said;
}

std::string detail(const std::string& body) {
  const auto parsed = parse_json(body);
  if (!parsed || !parsed->is_object() || !parsed->contains("detail")) return {};
  const Json& said = (*parsed)["detail"];
  if (said.is_string()) return tamed(said.get<std::string>());
  std::string all;
  if (said.is_array())
    for (const Json& one : said) all += (all.empty() ? "" : "; ") + problem(one);
  return tamed(all);
}

ExtensionError error_of(const Answer& answer, Asked asked, const std::string& who, const std::string& key) {
  const std::string words = without(detail(answer.body), key);
  const reel_error kind = kind_of(answer.status, words, asked);
  return {kind, who + " answered " + std::to_string(answer.status) + (words.empty() ? "" : ": " + words) +
                    advice(kind, answer)};
}

}  // namespace reel::luma
