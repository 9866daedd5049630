#include "reel/http/server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>
#include <set>

#include "connection.hpp"
#include "listen.hpp"
#include "reel/base/error.hpp"
#include "reel/base/log.hpp"

namespace reel::http {
namespace {

constexpr std::chrono::milliseconds look_round{100};
constexpr std::chrono::milliseconds after_fault{500};
constexpr std::size_t disk_threads = 4;

/// A fault in what all connections hang on ends run() with it.
void or_end_all(const std::exception_ptr& fault) {
  if (fault) std::rethrow_exception(fault);
}

std::size_t threads(const Options& options) {
  if (options.handlers < 1)
    throw base::InputError("A server needs at least one thread for handlers, not " + std::to_string(options.handlers) +
                           ".");
  return static_cast<std::size_t>(options.handlers);
}

}  // namespace

Service::Service(Options the_options, Router the_router)
    : options(std::move(the_options)),
      router(std::move(the_router)),
      proxies(options.trusted_proxies),
      handlers(threads(options)),
      disk(disk_threads) {
  for (const Route& route : router.routes())
    if (!route.lane.empty()) lanes.try_emplace(route.lane, io, threads(options), options.queue);
}

Lane* Service::lane_of(const Route& route) {
  const auto found = lanes.find(route.lane);
  return found == lanes.end() ? nullptr : &found->second;
}

class Server::Impl {
 public:
  Impl(Options options, Router router) : service_(std::move(options), std::move(router)) {
    const Options& chosen = service_.options;
    if (chosen.tls) tls_.emplace(*chosen.tls);
    if (!chosen.address.empty()) tcp_.emplace(listen_tcp(service_.io, chosen.address, chosen.port));
    if (!chosen.unix_socket.empty()) unix_.emplace(listen_unix(service_.io, chosen.unix_socket));
    if (!tcp_ && !unix_) throw base::InputError("The server has neither an address nor a Unix socket to listen on.");
  }

  ~Impl() {
    std::error_code ignored;
    if (unix_) std::filesystem::remove(service_.options.unix_socket, ignored);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  std::uint16_t port() const { return tcp_ ? port_of(*tcp_) : std::uint16_t{0}; }

  void run() {
    if (tcp_) asio::co_spawn(service_.io, accept(*tcp_, tls_ ? &*tls_ : nullptr), or_end_all);
    if (unix_) asio::co_spawn(service_.io, accept(*unix_, nullptr), or_end_all);
    asio::co_spawn(service_.io, look_after(), or_end_all);
    service_.io.run();
    service_.handlers.join();
    service_.disk.join();
  }

  void stop() {
    asio::post(service_.io, [this] { begin_to_stop(); });
  }

  Figures figures() const { return {service_.connections, service_.event_streams, service_.handlers_busy}; }

 private:
  void begin_to_stop() {
    if (std::exchange(service_.stopping, true)) return;
    last_moment_ = Watch::Clock::now() + service_.options.patience;
    boost::system::error_code ignored;
    if (tcp_) tcp_->cancel(ignored);
    if (unix_) unix_->cancel(ignored);
    for (Connection* connection : connections_) connection->drain();
    round_.cancel();
  }

  asio::awaitable<void> accept(Acceptor& acceptor, Tls* tls) {
    asio::steady_timer timer(service_.io);
    while (!service_.stopping) {
      Endpoint peer;
      auto [fault, socket] = co_await acceptor.async_accept(peer, with_fault);
      if (!fault) {
        try_to_admit(std::move(socket), peer_name(peer), tls);
      } else if (!service_.stopping && fault != asio::error::connection_aborted) {
        base::log(base::Level::error, "No connection can be accepted: " + fault.message() + ".");
        timer.expires_after(after_fault);
        co_await timer.async_wait(with_fault);
      }
    }
    boost::system::error_code ignored;
    acceptor.close(ignored);
  }

  void try_to_admit(Socket socket, const std::string& peer, Tls* tls) {
    try {
      admit(std::move(socket), peer, tls);
    } catch (const std::exception& error) {
      base::log(base::Level::error, std::string("A connection cannot be taken: ") + error.what());
    }
  }

  /// Or closes it at once, where there are too many.
  void admit(Socket socket, const std::string& peer, Tls* tls) {
    const Limits& limits = service_.options.limits;
    const bool counts = peer != "unix" && !service_.proxies.trusts(peer);
    std::string key = counts ? client_key(peer) : std::string();
    if (connections_.size() >= limits.connections) return;
    if (const auto client = clients_.find(key);
        counts && client != clients_.end() && client->second >= limits.connections_per_address)
      return;
    boost::system::error_code ignored;
    if (peer != "unix") socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    auto connection =
        std::make_shared<Connection>(service_, make_stream(std::move(socket), tls), Peer{peer, tls != nullptr});
    connections_.insert(connection.get());
    ++clients_[key];
    ++service_.connections;
    asio::co_spawn(service_.io, serve(std::move(connection), std::move(key)), or_end_all);
  }

  asio::awaitable<void> serve(std::shared_ptr<Connection> connection, std::string key) {
    co_await connection->run();
    --service_.connections;
    connections_.erase(connection.get());
    if (service_.stopping && connections_.empty()) round_.cancel();
    if (--clients_[key] == 0) clients_.erase(key);
  }

  /// Sees to it that no client is waited for too long, and that stopping comes to an end.
  asio::awaitable<void> look_after() {
    while (!service_.stopping || !connections_.empty()) {
      round_.expires_after(look_round);
      co_await round_.async_wait(with_fault);
      const auto now = Watch::Clock::now();
      const bool enough = service_.stopping && now >= last_moment_;
      for (Connection* connection : connections_) {
        if (enough) connection->close();
        connection->check(now);
      }
    }
  }

  Service service_;
  asio::steady_timer round_{service_.io};
  std::optional<Tls> tls_;
  std::optional<Acceptor> tcp_, unix_;
  std::set<Connection*> connections_;
  std::map<std::string, std::size_t> clients_;  // connections of each
  Watch::Clock::time_point last_moment_;
};

Server::Server(Options options, Router router) : impl_(std::make_unique<Impl>(std::move(options), std::move(router))) {}
Server::~Server() = default;

std::uint16_t Server::port() const { return impl_->port(); }
void Server::run() { impl_->run(); }
void Server::stop() { impl_->stop(); }
Figures Server::figures() const { return impl_->figures(); }

}  // namespace reel::http
