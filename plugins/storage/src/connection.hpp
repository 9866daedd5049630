/// One of libcurl's handles with its open connections.
#pragma once

#include <curl/curl.h>

#include <exception>
#include <memory>
#include <string>

#include "http.hpp"

namespace reel::storage {

class Connection {
 public:
  Connection();

  /// See Http::send.
  Response send(const Request& request, const NetworkPolicy& policy, const Cancelled& cancelled);

 private:
  struct Exchange;
  void prepare(const Request& request, Exchange& exchange);
  void prepare_body(const Request& request);
  CURLcode perform(const Cancelled& cancelled);
  [[noreturn]] void fail(CURLcode code, const Request& request) const;

  template <auto Free>
  struct Freer {
    void operator()(auto* handle) const { Free(handle); }
  };
  std::unique_ptr<CURL, Freer<curl_easy_cleanup>> easy_;
  std::unique_ptr<CURLM, Freer<curl_multi_cleanup>> multi_;
  std::unique_ptr<curl_slist, Freer<curl_slist_free_all>> headers_;
  char message_[CURL_ERROR_SIZE] = "";
};

}  // namespace reel::storage
