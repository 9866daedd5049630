/// How the second input of an overlay waits for the first.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>

#include "handles.hpp"

namespace reel::titles {

struct TimedFrame {
  BufferPtr buffer;
  VideoFormat format;
  Time begin{0};
  Time end{0};  ///< where the next one is expected; Time::max() for a still picture
};
using FramePtr = std::shared_ptr<const TimedFrame>;

/// A few frames of the second input, in order of time. Two threads meet here: the second input's, which pushes and waits
/// while the queue is full, and the main input's, which asks for the frame of a moment and waits until it is certain which
/// one that is. It is certain once the next frame, or the end, is there: durations are not trusted, for answers must not
/// depend on which thread was faster. Neither waits for ever: a full queue always holds the answer, and finish() and the
/// flags of Gate end every wait.
class FrameQueue {
 public:
  static constexpr std::size_t limit = 4;

  /// Why nobody may wait (any more).
  enum class Gate { second_flushing, main_flushing, main_ended, stopped };
  void set(Gate gate, bool closed);

  /// [second's thread] Hands in a frame. What chain() is to return.
  GstFlowReturn push(FramePtr frame);
  /// [second's thread] No more frames will come. A frame that was the only one is a still picture, and stays.
  void finish();
  /// Forgets frames and end, after a flush of the second input.
  void clear();
  /// As new.
  void reset();

  struct Answer {
    bool flushing = false;  ///< the main input is to give up
    FramePtr frame;         ///< null: the second shows nothing then
  };
  /// [main's thread] The frame at `t`. `hold`: the last one stays when the second has ended.
  Answer at(Time t, bool hold);
  /// [main's thread] Lets go of what lies before `t`, and waits for nothing.
  void skip_to(Time t);

 private:
  bool closed(Gate gate) const { return gates_[static_cast<std::size_t>(gate)]; }
  void drop_before(Time t);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<FramePtr> frames_;
  std::array<bool, 4> gates_{};
  std::size_t pushed_ = 0;
  bool finished_ = false;
};

}  // namespace reel::titles
