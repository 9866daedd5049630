/// A TCP proxy that breaks connections as networks do.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace reel::tests {

class FaultyProxy {
 public:
  /// Of so many stretches of a connection in a hundred, something happens at the end of each. `port`: whom it stands before, on 127.0.0.1.
  FaultyProxy(int port, int percent, unsigned seed)
      : upstream_(port), percent_(percent), random_(seed), socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (::bind(socket_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(socket_, 128) != 0 ||
        ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error("no proxy on loopback");
    port_ = ntohs(address.sin_port);
    accepting_ = std::jthread([this] { accept_all(); });
  }
  ~FaultyProxy() {
    ending_ = true;
    ::shutdown(socket_, SHUT_RDWR);
    accepting_.join();
    connections_.clear();
    ::close(socket_);
  }
  FaultyProxy(const FaultyProxy&) = delete;
  FaultyProxy& operator=(const FaultyProxy&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  int faults() const { return faults_; }

 private:
  enum class Fault { none, reset, close, stall, busy };
  /// What happens to a connection next, and after how many bytes in both directions.
  struct Fate {
    Fault fault = Fault::none;
    std::size_t after = 0;
  };

  static sockaddr_in loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    return address;
  }
  Fate draw() {
    const std::scoped_lock lock(mutex_);
    // As often in a head as in a body.
    const std::size_t after = random_() % 2 == 0 ? random_() % 2'000 : random_() % 9'000'000;
    if (static_cast<int>(random_() % 100) >= percent_) return {Fault::none, after};
    ++faults_;
    return {static_cast<Fault>(1 + random_() % 4), after};
  }
  void accept_all() {
    for (int client = 0; (client = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;)
      connections_.emplace_back([this, client, fate = draw()] { serve(client, fate); });
  }
  void serve(int client, Fate fate) {
    const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(upstream_);
    if (fate.fault == Fault::busy) {
      refuse(client);
    } else if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
      pump(client, server, fate);
    }
    ::close(client);
    ::close(server);
  }
  static void refuse(int client) {
    char request[65536];
    static constexpr std::string_view answer =
        "HTTP/1.1 503 Slow Down\r\nConnection: close\r\nContent-Length: 36\r\n\r\n<Error><Code>SlowDown</Code></Error>";
    if (::recv(client, request, sizeof request, 0) > 0) ::send(client, answer.data(), answer.size(), MSG_NOSIGNAL);
  }
  void pump(int client, int server, Fate fate) {
    pollfd ends[2] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
    std::vector<char> bytes(65536);
    for (std::size_t moved = 0; !ending_;) {
      if (::poll(ends, 2, 100) <= 0) continue;
      for (int i = 0; i < 2; ++i) {
        if (ends[i].revents == 0) continue;
        const ssize_t got = ::recv(ends[i].fd, bytes.data(), bytes.size(), 0);
        if (got <= 0 || !sent(ends[1 - i].fd, bytes.data(), static_cast<std::size_t>(got))) return;
        moved += static_cast<std::size_t>(got);
      }
      if (moved < fate.after) continue;
      if (fate.fault != Fault::none) return befall(client, fate.fault);
      fate = draw();
      moved = 0;
    }
  }
  static bool sent(int to, const char* bytes, std::size_t size) {
    while (size > 0) {
      const ssize_t now = ::send(to, bytes, size, MSG_NOSIGNAL);
      if (now <= 0) return false;
      bytes += now;
      size -= static_cast<std::size_t>(now);
    }
    return true;
  }
  void befall(int client, Fault fault) {
    if (fault == Fault::stall)
      for (int i = 0; i < 30 && !ending_; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(100));
    const linger at_once{1, 0};
    if (fault == Fault::reset) ::setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }

  int upstream_;
  int percent_;
  std::mutex mutex_;
  std::minstd_rand random_;
  std::atomic<int> faults_ = 0;
  std::atomic<bool> ending_ = false;
  int socket_;
  int port_ = 0;
  std::vector<std::jthread> connections_;
  std::jthread accepting_;
};

}  // namespace reel::tests
