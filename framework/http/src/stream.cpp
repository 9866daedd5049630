#include "stream.hpp"

#include <openssl/ssl.h>

#include <array>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <tuple>

#include "reel/base/error.hpp"

namespace reel::http {
namespace {

namespace ssl = asio::ssl;
using ErrorCode = boost::system::error_code;

class PlainStream final : public Stream {
 public:
  explicit PlainStream(Socket socket) : socket_(std::move(socket)) {}

  asio::awaitable<bool> handshake() override { co_return true; }
  asio::awaitable<std::size_t> read(asio::mutable_buffer buffer) override {
    const auto [fault, bytes] = co_await socket_.async_read_some(buffer, with_fault);
    co_return bytes;
  }
  asio::awaitable<std::size_t> write(asio::const_buffer buffer) override {
    const auto [fault, bytes] = co_await socket_.async_write_some(buffer, with_fault);
    co_return bytes;
  }
  asio::awaitable<void> shut() override {
    ErrorCode ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
    co_return;
  }
  void cancel() override {
    ErrorCode ignored;
    socket_.cancel(ignored);
  }
  void close() override {
    ErrorCode ignored;
    socket_.close(ignored);
  }

 private:
  Socket socket_;
};

class TlsStream final : public Stream {
 public:
  TlsStream(Socket socket, ssl::context& context) : stream_(std::move(socket), context) {}

  asio::awaitable<bool> handshake() override {
    const auto [fault] = co_await stream_.async_handshake(ssl::stream_base::server, with_fault);
    co_return !fault;
  }
  asio::awaitable<std::size_t> read(asio::mutable_buffer buffer) override {
    const auto [fault, bytes] = co_await stream_.async_read_some(buffer, with_fault);
    co_return bytes;
  }
  asio::awaitable<std::size_t> write(asio::const_buffer buffer) override {
    const auto [fault, bytes] = co_await stream_.async_write_some(buffer, with_fault);
    co_return bytes;
  }
  asio::awaitable<void> shut() override {
    ErrorCode ignored;
    co_await stream_.async_shutdown(with_fault);
    stream_.next_layer().shutdown(Socket::shutdown_send, ignored);
  }
  void cancel() override {
    ErrorCode ignored;
    stream_.next_layer().cancel(ignored);
  }
  void close() override {
    ErrorCode ignored;
    stream_.next_layer().close(ignored);
  }

 private:
  ssl::stream<Socket> stream_;
};

/// The only protocol in here. A client that offers others alone is refused, so that no session made for them can be led here.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* length, const unsigned char* offered,
                    unsigned int offered_length, void*) {
  static constexpr std::array<unsigned char, 9> http{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, length, http.data(), http.size(), offered, offered_length) !=
      OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

struct Tls::Context {
  ssl::context context{ssl::context::tls_server};
};

Tls::Tls(const TlsFiles& files) : context_(std::make_unique<Context>()) {
  ssl::context& context = context_->context;
  SSL_CTX* const native = context.native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(native, "ECDHE+AESGCM:ECDHE+CHACHA20");  // of TLS 1.2; those of 1.3 are all good
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_alpn_select_cb(native, choose_protocol, nullptr);
  const auto check = [](const ErrorCode& fault, const std::filesystem::path& file, const char* what) {
    if (fault)
      throw base::InputError(
          "The " + std::string(what) + " " + file.string() + " cannot be used: " + fault.message() + ".",
          "Give a PEM file that the server may read, and a key that belongs to the certificate.");
  };
  ErrorCode fault;
  context.use_certificate_chain_file(files.certificate.string(), fault);
  check(fault, files.certificate, "certificate");
  context.use_private_key_file(files.key.string(), ssl::context::pem, fault);
  check(fault, files.key, "key");
}

Tls::~Tls() = default;

std::unique_ptr<Stream> make_stream(Socket socket, Tls* tls) {
  if (tls == nullptr) return std::make_unique<PlainStream>(std::move(socket));
  return std::make_unique<TlsStream>(std::move(socket), tls->context_->context);
}

}  // namespace reel::http
