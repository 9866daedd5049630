/// Takes back what lost workers had claimed.
#pragma once

#include <chrono>

#include "reel/service/store.hpp"

namespace reel::service {

/// How long after a worker's death its requests are taken by others.
constexpr std::chrono::milliseconds usual_lease{20'000};

/// Every half lease, puts requests whose lease ran out back into the queue, or fails them after `most_attempts`. While a database is
/// away nobody can renew: so when it is back, and at the start, those who hold leases have half a lease to come first. For one thread.
class Reaper {
 public:
  Reaper(std::chrono::milliseconds lease, int most_attempts)
      : interval_(lease / 2), most_attempts_(most_attempts), next_(Clock::now() + interval_) {}

  /// To be called now and then, and at least every half lease. Throws what the store throws.
  void look(Store& store) {
    if (Clock::now() < next_) return;
    next_ = Clock::now() + interval_;
    store.queue().reap(most_attempts_);
  }
  std::chrono::steady_clock::time_point next() const { return next_; }

 private:
  using Clock = std::chrono::steady_clock;

  std::chrono::milliseconds interval_;
  int most_attempts_;
  Clock::time_point next_;
};

}  // namespace reel::service
