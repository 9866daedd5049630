/// One exchange with a server, by libcurl. Nothing is tried twice here, no redirect is followed.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "reel/base/error.hpp"
#include "remote/patience.hpp"

namespace reel::cli::remote {

using Headers = std::map<std::string, std::string>;

struct Answer {
  int status = 0;
  Headers headers;  ///< names in lower case; the last of a name counts
  std::string body;

  bool good() const { return status / 100 == 2; }
  std::string header(const std::string& lower_case_name) const;  ///< or empty
};

struct Call {
  std::string method = "GET";
  std::string target;  ///< path and query, as they are sent
  Headers headers{};
  std::string body{};
  /// Instead of `body`: writes the bytes from an offset on, at most so many of them, and says how many; below 1 only if there are
  /// none. May throw.
  std::function<std::size_t(std::uint64_t offset, char* into, std::size_t most)> source{};
  std::uint64_t source_bytes = 0;
  /// Called before the body of a good answer. False: that was enough, the answer ends here. May throw.
  std::function<bool(const Answer&)> on_head{};
  /// Gets the body of a good answer, instead of Answer::body. False and errors as of `on_head`.
  std::function<bool(std::string_view)> sink{};
  bool repeatable = true;            ///< doing it twice does no more than doing it once
  bool once = false;                 ///< its caller sees to further tries
  std::chrono::seconds silence{60};  ///< without a byte in either direction: the connection is lost
  bool although_stopped = false;     ///< a short last word, sent even if the user asked for an end
};

/// No answer came, or only a part of it.
class Lost : public base::TransientError {
 public:
  Lost(const std::string& what, const std::string& hint, bool connected)
      : TransientError(what, hint), connected_(connected) {}
  /// The server may have got the call.
  bool connected() const noexcept { return connected_; }

 private:
  bool connected_;
};

/// Keeps its connection from call to call. For one thread.
class Transport {
 public:
  Transport(std::string origin, Stop& stop);
  ~Transport();
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  /// Any status is an answer. Throws Lost, base::RunError where the server is not to be trusted or speaks no HTTP, base::Interrupted
  /// within a second after a stop, and what `source`, `on_head` and `sink` throw.
  Answer perform(const Call& call);

 private:
  struct Exchange;
  std::string origin_;
  Stop& stop_;
  std::unique_ptr<void, void (*)(void*)> curl_;
};

}  // namespace reel::cli::remote
