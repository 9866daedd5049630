#include "connection.hpp"

#include <boost/asio/post.hpp>

#include "answers.hpp"
#include "intake.hpp"
#include "malformed.hpp"
#include "on_pool.hpp"
#include "reel/base/log.hpp"

namespace reel::http {
namespace {

constexpr std::size_t head_piece = 4096;
constexpr std::size_t small_piece = std::size_t{16} * 1024;  // of bodies that are kept in memory
constexpr std::size_t large_piece = std::size_t{256} * 1024;

/// What `OPTIONS *` asks for.
Router::Match of_everything() { return {.allow = {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}}; }

/// A body's sink, which is destroyed on a thread where it may take its time.
struct Reception {
  asio::thread_pool& pool;
  std::shared_ptr<Request> request;  // lives as long
  std::unique_ptr<BodySink> sink{};

  Reception(asio::thread_pool& the_pool, std::shared_ptr<Request> the_request)
      : pool(the_pool), request(std::move(the_request)) {}
  Reception(const Reception&) = delete;
  Reception& operator=(const Reception&) = delete;
  ~Reception() {
    if (sink) asio::post(pool, [kept = request, last = std::move(sink)]() mutable { last.reset(); });
  }

  Response begin(const UploadHandler& handler) {
    auto answer = handler(*request);
    if (auto* response = std::get_if<Response>(&answer)) return std::move(*response);
    sink = std::get<std::unique_ptr<BodySink>>(std::move(answer));
    if (!sink) throw std::logic_error("the upload handler of " + request->route + " returned no sink");
    return no_content();
  }

