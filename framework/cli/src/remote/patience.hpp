/// Waiting, and trying again.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>

namespace reel::cli::remote {

/// The user asks for an end. Any thread.
class Stop {
 public:
  void ask();
  bool asked() const;
  /// Throws base::Interrupted if an end is asked for before `time` is over.
  void wait(std::chrono::milliseconds time);

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool asked_ = false;
};

/// The time between tries: longer each time, and by chance a little different, so that many clients do not come back together.
class Backoff {
 public:
  /// `patience`: how long after the first failure a try may still begin.
  Backoff(Stop& stop, std::chrono::milliseconds patience) : stop_(&stop), patience_(patience) {}

  /// Waits before the next try; where the server said how long, that long at least. False: enough was tried, or the server wants
  /// longer than anybody would wait. Throws base::Interrupted.
  bool wait(std::optional<std::chrono::seconds> asked_for = {});
  /// It went on: patience begins anew.
  void reset();

 private:
  Stop* stop_;
  std::chrono::milliseconds patience_;
  std::optional<std::chrono::steady_clock::time_point> since_;
  int tries_ = 0, obeyed_ = 0;
};

/// How long a server that is away gets to come back: where a user waits for one word, and where much has been done already.
constexpr std::chrono::seconds short_patience{4};
constexpr std::chrono::minutes long_patience{5};

}  // namespace reel::cli::remote
