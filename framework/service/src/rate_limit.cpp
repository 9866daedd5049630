#include "reel/service/rate_limit.hpp"

#include <algorithm>

#include "reel/base/text.hpp"
#include "reel/service/ip_network.hpp"

namespace reel::service {

TooManyTries::TooManyTries(std::chrono::seconds wait)
    : base::TransientError("Too many tries.",
                           "Try again in " + base::counted(static_cast<std::uint64_t>(wait.count()), "second") + "."),
      wait_(wait) {}

RateLimit::RateLimit(Rule rule, std::size_t most_keys) : rule_(rule), most_keys_(most_keys) {}

RateLimit::Clock::duration RateLimit::take(const std::string& key, Clock::time_point now) {
  const std::scoped_lock lock(mutex_);
  const auto full_at = full_after_one(key, now);
  if (const auto wait = missing(full_at, now); wait > Clock::duration::zero()) return wait;
  set(key, full_at);
  while (!by_time_.empty() && (by_time_.size() > most_keys_ || by_time_.begin()->first <= now)) drop_fullest();
  return Clock::duration::zero();
}

RateLimit::Clock::duration RateLimit::wait(const std::string& key, Clock::time_point now) const {
  const std::scoped_lock lock(mutex_);
  return missing(full_after_one(key, now), now);
}

void RateLimit::enforce(const std::string& key, Clock::time_point now) {
  const auto wait = take(key, now);
  if (wait > Clock::duration::zero()) throw TooManyTries(std::chrono::ceil<std::chrono::seconds>(wait));
}

void RateLimit::forgive(const std::string& key) {
  const std::scoped_lock lock(mutex_);
  const auto found = full_at_.find(key);
  if (found == full_at_.end()) return;
  by_time_.erase({found->second, key});
  full_at_.erase(found);
}

std::size_t RateLimit::keys() const {
  const std::scoped_lock lock(mutex_);
  return full_at_.size();
}

RateLimit::Clock::time_point RateLimit::full_after_one(const std::string& key, Clock::time_point now) const {
  const auto found = full_at_.find(key);
  return std::max(now, found == full_at_.end() ? now : found->second) + rule_.each;
}

RateLimit::Clock::duration RateLimit::missing(Clock::time_point full_at, Clock::time_point now) const {
  return std::max(full_at - now - rule_.burst * rule_.each, Clock::duration::zero());
}

void RateLimit::set(const std::string& key, Clock::time_point full_at) {
  const auto [entry, is_new] = full_at_.try_emplace(key, full_at);
  if (!is_new) by_time_.erase({std::exchange(entry->second, full_at), key});
  by_time_.emplace(full_at, key);
}

void RateLimit::drop_fullest() {
  full_at_.erase(by_time_.begin()->second);
  by_time_.erase(by_time_.begin());
}

std::string limit_key(const std::string& address) {
  auto ip = IpAddress::parse(address);
  if (!ip) return address;
  if (!ip->is_v4()) std::fill(ip->bytes.begin() + 8, ip->bytes.end(), static_cast<unsigned char>(0));
  return ip->text();
}

}  // namespace reel::service
