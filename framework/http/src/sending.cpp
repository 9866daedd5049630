/// The half of Connection that answers.
#include <sys/uio.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "connection.hpp"
#include "cors.hpp"
#include "on_pool.hpp"
#include "reel/base/log.hpp"
#include "reel/base/time.hpp"
#include "wire.hpp"

namespace reel::http {
namespace {

constexpr std::size_t piece_bytes = std::size_t{256} * 1024;
constexpr std::chrono::seconds linger_time{2};

/// What is in memory already; negative: nothing is, and reading would wait for the disk.
ssize_t read_cached(int fd, std::string& piece, std::size_t most, std::uint64_t offset) {
  const iovec part{piece.data(), most};
  return ::preadv2(fd, &part, 1, static_cast<off_t>(offset), RWF_NOWAIT);
}

/// Wakes the coroutine that feeds a client. Streams keep it for as long as they like, from any thread.
class Alarm : public std::enable_shared_from_this<Alarm> {
 public:
  Alarm(asio::io_context& io, std::function<void()> cut) : io_(io), timer_(io), cut_(std::move(cut)) {}

  void ring(bool cut) {
    asio::post(io_, [self = shared_from_this(), cut] {
      if (cut) self->cut_();
      self->rung_ = true;
      self->timer_.cancel();
    });
  }

  /// False: nothing came for so long.
  asio::awaitable<bool> wait(std::chrono::milliseconds time) {
    if (!rung_) {
      timer_.expires_after(time);
      co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    co_return std::exchange(rung_, false);
  }

 private:
  asio::io_context& io_;
  asio::steady_timer timer_;
  const std::function<void()> cut_;
  bool rung_ = false;
};

/// Counts while it lives.
class Counted {
 public:
  explicit Counted(std::atomic<std::size_t>& count) : count_(count) { ++count_; }
  ~Counted() { --count_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  std::atomic<std::size_t>& count_;
};

/// Problems of all kinds, from here and from handlers, pass here: each gets the call's id.
void name_call(Response& response, const std::string& id) {
  auto* const body = std::get_if<std::string>(&response.body);
  if (body == nullptr || response.headers.get("Content-Type") != "application/problem+json") return;
  body->insert(1, R"("instance":"urn:reelwork:call:)" + id + R"(",)");
}

}  // namespace

asio::awaitable<void> Connection::send(Exchange& x) {
  name_call(x.response, x.request->id);
  share(*x.request, service_.options.cors_origins, x.response);
  phase_ = Phase::answering;
  watch_.without_end();
  watch_.rated(true);
  const Framing how = framing(*x.request, x.response, x.http_1_1, x.close);
  x.close = how.close;
  std::string text = head_text(*x.request, x.response, how);
  if (!has_body(*x.request, x.response)) {
    co_await write(text);
  } else if (const auto* body = std::get_if<std::string>(&x.response.body)) {
    x.sent = body->size();
    text += *body;
    co_await write(text);
  } else if (const auto* file = std::get_if<FileBody>(&x.response.body)) {
    co_await write(text);
    co_await send_file(x, *file);
  } else {
    co_await write(text);
    co_await send_events(x, std::get<std::shared_ptr<EventStream>>(x.response.body), how.chunked);
  }
}

asio::awaitable<void> Connection::send_file(Exchange& x, const FileBody& body) {
  std::string piece(std::min<std::uint64_t>(body.length, piece_bytes), '\0');
  while (x.sent < body.length) {
    const std::size_t most = std::min<std::uint64_t>(body.length - x.sent, piece.size());
    const std::uint64_t offset = body.offset + x.sent;
    ssize_t got = read_cached(body.file->fd(), piece, most, offset);
    if (got < 0)
      got = co_await on_pool(service_.disk,
                             [&] { return ::pread(body.file->fd(), piece.data(), most, static_cast<off_t>(offset)); });
    if (got <= 0) {
      // The length is promised already: all that is left is to break off.
      base::log(base::Level::error, "Request " + x.request->id + ": the file became shorter or cannot be read.", {},
                x.request->id);
      throw Gone{};
    }
    co_await write(std::string_view(piece).substr(0, static_cast<std::size_t>(got)));
    x.sent += static_cast<std::uint64_t>(got);
  }
}

asio::awaitable<void> Connection::send_events(Exchange& x, std::shared_ptr<EventStream> events, bool chunked) {
  const Counted counted(service_.event_streams);
  input_ = {};
  events_ = events;
  const auto alarm = std::make_shared<Alarm>(service_.io, [self = weak_from_this()] {
    if (const auto connection = self.lock()) connection->close();
  });
  events->attach([alarm](bool cut) { alarm->ring(cut); });
  asio::co_spawn(service_.io, await_leaving(events), asio::detached);
  if (service_.stopping) events->close();
  std::string text = ":\n\n";  // a comment: the client sees that it is connected
  for (bool open = true; open;) {
    open = events->take(text);
    if (!text.empty()) {
      x.sent += text.size();
      if (chunked) text = chunk(text);
      co_await write(text);
      text.clear();
    }
    if (!open) break;
    const bool news = co_await alarm->wait(service_.options.limits.event_pause);
    if (!news) text = ":\n\n";
  }
  if (chunked) co_await write("0\r\n\r\n");
}

/// A client of an event stream has nothing more to say: whatever comes from it, it is leaving.
asio::awaitable<void> Connection::await_leaving(std::shared_ptr<EventStream> events) {
  const auto self = shared_from_this();
  char byte = 0;
  co_await stream_->read(asio::buffer(&byte, 1));
  events->close();
  close();
}

asio::awaitable<void> Connection::write(std::string_view data) {
  while (!data.empty()) {
    watch_.wait();
    const std::size_t bytes = co_await stream_->write(asio::buffer(data));
    watch_.moved(bytes);
    if (bytes == 0) throw Gone{};
    data.remove_prefix(bytes);
  }
}

/// Closing while bytes of the client lie unread would have the kernel take our answer back.
asio::awaitable<void> Connection::linger() {
  watch_.within(linger_time);
  watch_.rated(false);
  watch_.wait();
  co_await stream_->shut();
  if (!events_.expired()) co_return;  // their reader is at it
  input_.resize(piece_bytes / 16);
  for (bool more = true; more;) {
    const std::size_t bytes = co_await stream_->read(asio::buffer(input_));
    more = bytes > 0;
  }
}

void Connection::report(const Exchange& x) const {
  const Request& request = *x.request;
  const auto time = Watch::Clock::now() - x.begun;
  // The query is left out: it may hold what is nobody else's business.
  base::log(base::Level::info,
            "HTTP " + (request.method.empty() ? "-" : request.method) + " " + std::string(request.path()) + " " +
                std::to_string(x.response.status) + ", " + std::to_string(x.sent) + " bytes, " +
                base::format_milliseconds(time) + ", " + request.id,
            {}, request.id);
  if (service_.options.served)
    service_.options.served({request.method, request.route, x.response.status, x.sent, time});
}

}  // namespace reel::http
