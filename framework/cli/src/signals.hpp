/// Ctrl-C and SIGTERM as calls on an ordinary thread.
#pragma once

#include <csignal>
#include <functional>
#include <thread>

namespace reel::cli {

/// While it lives, the first SIGINT, SIGTERM or SIGHUP calls `on_first`, on a thread of its own; a second one
/// ends the process at once with exit code 130. Make it before any other thread: it blocks the signals, and
/// threads inherit that.
class Signals {
 public:
  explicit Signals(std::function<void()> on_first);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

 private:
  sigset_t before_{};
  std::thread thread_;
};

}  // namespace reel::cli
