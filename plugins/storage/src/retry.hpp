/// Asking again what may do better the next time.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <random>
#include <string>
#include <thread>

#include "reel/task.hpp"

namespace reel::storage {

/// Whether the work is to be given up. Called often, by the thread that works.
using Cancelled = std::function<bool()>;

inline void check(const Cancelled& cancelled) {
  if (cancelled()) throw ExtensionError(REEL_ERROR_CANCELLED, "cancelled");
}

/// A fault that may pass. `patience` is how often to try in all; `wait` what the server asked for.
class TransientError : public ExtensionError {
 public:
  explicit TransientError(const std::string& message, int patience = 6, std::chrono::milliseconds wait = {})
      : ExtensionError(REEL_ERROR_BUSY, message), patience(patience), wait(wait) {}

  int patience;
  std::chrono::milliseconds wait;
};

/// Before the n-th repetition, from 1 on: doubled each time, and of random length, so that many clients do not come back at once.
inline std::chrono::milliseconds backoff(int n) {
  thread_local std::minstd_rand random(std::random_device{}());
  const int longest = std::min(250 << std::min(n - 1, 5), 8000);
  return std::chrono::milliseconds(std::uniform_int_distribution<int>(longest / 2, longest)(random));
}

inline void pause(std::chrono::milliseconds length, const Cancelled& cancelled) {
  const auto end = std::chrono::steady_clock::now() + length;
  for (; std::chrono::steady_clock::now() < end; std::this_thread::sleep_for(std::chrono::milliseconds(20)))
    check(cancelled);
}

/// What `attempt()` returns, once it throws no TransientError. `attempt` may get further each time; `progressed()` tells whether it did,
/// and then the counting starts anew.
template <class Attempt, class Progressed>
auto retried(const Cancelled& cancelled, Attempt attempt, Progressed progressed) {
  static constexpr std::chrono::milliseconds longest_wait{30'000};
  for (int n = 1;; ++n) {
    try {
      check(cancelled);
      return attempt();
    } catch (const TransientError& fault) {
      if (progressed()) n = 1;
      if (n >= fault.patience) throw;
      pause(std::max(backoff(n), std::min(fault.wait, longest_wait)), cancelled);
    }
  }
}

template <class Attempt>
auto retried(const Cancelled& cancelled, Attempt attempt) {
  return retried(cancelled, std::move(attempt), [] { return false; });
}

}  // namespace reel::storage
