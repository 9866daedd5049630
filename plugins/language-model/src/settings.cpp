#include "settings.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <memory>
#include <optional>

namespace reel::language_model {

namespace {

constexpr const char* url_variable = "REEL_LANGUAGE_MODEL_URL";

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr ? value : "";
}

std::string configured_url() {
  std::string url = environment(url_variable);
  while (url.ends_with('/')) url.pop_back();
  return url;
}

std::uint64_t number(const char* name, std::uint64_t otherwise, std::uint64_t most) {
  const std::string text = environment(name);
  if (text.empty()) return otherwise;
  std::uint64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || end != text.data() + text.size() || value > most)
    throw ExtensionError(REEL_ERROR_INVALID,
                         std::string(name) + " must be a whole number from 0 to " + std::to_string(most));
  return value;
}

/// A key with a line break in it would be a header of its own.
std::string checked_key(std::string key) {
  while (key.ends_with('\n') || key.ends_with('\r')) key.pop_back();  // as editors end files
  if (std::ranges::any_of(key, [](char c) { return c <= 0x20 || c >= 0x7F; }))
    throw ExtensionError(REEL_ERROR_DENIED, "the secret language-model-key holds characters that no key has");
  return key;
}

/// The parts of an address.
class Address {
 public:
  explicit Address(const std::string& url)
      : parts_(curl_url(), curl_url_cleanup),
        good_(parts_ && curl_url_set(parts_.get(), CURLUPART_URL, url.c_str(), 0) == CURLUE_OK) {}

  bool good() const { return good_; }
  std::string part(CURLUPart which) const {
    char* text = nullptr;
    if (!good_ || curl_url_get(parts_.get(), which, &text, 0) != CURLUE_OK) return {};
    std::string copy = text;
    curl_free(text);
    return copy;
  }
  bool is_loopback() const {
    const std::string host = part(CURLUPART_HOST);
    return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
  }

 private:
  std::unique_ptr<CURLU, void (*)(CURLU*)> parts_;
  bool good_;
};

[[noreturn]] void refuse_url(const std::string& why) {
  throw ExtensionError(REEL_ERROR_INVALID, std::string(url_variable) + " " + why);
}

}  // namespace

Settings Settings::of(const Host& host) {
  constexpr std::uint64_t most_tokens = 1'000'000'000'000, most_seconds = 3600;
  Settings settings;
  settings.url = configured_url();
  settings.model = environment("REEL_LANGUAGE_MODEL");
  settings.key = checked_key(host.secret("language-model-key"));
  settings.daily_tokens = number("REEL_LANGUAGE_MODEL_DAILY_TOKENS", settings.daily_tokens, most_tokens);
  settings.patience = std::chrono::seconds(number("REEL_LANGUAGE_MODEL_SECONDS", 120, most_seconds));
  return settings;
}

std::string Settings::who() {
  const std::string url = configured_url(), model = environment("REEL_LANGUAGE_MODEL");
  if (url.empty() || model.empty()) return {};
  const Address address(url);
  const std::string host = address.part(CURLUPART_HOST), port = address.part(CURLUPART_PORT);
  return model + " at " + (host.empty() ? "an unreadable address" : host) + (port.empty() ? "" : ":" + port);
}

std::string Settings::endpoint() const {
  const Address address(url);
  const std::string scheme = address.part(CURLUPART_SCHEME);
  if (!address.good() || (scheme != "https" && scheme != "http"))
    refuse_url("must be an http or https address, such as http://127.0.0.1:11434/v1");
  if (!address.part(CURLUPART_USER).empty() || !address.part(CURLUPART_PASSWORD).empty())
    refuse_url("must hold no password: the key is the secret language-model-key");
  if (!address.part(CURLUPART_QUERY).empty() || !address.part(CURLUPART_FRAGMENT).empty())
    refuse_url("must end with a path, such as /v1");
  if (scheme == "http" && !key.empty() && !address.is_loopback())
    refuse_url("must be an https address: plain http would show the key to everybody on the way");
  return url + "/chat/completions";
}

}  // namespace reel::language_model
