/// Calls of functions that extensions have: stopping them, and their errors as ours.
#pragma once

#include <string>

#include "reel/base/stop.hpp"
#include "reel/extension/task.h"

namespace reel::catalog {

/// One call: give `task()` and `error()` to the function, then see whether it failed.
class Call {
 public:
  explicit Call(base::StopFlag stop)
      : stop_(stop), task_{this, cancelled, [](const reel_task*, double, const char*) {}} {}
  ~Call() { g_clear_error(&error_); }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  const reel_task* task() const { return &task_; }
  GError** error() { return &error_; }
  bool failed_with(reel_error code) const {
    return error_ != nullptr && error_->domain == REEL_ERROR && error_->code == code;
  }
  /// Throws what `error` means; `what` is said where the plugin said nothing.
  [[noreturn]] void fail(const std::string& what) const;

 private:
  static gboolean cancelled(const reel_task* task) {
    const base::StopFlag stop = static_cast<const Call*>(task->data)->stop_;
    return stop != nullptr && *stop ? TRUE : FALSE;
  }

  base::StopFlag stop_;
  reel_task task_;
  GError* error_ = nullptr;
};

}  // namespace reel::catalog
