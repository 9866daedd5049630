#include "remote/transport.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <utility>

#include "reel/base/text.hpp"
#include "remote/origin.hpp"
#include "version.hpp"

namespace reel::cli::remote {
namespace {

constexpr std::size_t most_body = 64U << 20U;  // of an answer that is kept in memory

template <class T>
void set(CURL* curl, CURLoption option, T value) {
  if (curl_easy_setopt(curl, option, value) != CURLE_OK) throw base::RunError("libcurl refuses an option");
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const auto begin = text.find_first_not_of(blank);
  return begin == std::string_view::npos ? "" : text.substr(begin, text.find_last_not_of(blank) - begin + 1);
}

class HeaderList {
 public:
  explicit HeaderList(const Headers& headers) {
    // What libcurl would add by itself to a body.
    if (!headers.contains("Content-Type")) add("Content-Type:");
    for (const auto& [name, value] : headers) add(name + ": " + value);
  }
  ~HeaderList() { curl_slist_free_all(list_); }
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;
  curl_slist* get() const { return list_; }

 private:
  void add(const std::string& line) {
    curl_slist* const longer = curl_slist_append(list_, line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    list_ = longer;
  }
  curl_slist* list_ = nullptr;
};

}  // namespace

/// What libcurl's callbacks work on. No exception may pass through libcurl, so the first one waits in `thrown`.
struct Transport::Exchange {
  const Call& call;
  Stop& stop;
  Answer answer{};
  std::uint64_t sent = 0;
  bool enough = false;  ///< the caller wants no more
  std::exception_ptr thrown{};

  template <class F>
  std::size_t guarded(std::size_t failed, F step) noexcept {
    try {
      return step();
    } catch (...) {
      thrown = std::current_exception();
      return failed;
    }
  }

  void take_header(std::string_view line) {
    if (line.starts_with("HTTP/")) {
      answer = {};
      const auto blank = line.find(' ');
      if (blank != std::string_view::npos) answer.status = std::atoi(std::string(line.substr(blank + 1)).c_str());
    } else if (const auto colon = line.find(':'); colon != std::string_view::npos) {
      answer.headers[lower(line.substr(0, colon))] = trimmed(line.substr(colon + 1));
    } else if (trimmed(line).empty() && answer.good() && call.on_head) {
      enough = !call.on_head(answer);
    }
  }
  void take_body(std::string_view chunk) {
    if (answer.good() && call.sink) {
      enough = !call.sink(chunk);
      return;
    }
    if (answer.body.size() + chunk.size() > most_body) throw base::RunError("the server's answer is far too long");
    answer.body += chunk;
  }

  /// Any other number than `size` stops libcurl.
  static std::size_t failed(std::size_t size) { return size == 0 ? 1 : 0; }

  static std::size_t on_header(char* data, std::size_t, std::size_t size, void* self) {
    auto& exchange = *static_cast<Exchange*>(self);
    return exchange.guarded(failed(size), [&] {
      exchange.take_header({data, size});
      return exchange.enough ? failed(size) : size;
    });
  }
  static std::size_t on_body(char* data, std::size_t, std::size_t size, void* self) {
    auto& exchange = *static_cast<Exchange*>(self);
    return exchange.guarded(failed(size), [&] {
      exchange.take_body({data, size});
      return exchange.enough ? failed(size) : size;
    });
  }
  static std::size_t on_read(char* into, std::size_t, std::size_t most, void* self) {
    auto& exchange = *static_cast<Exchange*>(self);
    return exchange.guarded(CURL_READFUNC_ABORT, [&] {
      const auto left = exchange.call.source_bytes - exchange.sent;
      const std::size_t size =
          left == 0 ? 0 : exchange.call.source(exchange.sent, into, std::min<std::uint64_t>(left, most));
      exchange.sent += size;
      return size;
    });
  }
  static int on_seek(void* self, curl_off_t offset, int origin) {
    if (origin != SEEK_SET) return CURL_SEEKFUNC_CANTSEEK;
    static_cast<Exchange*>(self)->sent = static_cast<std::uint64_t>(offset);
    return CURL_SEEKFUNC_OK;
  }
  static int on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    const auto& exchange = *static_cast<Exchange*>(self);
    return exchange.stop.asked() && !exchange.call.although_stopped ? 1 : 0;
  }

