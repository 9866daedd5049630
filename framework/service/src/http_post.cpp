#include "http_post.hpp"

#include <curl/curl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <stdexcept>

#include "reel/base/error.hpp"

namespace reel::service {
namespace {

constexpr std::size_t longest_answer = std::size_t{64} << 10;

struct Free {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Handle = std::unique_ptr<CURL, Free>;

class List {
 public:
  void add(const std::string& line) {
    curl_slist* const longer = curl_slist_append(lines_.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    static_cast<void>(lines_.release());
    lines_.reset(longer);
  }
  curl_slist* get() const { return lines_.get(); }

 private:
  std::unique_ptr<curl_slist, Free> lines_;
};

void initialise() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code != CURLE_OK) throw std::logic_error("libcurl cannot be initialised");
}

template <class T>
void set(const Handle& handle, CURLoption option, T value) {
  if (curl_easy_setopt(handle.get(), option, value) != CURLE_OK)
    throw std::logic_error("libcurl does not take option " + std::to_string(option));
}

/// The last guard: whatever libcurl has resolved, it gets no socket for an address that was not checked.
curl_socket_t open_socket(void* destination, curlsocktype /*purpose*/, curl_sockaddr* to) {
  const auto& allowed = static_cast<const Destination*>(destination)->addresses;
  const auto address = IpAddress::of(to->addr);
  if (!address || std::find(allowed.begin(), allowed.end(), *address) == allowed.end()) return CURL_SOCKET_BAD;
  return ::socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/// Ends the transfer where an answer goes on for ever; its status has been seen.
std::size_t throw_away(char* /*data*/, std::size_t size, std::size_t count, void* received) {
  auto& sum = *static_cast<std::size_t*>(received);
  sum += size * count;
  return sum > longest_answer ? 0 : size * count;
}

/// `host:port:address,address`, which libcurl then does not look up again.
std::string resolved(const Destination& to) {
  std::string entry = to.host + ":" + std::to_string(to.port) + ":";
  for (const IpAddress& address : to.addresses)
    entry += (address.is_v4() ? address.text() : "[" + address.text() + "]") + ",";
  entry.pop_back();
  return entry;
}

void restrict(const Handle& handle, const Destination& to) {
  set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  set(handle, CURLOPT_FOLLOWLOCATION, 0L);
  set(handle, CURLOPT_PROXY, "");
  set(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(handle, CURLOPT_OPENSOCKETFUNCTION, &open_socket);
  set(handle, CURLOPT_OPENSOCKETDATA, &to);
  set(handle, CURLOPT_NOSIGNAL, 1L);
}

}  // namespace

long http_post(const Destination& to, const std::vector<std::string>& headers, const std::string& body,
               std::chrono::milliseconds patience) {
  initialise();
  const Handle handle(curl_easy_init());
  if (!handle) throw std::bad_alloc();
  List lines, pinned;
  for (const std::string& header : headers) lines.add(header);
  lines.add("Expect:");
  if (!IpAddress::parse(to.host)) pinned.add(resolved(to));
  std::array<char, CURL_ERROR_SIZE> error{};
  std::size_t received = 0;

  restrict(handle, to);
  set(handle, CURLOPT_URL, to.url.c_str());
  set(handle, CURLOPT_RESOLVE, pinned.get());
  set(handle, CURLOPT_HTTPHEADER, lines.get());
  set(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  set(handle, CURLOPT_POSTFIELDS, body.data());
  set(handle, CURLOPT_USERAGENT, "Reelwork");
  set(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(patience.count()));
  set(handle, CURLOPT_WRITEFUNCTION, &throw_away);
  set(handle, CURLOPT_WRITEDATA, &received);
  set(handle, CURLOPT_ERRORBUFFER, error.data());

  const CURLcode code = curl_easy_perform(handle.get());
  long status = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  if (code != CURLE_OK && received <= longest_answer)
    throw base::TransientError(std::string("No answer from ") + to.host + ": " +
                               (error[0] != '\0' ? error.data() : curl_easy_strerror(code)) + ".");
  return status;
}

}  // namespace reel::service
