/// The HTTP/1.1 server: connections on one thread, handlers on others.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reel/http/router.hpp"

namespace reel::http {

struct Limits {
  std::size_t header_bytes = std::size_t{16} << 10U;   ///< request line and fields; more is 431
  std::size_t header_fields = 100;                     ///< more is 431
  std::size_t target_bytes = std::size_t{8} << 10U;    ///< more is 414
  std::uint64_t body_bytes = std::uint64_t{1} << 20U;  ///< of routes that do not say; more is 413

  std::size_t connections = 2048;             ///< more are closed at once
  std::size_t connections_per_address = 256;  ///< IPv6: per /64. Not for trusted proxies and Unix sockets
  std::size_t requests_per_connection = 1000;

  /// From a request's first byte to its last header; the first of a connection from accepting it, with the TLS handshake.
  std::chrono::milliseconds header_time{10'000};
  std::chrono::milliseconds body_time{60'000};  ///< for bodies that are read before the handler runs; 408
  std::chrono::milliseconds idle_time{60'000};  ///< between requests
  /// Bodies, in both directions, that make less than `rate_bytes` a second over `rate_time` are cut off: a request's by 408.
  std::size_t rate_bytes = 1024;
  std::chrono::milliseconds rate_time{30'000};
  std::chrono::milliseconds event_pause{15'000};  ///< after which an event stream without events gets a comment
};

struct TlsFiles {
  std::filesystem::path certificate;  ///< PEM, with its chain
  std::filesystem::path key;          ///< PEM
};

/// One answered request, for metrics.
struct Served {
  std::string method;  ///< empty: none that a route can have
  std::string route;   ///< template; empty: none matched
  int status = 0;
  std::uint64_t bytes = 0;           ///< of the answer's body, as sent
  std::chrono::nanoseconds time{0};  ///< from its head to the last byte of the answer
};

struct Options {
  std::string address = "127.0.0.1";  ///< IPv4 or IPv6; `::` is both. Empty: no TCP
  std::uint16_t port = 0;             ///< 0: any free one
  std::filesystem::path unix_socket;  ///< empty: none. A socket left there by a dead server is replaced
  std::optional<TlsFiles> tls;        ///< TLS 1.2 and 1.3, on TCP
  /// Names that a Host field may have, without port; others get 421. Empty: all.
  std::vector<std::string> hosts;
  /// Origins (`https://app.example.org`) whose pages may call and read answers; their cookies do not count.
  std::vector<std::string> cors_origins{};
  /// Addresses or networks (`10.0.0.0/8`), or `unix`, whose X-Forwarded-For and X-Forwarded-Proto are believed.
  std::vector<std::string> trusted_proxies;
  int handlers = 16;                           ///< threads that run handlers
  std::size_t queue = 256;                     ///< requests that may wait for one; more get 503
  std::chrono::milliseconds patience{10'000};  ///< for what runs when the server is stopped
  Limits limits{};
  std::function<void(const Served&)> served{};  ///< called by the network's thread: must neither block nor throw
};

struct Figures {
  std::size_t connections = 0;
  std::size_t event_streams = 0;
  std::size_t handlers_busy = 0;  ///< and waiting for a thread
};

class Server {
 public:
  /// Listens, but answers nothing yet. Throws base::InputError for options that cannot be (an address, a certificate), base::RunError if
  /// the address cannot be had.
  Server(Options options, Router router);
  /// stop() and run() must be over.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const;  ///< 0 without TCP
  /// Serves until stop(), then until all is finished; once. A handler that does not return keeps it from returning.
  void run();
  /// No more connections and requests; event streams are closed; what runs is finished, within the patience. Any thread, any number of
  /// times, before run() too.
  void stop();
  Figures figures() const;  ///< any thread

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace reel::http
