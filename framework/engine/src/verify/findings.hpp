/// What verify finds wrong. Private to the engine.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "reel/engine/verify.hpp"

namespace reel::engine::proof {

/// Of each kind the first few are kept, the others only counted.
class Findings {
 public:
  explicit Findings(Verification& to) : to_(to) {}

  /// `kind` tells alike ones; `count` is how many it stands for.
  void add(const std::string& check, const std::string& kind, base::Time at, std::string what, std::size_t count = 1) {
    static constexpr std::size_t most = 3;
    to_.difference_count += count;
    if (kept_[check + kind]++ < most) to_.differences.push_back({check, at, std::move(what)});
  }
  /// Adds what another one found.
  void add(const Verification& other) {
    to_.difference_count += other.difference_count;
    to_.differences.insert(to_.differences.end(), other.differences.begin(), other.differences.end());
  }

 private:
  Verification& to_;
  std::map<std::string, std::size_t> kept_;
};

}  // namespace reel::engine::proof
