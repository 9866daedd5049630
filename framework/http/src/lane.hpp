#pragma once

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstddef>
#include <deque>

namespace reel::http {

namespace asio = boost::asio;

/// Lets a few requests through to the handlers at once; the others wait in their order, without a thread. For the network's thread.
class Lane {
 public:
  Lane(asio::io_context& io, std::size_t handlers, std::size_t queue)
      : io_(io), free_(std::max<std::size_t>(1, handlers / 4)), room_(free_ + queue / 4) {}

  bool full() const { return room_ == 0; }

  /// To be followed by leave(). Not where it is full.
  asio::awaitable<void> enter() {
    --room_;
    if (free_ > 0) {
      --free_;
      co_return;
    }
    asio::steady_timer turn(io_, asio::steady_timer::time_point::max());
    waiting_.push_back(&turn);
    co_await turn.async_wait(asio::as_tuple(asio::use_awaitable));
  }

  void leave() {
    ++room_;
    if (waiting_.empty()) {
      ++free_;
      return;
    }
    // Who is next takes the place over.
    waiting_.front()->cancel();
    waiting_.pop_front();
  }

 private:
  asio::io_context& io_;
  std::size_t free_, room_;
  std::deque<asio::steady_timer*> waiting_;
};

}  // namespace reel::http
