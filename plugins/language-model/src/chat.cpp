#include "chat.hpp"

#include <algorithm>
#include <cctype>

#include "instructions.hpp"

namespace reel::language_model {

namespace {

constexpr int deepest = 64;
constexpr std::size_t longest_words = 400;

/// Nothing where it is no JSON, or nested deeper than anything that is meant well.
std::optional<Json> parsed(std::string_view text) {
  bool too_deep = false;
  const auto watch = [&](int depth, Json::parse_event_t, Json&) {
    too_deep = too_deep || depth > deepest;
    return !too_deep;
  };
  Json json = Json::parse(text, watch, false);
  if (too_deep || json.is_discarded()) return std::nullopt;
  return json;
}

/// What is at the key, or null: a missing key and another type than an object are the same here.
const Json& at(const Json& object, const char* key) {
  static const Json nothing;
  if (!object.is_object()) return nothing;
  const auto found = object.find(key);
  return found != object.end() ? *found : nothing;
}

std::string string_at(const Json& object, const char* key) {
  const Json& found = at(object, key);
  return found.is_string() ? found.get<std::string>() : std::string();
}

std::string dumped(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json message(const char* role, std::string text) { return {{"role", role}, {"content", std::move(text)}}; }

/// A text, or the texts of its parts.
std::string content_of(const Json& content) {
  if (content.is_string()) return content.get<std::string>();
  std::string text;
  if (content.is_array())
    for (const Json& part : content) text += string_at(part, "text");
  return text;
}

/// Texts of others go into logs and onto terminals.
std::string tamed(std::string text) {
  std::ranges::replace_if(
      text, [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
  if (text.size() <= longest_words) return text;
  std::size_t end = longest_words;
  while (end > 0 && (text[end] & 0xC0) == 0x80) --end;  // not within a character
  return text.substr(0, end) + "…";
}

std::string without(std::string text, const std::string& key) {
  if (key.empty()) return text;
  for (auto found = text.find(key); found != std::string::npos; found = text.find(key))
    text.replace(found, key.size(), "(the key)");
  return text;
}

/// An error's own words: OpenAI's form, or what other servers make of it.
std::string words_of(const std::string& body) {
  const auto json = parsed(body);
  if (!json) return {};
  const Json& error = at(*json, "error");
  if (error.is_string()) return error.get<std::string>();
  for (const Json* const place : {&error, &*json})
    for (const char* const key : {"message", "detail"})
      if (std::string words = string_at(*place, key); !words.empty()) return words;
  return {};
}

bool is_balance_used_up(long status, const std::string& body) {
  const auto json = parsed(body);
  const std::string code = json ? string_at(at(*json, "error"), "code") : "";
  return status == 402 || code == "insufficient_quota";
}

reel_error kind_of(long status, const std::string& body) {
  if (is_balance_used_up(status, body)) return REEL_ERROR_LIMIT;
  if (status == 401 || status == 403) return REEL_ERROR_DENIED;
  if (status == 408 || status == 429 || status >= 500) return REEL_ERROR_BUSY;
  return status >= 400 ? REEL_ERROR_INVALID : REEL_ERROR_FAILED;
}

std::string advice(reel_error kind, long status) {
  if (status >= 300 && status < 400) return "; redirections are not followed: set the address that is meant";
  if (status == 404) return "; is the address right, and does it have this model?";
  if (kind == REEL_ERROR_DENIED) return "; is the secret language-model-key right?";
  if (kind == REEL_ERROR_LIMIT) return "; the account's balance is used up";
  return kind == REEL_ERROR_BUSY ? "; ask again later" : "";
}

std::string_view trimmed(std::string_view text) {
  const auto is_space = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

/// Where a line begins with `start`, from `from` on; npos: none does.
std::size_t line_with(std::string_view text, std::string_view start, std::size_t from = 0) {
  for (auto found = text.find(start, from); found != std::string_view::npos; found = text.find(start, found + 1))
    if (found == 0 || text[found - 1] == '\n') return found;
  return std::string_view::npos;
}

bool says_none(std::string_view text) {
  std::string word(text.substr(0, 8));
  std::ranges::transform(word, word.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text.empty() || (text.size() <= 6 && word.starts_with("NONE"));
}

}  // namespace

Json request_of(const std::string& model, const std::string& question) {
  auto data = parsed(question);
  if (!data || !data->is_object()) throw ExtensionError(REEL_ERROR_INVALID, "the question is no JSON object");
  const Json schema = at(*data, "schema"), repair = at(*data, "repair");
  data->erase("schema");
  data->erase("repair");
  Json messages{message("system", instructions + dumped(schema)), message("user", dumped(*data))};
  if (repair.is_object()) {
    messages.push_back(message("assistant", string_at(repair, "pipeline")));
    messages.push_back(message("user", repair_instructions + dumped(at(repair, "errors"))));
  }
  return {{"model", model},
          {"messages", messages},
          {"temperature", 0},
          {"max_tokens", most_answer_tokens},
          {"stream", false}};
}

Reply reply_of(const std::string& body) {
  const auto json = parsed(body);
  const Json& choices = json ? at(*json, "choices") : Json();
  if (!choices.is_array() || choices.empty())
    throw ExtensionError(REEL_ERROR_FAILED, "its answer is none of the chat API: it has no `choices`");
  const Json& said = at(choices[0], "message");
  const std::string ended = string_at(choices[0], "finish_reason"), refusal = string_at(said, "refusal");
  if (ended == "content_filter" || !refusal.empty())
    throw ExtensionError(REEL_ERROR_REFUSED, "it will not do this" + (refusal.empty() ? "" : ": " + tamed(refusal)));
  if (ended == "length")
    throw ExtensionError(REEL_ERROR_FAILED,
                         "its answer was cut off after " + std::to_string(most_answer_tokens) + " tokens");
  Reply reply{content_of(at(said, "content")), std::nullopt};
  const Json& total = at(at(*json, "usage"), "total_tokens");
  if (total.is_number_unsigned()) reply.tokens = total.get<std::uint64_t>();
  return reply;
}

std::string yaml_in(std::string_view said) {
  if (const auto thought = said.rfind("</think>"); thought != std::string_view::npos) said.remove_prefix(thought + 8);
  said = trimmed(said);
  if (const auto begin = line_with(said, "reel:"); begin != std::string_view::npos) {
    said.remove_prefix(begin);
    said = said.substr(0, line_with(said, "```"));
  } else if (said.starts_with("```")) {
    said.remove_prefix(std::min(said.find('\n'), said.size()));
    said = trimmed(said.substr(0, line_with(said, "```")));
  }
  said = trimmed(said);
  return says_none(said) ? std::string() : std::string(said) + "\n";
}

ExtensionError error_of(long status, const std::string& body, const std::string& who, const std::string& key) {
  const reel_error kind = kind_of(status, body);
  const std::string words = tamed(without(words_of(body), key));
  return {kind,
          who + " answered " + std::to_string(status) + (words.empty() ? "" : ": " + words) + advice(kind, status)};
}

bool may_pass(long status, const std::string& body) { return kind_of(status, body) == REEL_ERROR_BUSY; }

std::string unsupported_param(long status, const std::string& body) {
  const auto json = status == 400 ? parsed(body) : std::nullopt;
  return json ? string_at(at(*json, "error"), "param") : "";
}

}  // namespace reel::language_model
