/// The errors that Reelwork throws, all of them.
///
///   std::exception
///   ├── std::logic_error          a bug of ours: never caught, except to report it
///   └── base::Error               something outside went wrong; what() is one plain sentence
///       ├── InputError            what the user gave is wrong; trying again gives the same   (exit 2)
///       ├── RunError              the run failed: a broken file, a full disk, a crash        (exit 1)
///       │   └── TransientError    ... for a reason that can pass: worth trying again
///       └── Interrupted           the user or the system asked to stop                       (exit 130)
///
/// Exceptions are for the control plane. The data path (streaming threads) and the C boundary of
/// plugins never throw: the SDK's wrapper turns what escapes a stage into an element error.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace reel::base {

class Error : public std::runtime_error {
 public:
  /// `what` says what happened and where; `hint` what to do about it (may be empty).
  explicit Error(const std::string& what, std::string hint = {}) : std::runtime_error(what), hint_(std::move(hint)) {}
  const std::string& hint() const noexcept { return hint_; }

 private:
  std::string hint_;
};

class InputError : public Error {
  using Error::Error;
};

class RunError : public Error {
  using Error::Error;
};

class TransientError : public RunError {
  using RunError::RunError;
};

class Interrupted : public Error {
  using Error::Error;
};

/// The exit codes of every program of ours.
enum class ExitCode : int { done = 0, run_failed = 1, input_wrong = 2, interrupted = 130 };

}  // namespace reel::base