  void listen_to(CURL* curl) {
    set(curl, CURLOPT_NOPROGRESS, 0L);
    set(curl, CURLOPT_HEADERFUNCTION, &Exchange::on_header);
    set(curl, CURLOPT_WRITEFUNCTION, &Exchange::on_body);
    set(curl, CURLOPT_READFUNCTION, &Exchange::on_read);
    set(curl, CURLOPT_SEEKFUNCTION, &Exchange::on_seek);
    set(curl, CURLOPT_XFERINFOFUNCTION, &Exchange::on_progress);
    for (const CURLoption data :
         {CURLOPT_HEADERDATA, CURLOPT_WRITEDATA, CURLOPT_READDATA, CURLOPT_SEEKDATA, CURLOPT_XFERINFODATA})
      set(curl, data, this);
  }
};

namespace {

void set_body(CURL* curl, const Call& call) {
  if (call.method == "HEAD") return set(curl, CURLOPT_NOBODY, 1L);
  if (call.source) {
    set(curl, CURLOPT_UPLOAD, 1L);
    set(curl, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(call.source_bytes));
  } else if (call.method != "GET" && call.method != "DELETE") {
    set(curl, CURLOPT_POSTFIELDS, call.body.c_str());
    set(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body.size()));
  }
  set(curl, CURLOPT_CUSTOMREQUEST, call.method.c_str());
}

/// Whom to speak to, and how patiently.
void set_connection(CURL* curl, const std::string& origin, const Call& call) {
  set(curl, CURLOPT_URL, (origin + call.target).c_str());
  set(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  set(curl, CURLOPT_USERAGENT, (std::string("reel/") + version).c_str());
  set(curl, CURLOPT_CONNECTTIMEOUT, 15L);
  set(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  set(curl, CURLOPT_LOW_SPEED_TIME, static_cast<long>(call.silence.count()));
  if (is_this_machine(origin)) set(curl, CURLOPT_PROXY, "");
  if (const char* const authorities = std::getenv("SSL_CERT_FILE")) set(curl, CURLOPT_CAINFO, authorities);
}

/// In the system's own words where it has some: they are shorter than libcurl's.
std::string reason(CURL* curl, CURLcode code, const std::string& detail) {
  long fault = 0;
  curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &fault);
  if (code == CURLE_COULDNT_CONNECT && fault != 0) return std::strerror(static_cast<int>(fault));
  return detail.empty() ? curl_easy_strerror(code) : base::printable(detail);
}

[[noreturn]] void fail(CURL* curl, CURLcode code, const std::string& origin, const std::string& detail) {
  const std::string why = reason(curl, code, detail);
  const std::string running = "check the address, and that the server is running";
  curl_off_t sending = 0;  // when, in microseconds; 0: it never came to that
  curl_easy_getinfo(curl, CURLINFO_PRETRANSFER_TIME_T, &sending);
  switch (code) {
    case CURLE_OUT_OF_MEMORY:
      throw std::bad_alloc();
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      throw Lost("there is no address for " + origin, "check how it is written, and the network", false);
    case CURLE_COULDNT_CONNECT:
      throw Lost("no connection to " + origin + ": " + why, running, false);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      throw base::RunError("the certificate of " + origin + " cannot be trusted: " + why,
                           "if its authority is your own, name the authority's certificate by SSL_CERT_FILE");
    case CURLE_SSL_CONNECT_ERROR:
      throw Lost("no TLS connection to " + origin + ": " + why, "check that the server speaks https at this port",
                 false);
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_URL_MALFORMAT:
      throw base::RunError(origin + " does not speak HTTP: " + why, "check the address, its port above all");
    case CURLE_OPERATION_TIMEDOUT:
      throw Lost(origin + " did not answer in time", running, sending > 0);
    default:
      throw Lost("the connection to " + origin + " was lost: " + why, running, sending > 0);
  }
}

}  // namespace

std::string Answer::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

Transport::Transport(std::string origin, Stop& stop)
    : origin_(std::move(origin)), stop_(stop), curl_(nullptr, curl_easy_cleanup) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (ready == CURLE_OK) curl_.reset(curl_easy_init());
  if (!curl_) throw base::RunError("libcurl cannot be used here");
}

Transport::~Transport() = default;

Answer Transport::perform(const Call& call) {
  if (stop_.asked() && !call.although_stopped) throw base::Interrupted("interrupted");
  CURL* const curl = curl_.get();
  Exchange exchange{call, stop_};
  const HeaderList headers(call.headers);
  std::string detail(CURL_ERROR_SIZE, '\0');
  curl_easy_reset(curl);
  set_connection(curl, origin_, call);
  set_body(curl, call);
  exchange.listen_to(curl);
  set(curl, CURLOPT_HTTPHEADER, headers.get());
  set(curl, CURLOPT_ERRORBUFFER, detail.data());

  const CURLcode code = curl_easy_perform(curl);
  set(curl, CURLOPT_ERRORBUFFER, static_cast<char*>(nullptr));
  if (exchange.thrown) std::rethrow_exception(exchange.thrown);
  if (code == CURLE_ABORTED_BY_CALLBACK) throw base::Interrupted("interrupted");
  if (code != CURLE_OK && !exchange.enough) fail(curl, code, origin_, detail.c_str());
  return std::move(exchange.answer);
}

}  // namespace reel::cli::remote
