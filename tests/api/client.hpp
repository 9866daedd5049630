/// A client of the API, which holds every answer against openapi.yaml.
#pragma once

#include <curl/curl.h>

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace reel::api_test {

struct Call {
  std::string method = "GET";
  std::string path;     ///< with its query
  std::string token{};  ///< sent as Bearer; empty: none
  std::vector<std::pair<std::string, std::string>> headers{};
  nlohmann::json body = nullptr;  ///< null: none
  std::string bytes{};            ///< instead of `body`, with the media type among `headers`
  /// Given the body as it comes; false ends the call.
  std::function<bool(std::string_view)> on_bytes{};
};

struct Answer {
  int status = 0;
  std::multimap<std::string, std::string> headers;  ///< names in lower case
  std::string body;

  nlohmann::json json() const { return nlohmann::json::parse(body); }
  std::string header(const std::string& name) const;  ///< the first of that name, or empty
  std::string code() const;                           ///< of a problem; empty: it is none
};

/// One connection; for one thread.
class Client {
 public:
  explicit Client(std::uint16_t port);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Throws std::runtime_error where there is no answer. Fails the test where the document does not allow the answer.
  Answer call(const Call& call);

 private:
  std::string base_;
  CURL* curl_;
};

/// What of an answer the document does not allow, in words; empty: nothing.
std::string undocumented(const std::string& method, const std::string& path, const Answer& answer);

}  // namespace reel::api_test
