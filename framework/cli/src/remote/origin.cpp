#include "remote/origin.hpp"

#include <arpa/inet.h>
#include <curl/curl.h>

#include <memory>

#include "reel/base/error.hpp"
#include "reel/base/text.hpp"

namespace reel::cli::remote {
namespace {

struct Free {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
  void operator()(char* text) const { curl_free(text); }
};
using Url = std::unique_ptr<CURLU, Free>;

Url parsed(const std::string& text) {
  Url url(curl_url());
  if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) return nullptr;
  return url;
}

std::string part(const Url& url, CURLUPart which, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url.get(), which, &text, flags) != CURLUE_OK) return {};
  const std::unique_ptr<char, Free> owned(text);
  return owned.get();
}

std::string host_of(const std::string& origin) {
  const Url url = parsed(origin);
  return url ? part(url, CURLUPART_HOST) : std::string();
}

/// What the user wrote may hold a password, so it is not repeated.
[[noreturn]] void refuse(const std::string& why) {
  throw base::InputError("the server's address " + why, "expected something like https://reel.example.org");
}

}  // namespace

std::string origin_of(const std::string& text) {
  if (text.find("://") == std::string::npos) refuse("has to begin with https://");
  const Url url = parsed(text);
  if (!url) refuse("is no URL");
  const std::string scheme = part(url, CURLUPART_SCHEME);
  if (scheme != "https" && scheme != "http") refuse("has to begin with https://, not with " + scheme + "://");
  if (!part(url, CURLUPART_USER).empty() || !part(url, CURLUPART_PASSWORD).empty())
    refuse("holds a user or a password; `reel login` asks for them");
  if (part(url, CURLUPART_PATH) != "/" || !part(url, CURLUPART_QUERY).empty() || !part(url, CURLUPART_FRAGMENT).empty())
    refuse("goes on behind the host");
  std::string host = part(url, CURLUPART_HOST);
  for (char& c : host) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (base::printable(host) != host) refuse("is no URL");
  const std::string port = part(url, CURLUPART_PORT, CURLU_NO_DEFAULT_PORT);
  return scheme + "://" + host + (port.empty() ? "" : ":" + port);
}

bool is_this_machine(const std::string& origin) {
  const std::string host = host_of(origin);
  if (host == "localhost" || host.ends_with(".localhost") || host == "[::1]") return true;
  in_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1 && (ntohl(address.s_addr) >> 24U) == IN_LOOPBACKNET;
}

bool is_confidential(const std::string& origin) { return origin.starts_with("https://") || is_this_machine(origin); }

}  // namespace reel::cli::remote
