/// For tests: an HTTP server on a raw socket that answers call after call as it is told, and keeps what it was sent.
#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "reel/base/file_descriptor.hpp"

namespace reel::cli::remote {

struct Received {
  std::string method, target, body;
  std::map<std::string, std::string> headers;  ///< names in lower case
};

/// What happens to one call. The connection ends after each.
struct Step {
  std::string answer{};                                ///< bytes; empty: none at all
  std::size_t body_bytes = 1U << 30U;                  ///< of the call's body that are read, at most, before the answer
  std::function<std::string(const Received&)> made{};  ///< instead of `answer`
  bool speaks_http = true;                             ///< else it answers whatever comes first
};

inline std::string http(int status, const std::string& body = {}, const std::string& headers = {}) {
  return "HTTP/1.1 " + std::to_string(status) + " Status\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\nConnection: close\r\n" + headers + "\r\n" + body;
}
inline std::string json_answer(int status, const std::string& body, const std::string& headers = {}) {
  return http(status, body, "Content-Type: application/json\r\n" + headers);
}
inline std::string problem_answer(int status, const std::string& code, const std::string& detail,
                                  const std::string& headers = {}) {
  return json_answer(status, R"({"code":")" + code + R"(","detail":")" + detail + R"(","request_id":"c0ffee"})",
                     headers);
}
/// An event stream that ends when the server has said so much.
inline std::string stream_answer(const std::string& events) {
  return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" + events;
}

class ScriptedServer {
 public:
  explicit ScriptedServer(std::vector<Step> script) : script_(std::move(script)), listening_(listen_anywhere()) {
    thread_ = std::thread([this] { serve(); });
  }
  ~ScriptedServer() {
    done_ = true;
    thread_.join();
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  std::string origin() const { return "http://127.0.0.1:" + std::to_string(port_); }
  /// What came, in its order. Only once the client has its answers.
  const std::vector<Received>& received() const { return received_; }

 private:
  base::FileDescriptor listen_anywhere() {
    base::FileDescriptor fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const raw = reinterpret_cast<sockaddr*>(&address);
    if (bind(fd.get(), raw, size) != 0 || listen(fd.get(), 16) != 0 || getsockname(fd.get(), raw, &size) != 0)
      throw std::runtime_error("cannot listen");
    port_ = ntohs(address.sin_port);
    return fd;
  }

  void serve() {
    for (const Step& step : script_) {
      pollfd ready{listening_.get(), POLLIN, 0};
      while (poll(&ready, 1, 20) == 0)
        if (done_) return;
      const base::FileDescriptor connection(accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      answer(connection.get(), step);
    }
    listening_ = base::FileDescriptor(-1);  // whoever comes now finds nobody
  }

  void answer(int connection, const Step& step) {
    std::string bytes;
    std::array<char, 65536> chunk{};
    const auto more = [&] {
      const ssize_t got = recv(connection, chunk.data(), chunk.size(), 0);
      if (got > 0) bytes.append(chunk.data(), static_cast<std::size_t>(got));
      return got > 0;
    };
    if (!step.speaks_http) {
      more();
      return send_all(connection, step.answer);
    }
    while (bytes.find("\r\n\r\n") == std::string::npos)
      if (!more()) return;
    Received call = parsed(bytes.substr(0, bytes.find("\r\n\r\n")));
    bytes.erase(0, bytes.find("\r\n\r\n") + 4);
    const std::size_t length = call.headers.contains("content-length") ? std::stoul(call.headers["content-length"]) : 0;
    if (call.headers.contains("expect") && step.body_bytes > 0) send_all(connection, "HTTP/1.1 100 Continue\r\n\r\n");
    while (bytes.size() < std::min(length, step.body_bytes) && more()) {
    }
    call.body = bytes.substr(0, step.body_bytes);
    received_.push_back(call);
    send_all(connection, step.made ? step.made(call) : step.answer);
    shutdown(connection, SHUT_WR);
  }

  static void send_all(int connection, std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  static Received parsed(const std::string& head) {
    Received call;
    const auto line_end = head.find("\r\n");
    const std::string first = head.substr(0, line_end);
    call.method = first.substr(0, first.find(' '));
    call.target = first.substr(first.find(' ') + 1, first.rfind(' ') - first.find(' ') - 1);
    for (auto at = line_end; at != std::string::npos;) {
      const auto end = head.find("\r\n", at + 2);
      const std::string line = head.substr(at + 2, end == std::string::npos ? end : end - at - 2);
      std::string name = line.substr(0, line.find(':'));
      for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      call.headers[name] = line.substr(std::min(line.size(), line.find(':') + 2));
      at = end;
    }
    return call;
  }

  std::vector<Step> script_;
  int port_ = 0;
  base::FileDescriptor listening_;
  std::vector<Received> received_;
  std::atomic<bool> done_{false};
  std::thread thread_;
};

}  // namespace reel::cli::remote
