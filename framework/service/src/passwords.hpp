/// Passwords: which are taken, and how they are kept.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "turnstile.hpp"

namespace reel::service {

/// Why it is no good password for this account, in words that end a sentence after `The password`; empty: it is one.
std::string password_fault(std::string_view password, std::string_view email);

/// Argon2id of 64 MiB and two passes, a few at once. Any thread; the functions block for about 0.1 s of computing each, longer
/// when others wait, and throw base::TransientError when too many do or memory is short.
class Passwords {
 public:
  Passwords(int at_once, int waiting);

  std::string hash(std::string_view password);
  /// Takes the same time for what is no hash, where it is always false.
  bool verify(const std::string& hash, std::string_view password);

  std::uint64_t computed() const { return computed_; }  ///< hashes so far

 private:
  Turnstile turnstile_;
  std::atomic<std::uint64_t> computed_ = 0;
  const std::string dummy_;  // of a password that nobody knows
};

}  // namespace reel::service
