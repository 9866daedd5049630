/// What the tests of the server share: a server that runs, and a client that sends whatever bytes it is told to.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>

#include "command.hpp"
#include "reel/http/server.hpp"
#include "text.hpp"

namespace reel::http::test {

class Running {
 public:
  explicit Running(Router router, Options options = {})
      : server_(std::move(options), std::move(router)), thread_([this] { server_.run(); }) {}
  ~Running() { stop(); }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  void stop() {
    server_.stop();
    if (thread_.joinable()) thread_.join();
  }
  Server& server() { return server_; }
  std::uint16_t port() const { return server_.port(); }

 private:
  Server server_;
  std::thread thread_;
};

struct Answer {
  int status = 0;  ///< 0: the connection ended without one
  std::string head;
  Fields headers;
  std::string body;
};

/// Throws std::runtime_error if nothing comes for 20 s.
class Client {
 public:
  explicit Client(std::uint16_t port, int receive_buffer = 0) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    if (receive_buffer > 0) ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connect(reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  explicit Client(const std::filesystem::path& path) : fd_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.string().copy(static_cast<char*>(address.sun_path), sizeof address.sun_path - 1);
    connect(reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  Client(Client&& other) noexcept : fd_(std::exchange(other.fd_, -1)), input_(std::move(other.input_)) {}
  Client& operator=(Client&&) = delete;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() {
    if (fd_ >= 0) ::close(fd_);
  }

  int fd() const { return fd_; }

  /// False: the server has closed.
  bool send(std::string_view data) {
    while (!data.empty()) {
      const ssize_t n = ::send(fd_, data.data(), data.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      data.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }
  void end() { ::shutdown(fd_, SHUT_WR); }

  /// False: the server has ended.
  bool receive() {
    std::array<char, 65536> buffer{};
    const ssize_t n = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (n < 0 && errno == EAGAIN) throw std::runtime_error("nothing came for 20 s; until then: " + input_);
    if (n <= 0) return false;
    input_.append(buffer.data(), static_cast<std::size_t>(n));
    return true;
  }
  /// All until the server closes.
  std::string rest() {
    while (receive()) continue;
    return std::exchange(input_, {});
  }
  /// Up to and with `mark`; what came if the server closes before.
  std::string until(std::string_view mark) {
    std::size_t at = 0;
    while ((at = input_.find(mark)) == std::string::npos)
      if (!receive()) return std::exchange(input_, {});
    std::string text = input_.substr(0, at + mark.size());
    input_.erase(0, at + mark.size());
    return text;
  }
  std::string exactly(std::size_t bytes) {
    while (input_.size() < bytes && receive()) continue;
    std::string text = input_.substr(0, bytes);
    input_.erase(0, bytes);
    return text;
  }

  Answer head() {
    Answer answer;
    answer.head = until("\r\n\r\n");
    if (!answer.head.starts_with("HTTP/1.1 ")) return answer;
    answer.status = std::stoi(answer.head.substr(9, 3));
    const auto lines = split(answer.head, '\n');
    for (std::size_t i = 1; i < lines.size(); ++i)
      if (const auto colon = lines[i].find(':'); colon != std::string_view::npos)
        answer.headers.add(std::string(lines[i].substr(0, colon)),
                           std::string(trimmed(lines[i].substr(colon + 1, lines[i].size() - colon - 2))));
    return answer;
  }
  Answer answer() {
    Answer answer = head();
    if (answer.headers.find("content-length") != nullptr)
      answer.body = exactly(*decimal(answer.headers.get("content-length")));
    return answer;
  }
  Answer ask(std::string_view request) {
    send(request);
    return answer();
  }
  bool ended() { return rest().empty(); }

 private:
  void connect(const sockaddr* address, socklen_t length) {
    const timeval patience{20, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (::connect(fd_, address, length) != 0) throw std::runtime_error("cannot connect");
  }

  int fd_;
  std::string input_;
};

inline std::string get(const std::string& target, const std::string& headers = {}) {
  return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
}

inline std::string post(const std::string& target, const std::string& body, const std::string& headers = {}) {
  return "POST " + target + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         headers + "\r\n" + body;
}

/// Waits for what another thread does; gives up after 20 s.
template <class Condition>
bool eventually(Condition condition) {
  for (int i = 0; i < 2000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

using tests::TemporaryFolder;

/// The same bytes for the same seed.
inline std::string random_bytes(std::size_t count, std::uint64_t seed = 1) {
  std::string bytes(count, '\0');
  for (char& byte : bytes) {
    seed ^= seed << 13U, seed ^= seed >> 7U, seed ^= seed << 17U;
    byte = static_cast<char>(seed);
  }
  return bytes;
}

/// Kilobytes, out of /proc/self/status: `VmRSS`, `VmHWM`.
inline long memory(const std::string& what) {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with(what + ":")) return std::stol(line.substr(what.size() + 1));
  return 0;
}
/// How much more memory than before `action` was in use at its worst, in MB.
template <class Action>
long memory_growth(Action action) {
  std::ofstream("/proc/self/clear_refs") << 5;  // the worst begins anew
  const long before = memory("VmRSS");
  action();
  return (memory("VmHWM") - before) / 1024;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool memory_can_be_measured = false;  // what is freed is kept for a while
#else
constexpr bool memory_can_be_measured = true;
#endif

}  // namespace reel::http::test
