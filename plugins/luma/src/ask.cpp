#include "ask.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>

namespace reel::luma {

namespace {

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::ranges::count_if(utf8, [](char c) { return (c & 0xC0) != 0x80; }));
}

/// A service may do the same, and its echo must equal what was sent.
std::string trimmed(const std::string& text) {
  constexpr const char* blank = " \t\r\n";
  const auto first = text.find_first_not_of(blank);
  return first == std::string::npos ? std::string() : text.substr(first, text.find_last_not_of(blank) - first + 1);
}

std::string seconds_text(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%g s", seconds);
  return text;
}

/// How far two values of a choice are apart: proportions for `16:9`, lines for `720p` and `4k`.
double measure(std::string_view value) {
  if (value == "4k") return std::log(2160);
  const std::string text(value);
  const auto colon = text.find(':');
  const double first = std::atof(text.c_str());
  if (first <= 0) return 0;
  return std::log(colon == std::string::npos ? first : first / std::atof(text.c_str() + colon + 1));
}

const char* nearest(std::string_view asked, std::span<const char* const> allowed) {
  return *std::ranges::min_element(allowed, {},
                                   [&](const char* value) { return std::abs(measure(value) - measure(asked)); });
}

std::string list(std::span<const char* const> values) {
  std::string text;
  for (const char* value : values) text += (text.empty() ? "" : ", ") + std::string(value);
  return text;
}

std::string part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
  const std::unique_ptr<char, void (*)(void*)> owner(text, curl_free);
  return text;
}

}  // namespace

bool is_fetchable(const std::string& address) {
  const std::unique_ptr<CURLU, void (*)(CURLU*)> url(curl_url(), curl_url_cleanup);
  if (curl_url_set(url.get(), CURLUPART_URL, address.c_str(), 0) != CURLUE_OK) return false;
  const std::string scheme = part_of(url.get(), CURLUPART_SCHEME), name = part_of(url.get(), CURLUPART_HOST);
  if (scheme == "https") return true;
  return scheme == "http" && (name == "localhost" || name == "127.0.0.1" || name == "[::1]");
}

Ask::Ask(const ProviderRequest& request) : request_(request), edits_(request.stage == "reel-luma-edit") {
  const auto parsed = parse_json(request.params);
  if (!parsed || !parsed->is_object()) throw ExtensionError(REEL_ERROR_INVALID, "the parameters are no JSON object");
  params_ = *parsed;
  if (edits_ && !request_.input) throw ExtensionError(REEL_ERROR_INVALID, "luma-edit needs an input");
  if (edits_ && !request_.input->empty() && !is_fetchable(*request_.input))
    throw ExtensionError(REEL_ERROR_INVALID, "Luma fetches the input itself, so it must have an https address");
}

std::string Ask::prompt(std::size_t shortest, std::size_t longest, bool required, const char* service) const {
  const std::string words = trimmed(text("prompt"));
  const std::size_t length = characters(words);
  if (length == 0 && !required) return {};
  const std::string bounds = std::to_string(shortest) + " to " + std::to_string(longest) + " characters";
  if (length < shortest || length > longest)
    throw ParamError("prompt", std::string(service) + " takes " + bounds + ", and this has " + std::to_string(length));
  return words;
}

std::string Ask::duration(std::initializer_list<int> allowed, const char* service) const {
  const double asked = static_cast<double>(params_.value("duration", std::int64_t{0})) / 1e9;
  const int best = *std::ranges::min_element(allowed, {}, [&](int s) { return std::abs(s - asked); });
  if (std::abs(best - asked) > 1e-6) {
    std::string lengths;
    for (const int s : allowed) lengths += (lengths.empty() ? "" : " or ") + seconds_text(s);
    throw ParamError("duration", std::string(service) + " makes clips of " + lengths + ", not of " +
                                     seconds_text(asked) + "; the nearest is " + seconds_text(best));
  }
  return std::to_string(best) + "s";
}

std::string Ask::choice(const char* param, std::span<const char* const> allowed, const char* automatic,
                        const char* service) const {
  const std::string asked = text(param);
  if (asked.empty() || asked == "auto") return automatic;
  if (std::ranges::find(allowed, asked) == allowed.end())
    throw ParamError(param, std::string(service) + " takes " + list(allowed) + ", not " + asked + "; the nearest is " +
                                nearest(asked, allowed));
  return asked;
}

std::string Ask::new_shape(std::span<const char* const> allowed, const char* service) const {
  std::string shape = choice("aspect-ratio", allowed, "", service);
  if (shape.empty()) throw ParamError("aspect-ratio", "reframe needs to know the new one");
  return shape;
}

std::string Ask::address(const char* param) const {
  const std::string value = text(param);
  if (!is_fetchable(value))
    throw ParamError(param, "Luma fetches pictures itself, so it needs an https address, not '" + value + "'");
  return value;
}

void Ask::check_input_length(double longest, const char* service) const {
  if (input_seconds() > longest + 0.05)
    throw ExtensionError(REEL_ERROR_INVALID, std::string(service) + " changes clips of at most " +
                                                 seconds_text(longest) + " in this way, and this one has " +
                                                 seconds_text(input_seconds()) +
                                                 "; say with during which part is meant");
}

void Ask::refuse(const char* param, const char* why) const {
  if (given(param) && text(param) != "auto") throw ParamError(param, why);
}

void Ask::exclude(const char* one, const char* other) const {
  if (given(one) && given(other)) throw ParamError(other, "does not go together with " + std::string(one));
}

}  // namespace reel::luma
