#pragma once

#include <condition_variable>
#include <mutex>

#include "reel/base/error.hpp"

namespace reel::service {

/// Lets a few threads through at once, has some wait, and turns the others away.
class Turnstile {
 public:
  Turnstile(int most_inside, int most_waiting) : free_(most_inside), most_waiting_(most_waiting) {}

  /// Inside, until it dies.
  class Turn {
   public:
    /// Waits to be let in. Throws base::TransientError if too many wait.
    explicit Turn(Turnstile& turnstile) : turnstile_(turnstile) { turnstile_.enter(); }
    ~Turn() { turnstile_.leave(); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    Turnstile& turnstile_;
  };

  int waiting() const {
    const std::scoped_lock lock(mutex_);
    return waiting_;
  }

 private:
  void enter() {
    std::unique_lock lock(mutex_);
    if (free_ == 0 && waiting_ >= most_waiting_)
      throw base::TransientError("Too many logins at once.", "Try again in a few seconds.");
    ++waiting_;
    left_.wait(lock, [this] { return free_ > 0; });
    --waiting_;
    --free_;
  }
  void leave() {
    {
      const std::scoped_lock lock(mutex_);
      ++free_;
    }
    left_.notify_one();
  }

  mutable std::mutex mutex_;
  std::condition_variable left_;
  int free_, waiting_ = 0;
  const int most_waiting_;
};

}  // namespace reel::service
