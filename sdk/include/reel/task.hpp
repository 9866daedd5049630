/// What the C++ wrappers of all extensions share: errors with a code, and the caller's task.
#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "reel/extension/task.h"

namespace reel {

/// What a function of an extension throws when it cannot go on; becomes a GError of that code with this sentence.
class ExtensionError : public std::runtime_error {
 public:
  ExtensionError(reel_error code, const std::string& message) : std::runtime_error(message), code_(code) {}
  reel_error code() const { return code_; }

 private:
  reel_error code_;
};

/// A view over the caller's task, which may be null.
class Task {
 public:
  explicit Task(const reel_task* task = nullptr) : task_(task) {}

  bool cancelled() const { return task_ != nullptr && task_->cancelled != nullptr && task_->cancelled(task_) != FALSE; }
  /// How far it is, 0 to 1, or less than 0; `state` is a word or two for people.
  void progress(double fraction, const char* state = nullptr) const {
    if (task_ != nullptr && task_->progress != nullptr) task_->progress(task_, fraction, state);
  }
  const reel_task* raw() const { return task_; }
  /// Throws ExtensionError once the task is cancelled. Call it often.
  void check() const {
    if (cancelled()) throw ExtensionError(REEL_ERROR_CANCELLED, "cancelled");
  }

 private:
  const reel_task* task_;
};

/// Calls f(). What it throws becomes `error`, and `failed` is returned: no exception crosses the boundary.
template <class F>
auto guarded_extension(GError** error, auto failed, F f) noexcept -> std::invoke_result_t<F> {
  try {
    return f();
  } catch (const ExtensionError& e) {
    g_set_error_literal(error, REEL_ERROR, e.code(), e.what());
  } catch (const std::exception& e) {
    g_set_error_literal(error, REEL_ERROR, REEL_ERROR_FAILED, e.what());
  } catch (...) {
    g_set_error_literal(error, REEL_ERROR, REEL_ERROR_FAILED, "the plugin threw something that is no std::exception");
  }
  return static_cast<std::invoke_result_t<F>>(failed);
}

}  // namespace reel
