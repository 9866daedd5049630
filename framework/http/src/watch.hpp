#pragma once

#include <chrono>
#include <cstddef>

#include "reel/http/server.hpp"

namespace reel::http {

/// How long a connection waits for its client. The server asks all of them several times a second, so that waiting needs no timers.
/// Time in which the client waits for us does not count.
class Watch {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Watch(const Limits& limits) : limits_(limits) {}

  void within(std::chrono::milliseconds time) { deadline_ = Clock::now() + time; }
  void without_end() { deadline_ = Clock::time_point::max(); }
  /// From now on bytes have to move at the rate of the limits, or need not.
  void rated(bool on) { rated_ = on, waited_ = {}, bytes_ = 0; }

  void wait() { waiting_ = true, since_ = Clock::now(); }
  void moved(std::size_t bytes) {
    waiting_ = false;
    waited_ += Clock::now() - since_;
    bytes_ += bytes;
  }

  /// Whether the client has used up its time.
  bool over(Clock::time_point now) {
    if (!waiting_) return false;
    if (now >= deadline_) return true;
    if (!rated_ || waited_ + (now - since_) < limits_.rate_time) return false;
    const bool slow =
        static_cast<double>(bytes_) < static_cast<double>(limits_.rate_bytes) * seconds(limits_.rate_time);
    waited_ = {}, since_ = now, bytes_ = 0;
    return slow;
  }

 private:
  static double seconds(std::chrono::milliseconds time) { return std::chrono::duration<double>(time).count(); }

  const Limits& limits_;
  Clock::time_point deadline_ = Clock::time_point::max();
  Clock::time_point since_;
  Clock::duration waited_{0};
  std::size_t bytes_ = 0;
  bool waiting_ = false, rated_ = false;
};

}  // namespace reel::http
