/// Where the second input of a transition begins.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <reel/sdk.hpp>

namespace reel::timeline {

/// The moment, on the output's timeline, at which the second input starts, so that the last `duration` of the
/// first lies over the first `duration` of the second. It is known once the first input has ended; pictures
/// and sound agree on it, whichever of them is longer. Any thread.
class Junction {
 public:
  void reset(Time duration) {
    const std::lock_guard lock(mutex_);
    duration_ = duration;
    end_ = Time{0};
    settled_ = stopped_ = false;
  }

  /// The first input goes on at least to `end`.
  void seen(Time end) {
    const std::lock_guard lock(mutex_);
    end_ = std::max(end_, end);
  }
  /// The first input has ended.
  void settle() {
    const std::lock_guard lock(mutex_);
    settled_ = true;
    changed_.notify_all();
  }
  /// Nobody is to wait any more.
  void stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }

  /// The second input begins here or later.
  Time earliest() const {
    const std::lock_guard lock(mutex_);
    return begin();
  }

  /// Waits until it is known; nothing after stop().
  std::optional<TimeRange> overlap() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return settled_ || stopped_; });
    if (!settled_) return std::nullopt;
    return TimeRange{begin(), end_};
  }

 private:
  Time begin() const { return std::max(Time{0}, end_ - duration_); }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Time duration_{0}, end_{0};
  bool settled_ = false, stopped_ = false;
};

/// One kind of media, pictures or sound, on its way through a transition. Each input has a thread of its own;
/// the first's plays until the end of the overlap and then hands over to the second's, so that one of them at
/// a time pushes.
class Lane {
 public:
  /// Which inputs there are.
  struct Inputs {
    bool first = false, second = false;
  };

  virtual ~Lane() = default;
  virtual void reset(Inputs inputs, GstPad* source);
  /// Nobody is to wait any more.
  void stop();

  virtual bool set_format(bool second, GstCaps* caps) = 0;
  virtual GstFlowReturn first(BufferPtr buffer, Time begin) = 0;
  virtual GstFlowReturn second(BufferPtr buffer, Time begin) = 0;
  GstFlowReturn end_first();
  GstFlowReturn end_second();

 protected:
  explicit Lane(Junction& junction) : junction_(junction) {}

  /// [first's thread] What is left of the first input, and the overlap.
  virtual GstFlowReturn cross(TimeRange overlap) = 0;
  /// [second's thread, after handing over] What waits of the second input.
  virtual GstFlowReturn drain() = 0;

  GstFlowReturn push(BufferPtr buffer) { return gst_pad_push(source_, buffer.release()); }
  /// [second's thread] Waits until the first has handed over, or `otherwise`; false if nobody is to wait any
  /// more.
  template <class F>
  bool handed_over_or(std::unique_lock<std::mutex>& lock, F otherwise);

  Junction& junction_;
  Inputs inputs_;
  GstPad* source_ = nullptr;
  TimeRange overlap_;  ///< valid once handed over
  std::mutex mutex_;   ///< guards what follows and what waits of the second input
  std::condition_variable changed_;
  bool second_ended_ = false, handed_over_ = false, stopped_ = false;
};

template <class F>
bool Lane::handed_over_or(std::unique_lock<std::mutex>& lock, F otherwise) {
  if (!inputs_.first && !handed_over_) {
    lock.unlock();
    const auto overlap = junction_.overlap();
    lock.lock();
    if (overlap) overlap_ = *overlap, handed_over_ = true;
  }
  changed_.wait(lock, [&] { return handed_over_ || stopped_ || otherwise(); });
  return !stopped_;
}

}  // namespace reel::timeline
