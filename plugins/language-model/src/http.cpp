#include "http.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <memory>
#include <optional>

namespace reel::language_model {

namespace {

struct Cleanup {
  void operator()(CURL* c) const { curl_easy_cleanup(c); }
  void operator()(curl_slist* l) const { curl_slist_free_all(l); }
};

/// What the callbacks share. What they throw would cross libcurl, so it is kept.
struct Exchange {
  const Host& host;
  const std::string& url;
  const Task& task;
  std::string body{};
  bool too_large = false;
  std::optional<ExtensionError> denied{};

  std::size_t keep(const char* data, std::size_t size) {
    too_large = body.size() + size > largest_answer;
    if (too_large) return 0;
    body.append(data, size);
    return size;
  }
  curl_socket_t open(const curl_sockaddr& to) {
    try {
      host.check(url, &to.addr);
    } catch (const ExtensionError& e) {
      denied = e;
      return CURL_SOCKET_BAD;
    }
    return socket(to.family, to.socktype | SOCK_CLOEXEC, to.protocol);
  }
};

class Transfer {
 public:
  explicit Transfer(Exchange& exchange) : curl_(make()) {
    set(CURLOPT_URL, exchange.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_USERAGENT, "reelwork-language-model/0.1");
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_ERRORBUFFER, words_);
    set(
        CURLOPT_OPENSOCKETFUNCTION, +[](void* self, curlsocktype, curl_sockaddr* address) -> curl_socket_t {
          return static_cast<Exchange*>(self)->open(*address);
        });
    set(CURLOPT_OPENSOCKETDATA, &exchange);
    set(CURLOPT_NOPROGRESS, 0L);
    set(
        CURLOPT_XFERINFOFUNCTION, +[](void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) -> int {
          return static_cast<Exchange*>(self)->task.cancelled() ? 1 : 0;
        });
    set(CURLOPT_XFERINFODATA, &exchange);
    set(
        CURLOPT_WRITEFUNCTION, +[](char* data, std::size_t, std::size_t size, void* self) -> std::size_t {
          return static_cast<Exchange*>(self)->keep(data, size);
        });
    set(CURLOPT_WRITEDATA, &exchange);
  }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  template <class T>
  void set(CURLoption option, T value) {
    curl_easy_setopt(curl_.get(), option, value);
  }
  template <class T>
  T get(CURLINFO info) const {
    T value{};
    curl_easy_getinfo(curl_.get(), info, &value);
    return value;
  }
  CURLcode perform() { return curl_easy_perform(curl_.get()); }
  std::string words(CURLcode code) const { return words_[0] != '\0' ? words_ : curl_easy_strerror(code); }

 private:
  static CURL* make() {
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    CURL* const curl = ready == CURLE_OK ? curl_easy_init() : nullptr;
    if (curl == nullptr) throw std::runtime_error("libcurl cannot be used");
    return curl;
  }

  char words_[CURL_ERROR_SIZE] = "";
  std::unique_ptr<CURL, Cleanup> curl_;
};

}  // namespace

Answer post(const Host& host, const std::string& url, const std::string& key, const std::string& body,
            std::chrono::milliseconds patience, const Task& task) {
  host.check(url);
  Exchange exchange{host, url, task};
  Transfer transfer(exchange);
  const auto limit = static_cast<long>(std::max<std::chrono::milliseconds::rep>(1, patience.count()));
  transfer.set(CURLOPT_TIMEOUT_MS, limit);
  transfer.set(CURLOPT_CONNECTTIMEOUT_MS, std::min(limit, 20'000L));
  std::unique_ptr<curl_slist, Cleanup> headers(curl_slist_append(nullptr, "Content-Type: application/json"));
  curl_slist_append(headers.get(), "Accept: application/json");
  curl_slist_append(headers.get(), "Expect:");
  if (!key.empty()) curl_slist_append(headers.get(), ("Authorization: Bearer " + key).c_str());
  transfer.set(CURLOPT_HTTPHEADER, headers.get());
  transfer.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  transfer.set(CURLOPT_POSTFIELDS, body.c_str());
  const CURLcode code = transfer.perform();
  const bool sent = transfer.get<long>(CURLINFO_REQUEST_SIZE) > 0;
  task.check();
  if (exchange.denied && !sent) throw ExtensionError(*exchange.denied);
  if (exchange.too_large)
    throw ExtensionError(REEL_ERROR_FAILED, "its answer is larger than 1 MiB, which no pipeline needs");
  if (code != CURLE_OK) throw NoAnswer(transfer.words(code), sent);
  return {transfer.get<long>(CURLINFO_RESPONSE_CODE), std::move(exchange.body),
          static_cast<long>(transfer.get<curl_off_t>(CURLINFO_RETRY_AFTER))};
}

}  // namespace reel::language_model
