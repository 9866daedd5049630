/// How often something may be done, by whom.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "reel/base/error.hpp"

namespace reel::service {

/// Thrown where a limit is exceeded; to be tried again after wait().
class TooManyTries : public base::TransientError {
 public:
  explicit TooManyTries(std::chrono::seconds wait);
  std::chrono::seconds wait() const noexcept { return wait_; }  ///< at least 1 s

 private:
  std::chrono::seconds wait_;
};

/// A token bucket for each key, in memory: of this process, gone with it. Holds a bounded number of keys; when there are too
/// many, those with the fullest buckets are forgotten, so that a flood of new keys frees nobody who is held back. Any thread.
class RateLimit {
 public:
  using Clock = std::chrono::steady_clock;
  struct Rule {
    int burst = 10;                         ///< so many at once,
    std::chrono::milliseconds each{1'000};  ///< and then one in this time
  };

  explicit RateLimit(Rule rule, std::size_t most_keys = 100'000);

  /// Takes one: 0. If there is none: takes none, and says how long it is until there is one.
  Clock::duration take(const std::string& key, Clock::time_point now = Clock::now());
  /// How long it is until there is one; takes none.
  Clock::duration wait(const std::string& key, Clock::time_point now = Clock::now()) const;
  /// take(), but throws TooManyTries.
  void enforce(const std::string& key, Clock::time_point now = Clock::now());
  /// The key's bucket is full again.
  void forgive(const std::string& key);

  std::size_t keys() const;  ///< that are held

 private:
  Clock::time_point full_after_one(const std::string& key, Clock::time_point now) const;
  Clock::duration missing(Clock::time_point full_at, Clock::time_point now) const;
  void drop_fullest();
  void set(const std::string& key, Clock::time_point full_at);

  const Rule rule_;
  const std::size_t most_keys_;
  mutable std::mutex mutex_;
  // When each bucket will be full: all that there is to know of one.
  std::map<std::string, Clock::time_point> full_at_;
  std::set<std::pair<Clock::time_point, std::string>> by_time_;
};

/// The key of a client's address: an IPv4 address, or the /64 network of an IPv6 one, for whoever has one address there has
/// them all. What is no address is its own key.
std::string limit_key(const std::string& address);

}  // namespace reel::service
