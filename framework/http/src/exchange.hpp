#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "parser.hpp"
#include "proxies.hpp"
#include "reel/http/message.hpp"

namespace reel::http {

/// One request and its response, on their way.
struct Exchange {
  Exchange(const Limits& limits, const Peer& peer);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  RequestParser parser;
  std::shared_ptr<Request> request = std::make_shared<Request>();
  Response response;
  bool http_1_1 = true;
  bool close = false;  ///< the connection ends with it
  std::chrono::steady_clock::time_point begun = std::chrono::steady_clock::now();
  std::uint64_t sent = 0;  ///< of the response's body
};

}  // namespace reel::http