  /// What went wrong, if anything.
  std::optional<Response> write(const std::string& piece) {
    bool written = false;
    Response fault = guarded(*request, [&] {
      sink->write(piece);
      written = true;
      return no_content();
    });
    return written ? std::nullopt : std::optional(std::move(fault));
  }
};

}  // namespace

Connection::Connection(Service& service, std::unique_ptr<Stream> stream, Peer peer)
    : service_(service), stream_(std::move(stream)), peer_(std::move(peer)), watch_(service.options.limits) {}

asio::awaitable<void> Connection::run() {
  try {
    watch_.within(service_.options.limits.header_time);
    watch_.wait();
    bool more = co_await stream_->handshake();
    const bool spoke = more;
    while (more && !service_.stopping) more = co_await exchange();
    if (spoke) co_await linger();
  } catch (const Gone&) {
    // Nobody is left to be told.
  } catch (const std::exception& error) {
    base::log(base::Level::error, std::string("A connection ended by a fault of the server: ") + error.what());
  }
  close();
}

void Connection::check(Watch::Clock::time_point now) {
  if (!watch_.over(now)) return;
  if (phase_ != Phase::reading || late_) return close();
  late_ = true;
  stream_->cancel();
}

void Connection::drain() {
  if (phase_ == Phase::idle) close();
  if (const auto events = events_.lock()) events->close();
}

void Connection::close() { stream_->close(); }

asio::awaitable<bool> Connection::exchange() {
  Exchange x(service_.options.limits, peer_);
  if (!co_await take(x)) co_return false;
  const bool last = ++requests_ >= service_.options.limits.requests_per_connection || service_.stopping;
  x.close = x.close || last || !x.parser.done();
  bool gone = false;
  try {
    co_await send(x);
  } catch (const Gone&) {
    gone = true;
  }
  report(x);
  input_.shrink_to_fit();
  co_return !gone && !x.close;
}

asio::awaitable<bool> Connection::take(Exchange& x) {
  try {
    if (!co_await read_head(x)) co_return false;
    co_await answer(x);
  } catch (const Refused& refused) {
    // What the transport refuses leaves no place to go on from.
    x.response = refused.response();
    x.close = true;
  }
  co_return true;
}

asio::awaitable<bool> Connection::read_head(Exchange& x) {
  const Limits& limits = service_.options.limits;
  HeadFinder finder(limits);
  watch_.rated(false);
  phase_ = input_.empty() ? Phase::idle : Phase::reading;
  if (requests_ > 0) watch_.within(phase_ == Phase::idle ? limits.idle_time : limits.header_time);
  std::size_t length = 0;
  while ((length = finder.find(input_)) == 0) {
    if (!co_await fill(input_.size() + head_piece)) {
      if (input_.empty()) co_return false;
      throw Gone{};
    }
    if (phase_ == Phase::idle && requests_ > 0) watch_.within(limits.header_time);
    phase_ = Phase::reading;
    x.begun = Watch::Clock::now();
  }
  Head head = x.parser.read_head(std::string_view(input_).substr(0, length));
  input_.erase(0, length);
  x.http_1_1 = head.http_1_1;
  x.close = !head.keep_alive;
  const Peer client = service_.proxies.client(peer_, head.fields);
  take_in(*x.request, std::move(head), client, service_.options.hosts);
  co_return true;
}

asio::awaitable<void> Connection::answer(Exchange& x) {
  Request& request = *x.request;
  Router::Match match =
      request.target == "*" ? of_everything() : service_.router.match(request.method, request.segments);
  if (match.route == nullptr) {
    x.response = no_route(request, match.allow);
    co_return;
  }
  const Route& route = *match.route;
  request.route = route.path;
  request.captures = std::move(match.captures);
  const std::uint64_t most = route.largest_body.value_or(service_.options.limits.body_bytes);
  if (request.body_length.value_or(0) > most) throw too_large(most);
  if (route.upload) {
    co_await receive(x, route, most);
  } else {
    co_await read_body(x, most);
    x.response = co_await handled(x, route, [&] { return route.handler(request); });
  }
}

asio::awaitable<void> Connection::receive(Exchange& x, const Route& route, std::uint64_t most) {
  Reception upload(service_.handlers, x.request);
  x.response = co_await handled(x, route, [&] { return upload.begin(route.upload); });
  if (!upload.sink) co_return;
  co_await confirm(x);
  watch_.without_end();
  watch_.rated(true);
  std::string piece;
  for (std::uint64_t total = 0; !x.parser.done();) {
    piece.clear();
    co_await more_body(x, piece, large_piece);
    if ((total += piece.size()) > most) throw too_large(most);
    auto fault = co_await on_pool(service_.disk, [&] { return upload.write(piece); });
    if (fault) {
      x.response = std::move(*fault);
      co_return;
    }
  }
  x.response = co_await handled(x, route, [&] { return upload.sink->finish(); });
}

asio::awaitable<void> Connection::read_body(Exchange& x, std::uint64_t most) {
  co_await confirm(x);
  watch_.within(service_.options.limits.body_time);
  watch_.rated(true);
  while (!x.parser.done()) {
    co_await more_body(x, x.request->body, small_piece);
    if (x.request->body.size() > most) throw too_large(most);
  }
}

/// Appends what comes next, which may be nothing where only the framing of chunks has come.
asio::awaitable<void> Connection::more_body(Exchange& x, std::string& body, std::size_t most) {
  std::size_t taken = input_.empty() ? 0 : x.parser.read_body(input_, body);
  if (taken == 0) {
    if (!co_await fill(std::max(most, input_.size() + head_piece))) throw Gone{};
    taken = x.parser.read_body(input_, body);
  }
  input_.erase(0, taken);
}

/// `100 Continue`, unless the client has gone on without.
asio::awaitable<void> Connection::confirm(Exchange& x) {
  if (x.request->headers.find("expect") == nullptr || !x.http_1_1 || !input_.empty() || x.parser.done()) co_return;
  co_await write("HTTP/1.1 100 Continue\r\n\r\n");
}

/// On a handler's thread, or refused if too many wait for one already.
asio::awaitable<Response> Connection::handled(Exchange& x, const Route& route, std::function<Response()> call) {
  const std::size_t most = static_cast<std::size_t>(service_.options.handlers) + service_.options.queue;
  Lane* const lane = service_.lane_of(route);
  if (service_.handlers_busy >= most || (lane != nullptr && lane->full())) co_return overloaded();
  ++service_.handlers_busy;
  if (lane != nullptr) co_await lane->enter();
  Response response = co_await on_pool(service_.handlers, [&] { return guarded(*x.request, call); });
  if (lane != nullptr) lane->leave();
  --service_.handlers_busy;
  co_return response;
}

/// False: the client has ended its side. Throws Refused (408) if it was too slow.
asio::awaitable<bool> Connection::fill(std::size_t most) {
  if (late_) throw too_slow();
  const std::size_t had = input_.size();
  input_.resize(most);
  watch_.wait();
  const std::size_t bytes = co_await stream_->read(asio::buffer(input_.data() + had, most - had));
  watch_.moved(bytes);
  input_.resize(had + bytes);
  if (bytes == 0 && late_) throw too_slow();
  co_return bytes > 0;
}

}  // namespace reel::http
