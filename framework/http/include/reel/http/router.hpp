/// Which handler answers what: routes are data.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "reel/http/message.hpp"

namespace reel::http {

/// Answers a request whose body, if any, is in `request.body`. Called on one of the server's handler threads, several at once; it may
/// block. What it throws becomes an answer: Refused its own, base::InputError 400 with its text, base::TransientError 503, all else
/// 500 without any detail; what is no Refused or InputError is logged with the request's id.
using Handler = std::function<Response(Request&)>;

/// Takes the body of one request as it arrives, so that it may be of any size. One call at a time, on changing threads; the client is
/// read from only between the calls. All may throw as handlers do, which ends the request with that answer; then, and whenever
/// the client is gone or too slow, it is destroyed without finish(): what was written until then may be kept.
class BodySink {
 public:
  BodySink() = default;
  virtual ~BodySink() = default;
  BodySink(const BodySink&) = delete;
  BodySink& operator=(const BodySink&) = delete;

  virtual void write(std::string_view chunk) = 0;  ///< at most 256 KiB
  virtual Response finish() = 0;                   ///< the body is whole
};

/// Called with the head of the request, before any of the body is read (and before `100 Continue`): a sink for the body, or an
/// answer that does without it. The request lives as long as the sink. Threads and errors as of Handler.
using UploadHandler = std::function<std::variant<std::unique_ptr<BodySink>, Response>(Request&)>;

struct Route {
  std::string
      method;  ///< `GET`; GET answers HEAD as well, and OPTIONS is answered for every path that has no route for it
  /// `/api/v1/requests/{id}`. `{id}` is one segment, `{rest...}`, at the end, one or more, joined by `/`. What is written out wins over
  /// `{id}`, which wins over `{rest...}`, from left to right.
  std::string path;
  Handler handler{};
  UploadHandler upload{};                       ///< instead of `handler`: the body is streamed
  std::optional<std::uint64_t> largest_body{};  ///< bytes, else 413; none: the server's `Limits::body_bytes`
  /// Routes of one lane have at most a quarter of the handlers' threads, and of the queue: for what may take its time, that the rest
  /// be answered meanwhile. Empty: all.
  std::string lane{};
};

class Router {
 public:
  /// Throws std::logic_error if the template is malformed or is there already, with this method, and unless the route has either
  /// a `handler` or an `upload`.
  void add(Route route);
  const std::vector<Route>& routes() const { return routes_; }  ///< in the order of add()

  struct Match {
    const Route* route =
        nullptr;  ///< null: no such path if `allow` is empty (404), else no such method on it (405, or OPTIONS)
    std::vector<std::string> allow;        ///< methods of the path, sorted
    decltype(Request::captures) captures;  ///< if `route`
  };
  Match match(std::string_view method, const std::vector<std::string>& segments) const;

 private:
  std::vector<Route> routes_;
  std::vector<std::vector<std::string>> templates_;  ///< their segments
};

}  // namespace reel::http
