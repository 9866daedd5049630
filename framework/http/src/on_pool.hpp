#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <type_traits>

namespace reel::http {

/// Calls `call` on a thread of the pool while the caller's coroutine waits.
template <class Call>
boost::asio::awaitable<std::invoke_result_t<Call&>> on_pool(boost::asio::thread_pool& pool, Call call) {
  using Result = std::invoke_result_t<Call&>;
  auto task = [&call]() -> boost::asio::awaitable<Result> { co_return call(); };
  co_return co_await boost::asio::co_spawn(pool, task, boost::asio::use_awaitable);
}

}  // namespace reel::http
