#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace reel::test {

/// A small HTTP server on 127.0.0.1: keeps what it gets and answers as told. Any number of connections, one request each.
class LoopbackServer {
 public:
  struct Received {
    std::string head;  ///< request line and headers
    std::string body;
    /// Of a header, by its name as sent; empty: there is none.
    std::string header(const std::string& name) const {
      const auto at = head.find("\r\n" + name + ": ");
      if (at == std::string::npos) return {};
      const auto from = at + 2 + name.size() + 2;
      return head.substr(from, head.find("\r\n", from) - from);
    }
  };
  /// The whole answer with its head; empty: none ever, until the client gives up.
  using Answer = std::function<std::string(const Received&)>;

  explicit LoopbackServer(Answer answer)
      : answer_(std::move(answer)), socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(socket_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(socket_, 128) != 0 ||
        ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error("no server on loopback");
    port_ = ntohs(address.sin_port);
    accepting_ = std::jthread([this] { accept_all(); });
  }
  ~LoopbackServer() {
    ::shutdown(socket_, SHUT_RDWR);
    accepting_.join();
    connections_.clear();
    ::close(socket_);
  }
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  std::uint16_t port() const { return port_; }
  std::string url(const std::string& path = "/") const { return "http://127.0.0.1:" + std::to_string(port_) + path; }
  std::vector<Received> received() const {
    const std::scoped_lock lock(mutex_);
    return received_;
  }

  static std::string reply(int status, const std::string& more_headers = {}, const std::string& body = {}) {
    return "HTTP/1.1 " + std::to_string(status) +
           " X\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + more_headers +
           "\r\n" + body;
  }

 private:
  void accept_all() {
    for (int connection = 0; (connection = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;)
      connections_.emplace_back([this, connection] {
        serve(connection);
        ::close(connection);
      });
  }
  void serve(int connection) {
    std::string data;
    const auto read_until = [&](auto enough) {
      for (char buffer[4096]; !enough();) {
        const ssize_t got = ::recv(connection, buffer, sizeof buffer, 0);
        if (got <= 0) return false;
        data.append(buffer, static_cast<std::size_t>(got));
      }
      return true;
    };
    if (!read_until([&] { return data.find("\r\n\r\n") != std::string::npos; })) return;
    Received request{data.substr(0, data.find("\r\n\r\n") + 2), {}};
    const std::size_t begin = request.head.size() + 2;
    const std::size_t length = std::strtoull(request.header("Content-Length").c_str(), nullptr, 10);
    if (!read_until([&] { return data.size() >= begin + length; })) return;
    request.body = data.substr(begin, length);
    const std::string answer = answer_(request);
    {
      const std::scoped_lock lock(mutex_);
      received_.push_back(std::move(request));
    }
    for (std::size_t sent = 0; sent < answer.size();) {
      const ssize_t now = ::send(connection, answer.data() + sent, answer.size() - sent, MSG_NOSIGNAL);
      if (now <= 0) return;
      sent += static_cast<std::size_t>(now);
    }
    if (answer.empty()) read_until([] { return false; });
  }

  Answer answer_;
  int socket_;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::vector<Received> received_;
  std::vector<std::jthread> connections_;
  std::jthread accepting_;
};

}  // namespace reel::test
