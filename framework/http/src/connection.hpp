/// What one client asks on one connection, answered one after the other.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <map>
#include <memory>
#include <string>

#include "exchange.hpp"
#include "lane.hpp"
#include "proxies.hpp"
#include "reel/http/server.hpp"
#include "stream.hpp"
#include "watch.hpp"

namespace reel::http {

/// What all connections share.
struct Service {
  Service(Options the_options, Router the_router);
  Lane* lane_of(const Route& route);  ///< null: none

  const Options options;
  const Router router;
  const Proxies proxies;
  asio::io_context io{1};
  asio::thread_pool handlers;
  asio::thread_pool disk;  ///< bodies from and to files, so that they do not wait behind handlers
  std::map<std::string, Lane> lanes;
  bool stopping = false;  ///< the network's thread only
  std::atomic<std::size_t> connections{0}, event_streams{0}, handlers_busy{0};
};

/// For the network's thread.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Service& service, std::unique_ptr<Stream> stream, Peer peer);

  asio::awaitable<void> run();               ///< never throws
  void check(Watch::Clock::time_point now);  ///< cuts it off if its client has used up its time
  void drain();                              ///< ends it as soon as nothing is asked any more
  void close();

 private:
  enum class Phase { idle, reading, answering };
  struct Gone {};  // thrown where the client is gone before it had its answer

  asio::awaitable<bool> exchange();
  asio::awaitable<bool> take(Exchange& x);
  asio::awaitable<bool> read_head(Exchange& x);
  asio::awaitable<void> answer(Exchange& x);
  asio::awaitable<void> receive(Exchange& x, const Route& route, std::uint64_t most);
  asio::awaitable<void> read_body(Exchange& x, std::uint64_t most);
  asio::awaitable<void> more_body(Exchange& x, std::string& body, std::size_t most);
  asio::awaitable<void> confirm(Exchange& x);
  asio::awaitable<Response> handled(Exchange& x, const Route& route, std::function<Response()> call);

  asio::awaitable<void> send(Exchange& x);
  asio::awaitable<void> send_file(Exchange& x, const FileBody& body);
  asio::awaitable<void> send_events(Exchange& x, std::shared_ptr<EventStream> events, bool chunked);
  asio::awaitable<void> await_leaving(std::shared_ptr<EventStream> events);
  void report(const Exchange& x) const;

  asio::awaitable<bool> fill(std::size_t most);
  asio::awaitable<void> write(std::string_view data);
  asio::awaitable<void> linger();

  Service& service_;
  std::unique_ptr<Stream> stream_;
  const Peer peer_;
  Watch watch_;
  Phase phase_ = Phase::idle;
  bool late_ = false;  // the client has used up its time for the request
  std::size_t requests_ = 0;
  std::string input_;  // what has come and is not understood yet
  std::weak_ptr<EventStream> events_;
};

}  // namespace reel::http
