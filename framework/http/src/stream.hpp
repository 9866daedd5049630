/// One accepted connection's bytes, with TLS or without.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstddef>
#include <memory>

#include "reel/http/server.hpp"

namespace reel::http {

namespace asio = boost::asio;
using Socket = asio::generic::stream_protocol::socket;  // TCP and Unix alike

/// co_await gives the error code instead of throwing it.
inline constexpr auto with_fault = asio::as_tuple(asio::use_awaitable);

/// For the network's thread. One read and one write at a time; neither throws.
class Stream {
 public:
  Stream() = default;
  virtual ~Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  virtual asio::awaitable<bool> handshake() = 0;
  /// Some bytes; 0: the client is gone, or the stream was cancelled or closed.
  virtual asio::awaitable<std::size_t> read(asio::mutable_buffer buffer) = 0;
  virtual asio::awaitable<std::size_t> write(asio::const_buffer buffer) = 0;
  virtual asio::awaitable<void> shut() = 0;  ///< says to the client that no more will come
  virtual void cancel() = 0;                 ///< reads and writes return
  virtual void close() = 0;                  ///< and will from now on
};

/// Certificate and key, and which ciphers are good enough.
class Tls {
 public:
  /// Throws base::InputError if the files cannot be read or do not fit together.
  explicit Tls(const TlsFiles& files);
  ~Tls();
  Tls(const Tls&) = delete;
  Tls& operator=(const Tls&) = delete;

 private:
  friend std::unique_ptr<Stream> make_stream(Socket socket, Tls* tls);
  struct Context;
  std::unique_ptr<Context> context_;
};

/// `tls` null: without. It has to outlive the stream.
std::unique_ptr<Stream> make_stream(Socket socket, Tls* tls);

}  // namespace reel::http
