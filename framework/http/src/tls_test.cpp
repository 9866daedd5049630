#include <openssl/ssl.h>

#include <cstdlib>

#include "socket_test.hpp"

namespace reel::http {
namespace {

using test::Client;
using test::get;
using test::Running;

/// Self-signed, made by the openssl command.
TlsFiles make_certificate(const test::TemporaryFolder& folder) {
  TlsFiles files{folder / "cert.pem", folder / "key.pem"};
  const std::string command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout " +
                              files.key.string() + " -out " + files.certificate.string() + " 2>/dev/null";
  if (std::system(command.c_str()) != 0) throw std::runtime_error("openssl cannot make a certificate");
  return files;
}

class TlsServer : public ::testing::Test {
 protected:
  Router router() {
    Router router;
    router.add({.method = "GET", .path = "/", .handler = [](Request& request) {
                  return text_response(200, request.tls ? "tls" : "plain");
                }});
    router.add({.method = "POST",
                .path = "/",
                .handler = [](Request& request) { return text_response(200, request.body); },
                .largest_body = 10'000'000});
    router.add({.method = "GET", .path = "/events", .handler = [this](Request&) {
                  return Response{200, {}, events_};
                }});
    return router;
  }

  test::TemporaryFolder folder_;
  const TlsFiles files_ = make_certificate(folder_);
  const std::shared_ptr<EventStream> events_ = std::make_shared<EventStream>();
  Running running_{router(), {.tls = files_}};
};

class TlsClient {
 public:
  explicit TlsClient(std::uint16_t port, int version = TLS1_3_VERSION, const std::string& protocols = {})
      : client_(port), context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free) {
    SSL_CTX_set_min_proto_version(context_.get(), version);
    SSL_CTX_set_max_proto_version(context_.get(), version);
    SSL_CTX_set_security_level(context_.get(), 0);
    ssl_.reset(SSL_new(context_.get()));
    if (!protocols.empty())
      SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(protocols.data()),
                          static_cast<unsigned>(protocols.size()));
    SSL_set_fd(ssl_.get(), client_.fd());
  }
  bool connect() { return SSL_connect(ssl_.get()) == 1; }
  std::string cipher() const { return SSL_get_cipher_name(ssl_.get()); }
  bool send(const std::string& data) {
    return SSL_write(ssl_.get(), data.data(), static_cast<int>(data.size())) == static_cast<int>(data.size());
  }
  std::string until(std::string_view mark) {
    while (text_.find(mark) == std::string::npos && receive()) continue;
    return std::exchange(text_, {});
  }
  /// Whether the server says, within TLS, that it ends.
  bool ended() {
    while (receive()) continue;
    return SSL_get_shutdown(ssl_.get()) == SSL_RECEIVED_SHUTDOWN;
  }

 private:
  bool receive() {
    std::array<char, 65536> buffer{};
    const int n = SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()));
    if (n > 0) text_.append(buffer.data(), static_cast<std::size_t>(n));
    return n > 0;
  }

  Client client_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{nullptr, SSL_free};
  std::string text_;
};

TEST_F(TlsServer, speaks_1_2_and_1_3_only) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client(running_.port(), version);
    ASSERT_TRUE(client.connect());
    EXPECT_TRUE(client.cipher().find("GCM") != std::string::npos ||
                client.cipher().find("CHACHA") != std::string::npos);
    client.send(get("/"));
    const std::string answer = client.until("tls");
    EXPECT_NE(answer.find("Strict-Transport-Security: max-age=31536000\r\n"), std::string::npos) << answer;
  }
  EXPECT_FALSE(TlsClient(running_.port(), TLS1_1_VERSION).connect());
  EXPECT_FALSE(TlsClient(running_.port(), TLS1_VERSION).connect());
}

TEST_F(TlsServer, carries_large_bodies) {
  TlsClient client(running_.port());
  ASSERT_TRUE(client.connect());
  const std::string body = test::random_bytes(5'000'000);
  ASSERT_TRUE(client.send(test::post("/", body, "Connection: close\r\n")));
  const std::string answer = client.until(body.substr(body.size() - 100));
  EXPECT_TRUE(answer.ends_with(body));
  EXPECT_TRUE(client.ended());
}

TEST_F(TlsServer, carries_events) {
  TlsClient client(running_.port());
  ASSERT_TRUE(client.connect());
  client.send(get("/events"));
  client.until(":\n\n");
  for (int i = 0; i < 100; ++i) {
    const std::string news = "news " + std::to_string(i) + ".";
    events_->push({.data = news});
    ASSERT_NE(client.until(news).find(news), std::string::npos);
  }
  events_->close();
  EXPECT_NE(client.until("0\r\n\r\n").find("0\r\n\r\n"), std::string::npos);
  EXPECT_TRUE(client.ended());
}

TEST_F(TlsServer, refuses_other_protocols) {
  EXPECT_FALSE(TlsClient(running_.port(), TLS1_3_VERSION, "\x02h2").connect());
  EXPECT_TRUE(TlsClient(running_.port(), TLS1_3_VERSION, "\x02h2\x08http/1.1").connect());
  Client plain(running_.port());
  plain.send(get("/"));
  EXPECT_EQ(plain.answer().status, 0);
}

TEST_F(TlsServer, says_which_file_is_wrong) {
  const auto broken = [&](TlsFiles files) {
    try {
      Server server({.tls = std::move(files)}, {});
    } catch (const base::InputError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_NE(broken({files_.key, files_.key}).find("certificate " + files_.key.string()), std::string::npos);
  EXPECT_NE(broken({files_.certificate, files_.certificate}).find("key " + files_.certificate.string()),
            std::string::npos);
}

}  // namespace
}  // namespace reel::http
