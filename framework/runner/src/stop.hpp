/// Being told to end.
#pragma once

#include <atomic>
#include <mutex>

#include "reel/base/stop.hpp"
#include "reel/engine/run.hpp"

namespace reel::runner {

/// SIGTERM, SIGINT or SIGHUP, for whatever is going on.
class Stop {
 public:
  /// Before any thread is made: all of them leave the signals to one that is made here, and never ends.
  void listen();
  bool asked() const { return asked_; }
  base::StopFlag flag() const { return &asked_; }
  /// Throws base::Interrupted if it was asked for.
  void check() const;
  /// As execute(), but ends when it is asked for.
  engine::Report execute(engine::Run& run);

 private:
  void ask();

  std::atomic<bool> asked_{false};
  std::mutex mutex_;
  engine::Run* run_ = nullptr;  ///< guarded by `mutex_`
};

}  // namespace reel::runner
