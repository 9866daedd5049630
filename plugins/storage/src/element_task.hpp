/// The task of a GStreamer element: cancelled while the element is being unlocked.
#pragma once

#include <atomic>

#include "reel/task.hpp"

namespace reel::storage {

class ElementTask {
 public:
  ElementTask() = default;
  ElementTask(const ElementTask&) = delete;
  ElementTask& operator=(const ElementTask&) = delete;

  void cancel(bool cancelled) { cancelled_ = cancelled; }
  bool cancelled() const { return cancelled_; }
  Task task() const { return Task(&plain_); }

 private:
  static gboolean ask(const reel_task* task) { return static_cast<const ElementTask*>(task->data)->cancelled_; }

  std::atomic<bool> cancelled_ = false;
  reel_task plain_{this, ask, nullptr};
};

}  // namespace reel::storage
