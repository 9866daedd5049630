#include "http.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <memory>

#include "connection_pool.hpp"

namespace reel::storage {
namespace {

/// libcurl's understanding of an address: the one that counts, since it connects.
class Url {
 public:
  explicit Url(const std::string& text) : url_(curl_url(), curl_url_cleanup) {
    if (curl_url_set(url_.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK)
      throw ExtensionError(REEL_ERROR_INVALID, "an address that is none: " + text.substr(0, text.find_first_of("?@")));
  }
  std::string get(CURLUPart part) const {
    char* text = nullptr;
    if (curl_url_get(url_.get(), part, &text, 0) != CURLUE_OK) return {};
    const std::unique_ptr<char, decltype(&curl_free)> owned(text, curl_free);
    return text;
  }
  void set(CURLUPart part, const char* text) { curl_url_set(url_.get(), part, text, 0); }

 private:
  std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url_;
};

}  // namespace

std::string Response::header(const std::string& name) const {
  const auto at = headers.find(name);
  return at != headers.end() ? at->second : std::string();
}

Response Http::send(const Request& request, const Cancelled& cancelled) const {
  check(cancelled);
  if (!request.of_this_machine) policy_.check_address(request.url);
  const Url url(request.url);
  const BorrowedConnection connection(url.get(CURLUPART_SCHEME) + "://" + host_of(request.url));
  return connection->send(request, policy_, cancelled);
}

std::string shown(const std::string& url) {
  Url parsed(url);
  const bool query = !parsed.get(CURLUPART_QUERY).empty();
  for (const CURLUPart secret : {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY, CURLUPART_FRAGMENT})
    parsed.set(secret, nullptr);
  return parsed.get(CURLUPART_URL) + (query ? "?…" : "");
}

std::string host_of(const std::string& url) {
  const Url parsed(url);
  const std::string port = parsed.get(CURLUPART_PORT);
  return parsed.get(CURLUPART_HOST) + (port.empty() ? "" : ":" + port);
}

std::string resolved(const std::string& base, const std::string& reference) {
  Url url(base);
  // What was meant for the first server is not for the next one.
  for (const CURLUPart secret : {CURLUPART_USER, CURLUPART_PASSWORD}) url.set(secret, nullptr);
  url.set(CURLUPART_URL, reference.c_str());
  return url.get(CURLUPART_URL);
}

std::chrono::milliseconds retry_after(const Response& response) {
  const std::string text = response.header("retry-after");
  long seconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (seconds == 0 && !text.empty())
    if (const std::time_t until = curl_getdate(text.c_str(), nullptr); until > 0) seconds = until - std::time(nullptr);
  return std::chrono::seconds(std::clamp(seconds, 0L, 60L));
}

}  // namespace reel::storage
