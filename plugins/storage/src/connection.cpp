#include "connection.hpp"

#include <glib.h>

#include <algorithm>
#include <cstdlib>

namespace reel::storage {
namespace {

constexpr std::size_t most_header_bytes = 256UL << 10U;
constexpr std::size_t most_body_bytes = 32UL << 20U;  // a listing of 1000 long names stays below

long configured_stall() {
  const char* const text = std::getenv("REEL_STORAGE_TIMEOUT");
  const long seconds = text != nullptr ? std::strtol(text, nullptr, 10) : 0;
  return seconds > 0 ? seconds : 30;
}

/// Certificates beside the system's, by the names that other programs look at.
const char* certificates() {
  for (const char* const name : {"AWS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"})
    if (const char* const value = std::getenv(name); value != nullptr && *value != '\0') return value;
  return nullptr;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), g_ascii_tolower);
  return out;
}

std::string_view without_blanks(std::string_view text) {
  const auto from = text.find_first_not_of(" \t\r\n"), to = text.find_last_not_of(" \t\r\n");
  return from == std::string_view::npos ? std::string_view() : text.substr(from, to - from + 1);
}

}  // namespace

/// What libcurl's callbacks see. No exception may pass through libcurl: it is kept here until libcurl has returned.
struct Connection::Exchange {
  const Request& request;
  const NetworkPolicy& policy;
  Response response{};
  std::string objection{};
  std::exception_ptr thrown{};
  bool enough = false;
  bool head_ended = false;
  std::size_t header_bytes = 0;

  static std::size_t on_header(char* bytes, std::size_t, std::size_t size, void* user) noexcept {
    auto& self = *static_cast<Exchange*>(user);
    return self.guarded([&] { return self.take_header({bytes, size}); }) ? size : 0;
  }
  static std::size_t on_body(char* bytes, std::size_t, std::size_t size, void* user) noexcept {
    auto& self = *static_cast<Exchange*>(user);
    return self.guarded([&] { return self.take_body({bytes, size}); }) ? size : 0;
  }
  static curl_socket_t on_socket(void* user, curlsocktype, curl_sockaddr* address) noexcept {
    auto& self = *static_cast<Exchange*>(user);
    const bool allowed = self.guarded([&] {
      if (!self.request.of_this_machine) self.objection = self.policy.objection(self.request.url, address->addr);
      return self.objection.empty();
    });
    if (!allowed) return CURL_SOCKET_BAD;
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  }

 private:
  template <class F>
  bool guarded(F f) noexcept {
    try {
      return f();
    } catch (...) {
      thrown = std::current_exception();
      return false;
    }
  }
  bool take_header(std::string_view line) {
    header_bytes += line.size();
    if (line.starts_with("HTTP/")) {
      const auto space = line.find(' ');
      response = Response{};
      head_ended = false;
      response.status = space != std::string_view::npos ? std::strtol(line.data() + space, nullptr, 10) : 0;
    } else if (const auto colon = line.find(':'); colon != std::string_view::npos) {
      response.headers.insert_or_assign(lower(line.substr(0, colon)), without_blanks(line.substr(colon + 1)));
    }
    head_ended = head_ended || without_blanks(line).empty();
    return header_bytes <= most_header_bytes;
  }
  bool take_body(std::string_view bytes) {
    if (response.good() && request.on_body) {
      enough = !request.on_body(response, bytes);
      return !enough;
    }
    response.body += bytes;
    return response.body.size() <= most_body_bytes;
  }
};

Connection::Connection() : easy_(curl_easy_init()), multi_(curl_multi_init()) {
  if (!easy_ || !multi_) throw ExtensionError(REEL_ERROR_FAILED, "libcurl cannot be set up");
}

void Connection::prepare(const Request& request, Exchange& exchange) {
  CURL* const easy = easy_.get();
  curl_easy_reset(easy);
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
  curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "Reelwork/0.1");
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, request.connect_seconds);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME,
                   request.stall_seconds > 0 ? request.stall_seconds : configured_stall());
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 256L << 10U);
  curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, 512L << 10U);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, message_);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, Exchange::on_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &exchange);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, Exchange::on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &exchange);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, Exchange::on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &exchange);
  if (const char* const file = certificates()) curl_easy_setopt(easy, CURLOPT_CAINFO, file);
  if (request.of_this_machine) curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
  prepare_body(request);
}

void Connection::prepare_body(const Request& request) {
  CURL* const easy = easy_.get();
  if (request.method == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  } else if (request.method == "PUT" || request.method == "POST") {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.empty() ? "" : request.body.data());
  }
  if (request.method != "HEAD") curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  // Headers that libcurl would add by itself, and that the signature does not cover.
  headers_.reset(curl_slist_append(nullptr, "Expect:"));
  const auto add = [&](const std::string& line) {
    headers_.reset(curl_slist_append(headers_.release(), line.c_str()));
  };
  if (!request.headers.contains("content-type")) add("Content-Type:");
  for (const auto& [name, value] : request.headers) add(value.empty() ? name + ";" : name + ": " + value);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_.get());
}

CURLcode Connection::perform(const Cancelled& cancelled) {
  static constexpr int poll_milliseconds = 50;
  CURLM* const multi = multi_.get();
  curl_multi_add_handle(multi, easy_.get());
  CURLcode result = CURLE_ABORTED_BY_CALLBACK;
  for (int running = 1; running != 0 && !cancelled();) {
    if (curl_multi_perform(multi, &running) != CURLM_OK) break;
    if (running != 0) curl_multi_poll(multi, nullptr, 0, poll_milliseconds, nullptr);
  }
  int left = 0;
  while (const CURLMsg* const message = curl_multi_info_read(multi, &left))
    if (message->msg == CURLMSG_DONE) result = message->data.result;
  curl_multi_remove_handle(multi, easy_.get());
  return result;
}

Response Connection::send(const Request& request, const NetworkPolicy& policy, const Cancelled& cancelled) {
  Exchange exchange{request, policy};
  prepare(request, exchange);
  const CURLcode result = perform(cancelled);
  if (exchange.thrown) std::rethrow_exception(exchange.thrown);
  // libcurl takes half a head for a whole one.
  if (result == CURLE_OK && !exchange.head_ended)
    throw TransientError("the server " + host_of(request.url) + " closed the connection too early");
  if (result == CURLE_OK || exchange.enough) return std::move(exchange.response);
  check(cancelled);
  if (!exchange.objection.empty()) throw ExtensionError(REEL_ERROR_DENIED, exchange.objection);
  fail(result, request);
}

void Connection::fail(CURLcode code, const Request& request) const {
  const std::string host = host_of(request.url);
  const std::string why = message_[0] != '\0' ? message_ : curl_easy_strerror(code);
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      throw TransientError("cannot find the server " + host + " (" + why + "): check the name and the network", 3);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      throw ExtensionError(REEL_ERROR_FAILED, "the certificate of " + host + " is not trusted (" + why +
                                                  "): if it is yours, name its authority in AWS_CA_BUNDLE");
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
      throw ExtensionError(REEL_ERROR_INVALID, "'" + shown(request.url) + "' is no address of HTTP: " + why);
    case CURLE_OPERATION_TIMEDOUT:
      throw TransientError("the server " + host + " stopped answering (" + why + ")");
    case CURLE_WRITE_ERROR:
      throw ExtensionError(REEL_ERROR_FAILED, "the server " + host + " answered more than makes sense");
    default:
      throw TransientError("the connection to " + host + " failed (" + why + ")");
  }
}

}  // namespace reel::storage
