#include "frame_queue.hpp"

namespace reel::titles {

void FrameQueue::set(Gate gate, bool closed) {
  const std::lock_guard lock(mutex_);
  gates_[static_cast<std::size_t>(gate)] = closed;
  changed_.notify_all();
}

GstFlowReturn FrameQueue::push(FramePtr frame) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] {
    return frames_.size() < limit || closed(Gate::second_flushing) || closed(Gate::main_ended) || closed(Gate::stopped);
  });
  if (closed(Gate::second_flushing) || closed(Gate::stopped)) return GST_FLOW_FLUSHING;
  if (closed(Gate::main_ended)) return GST_FLOW_EOS;
  frames_.push_back(std::move(frame));
  ++pushed_;
  changed_.notify_all();
  return GST_FLOW_OK;
}

void FrameQueue::finish() {
  const std::lock_guard lock(mutex_);
  finished_ = true;
  if (pushed_ == 1 && !frames_.empty()) {
    const FramePtr& only = frames_.front();
    auto still = std::make_shared<TimedFrame>();
    still->buffer.reset(gst_buffer_ref(only->buffer.get()));
    still->format = only->format, still->begin = only->begin, still->end = Time::max();
    frames_.front() = std::move(still);
  }
  changed_.notify_all();
}

void FrameQueue::clear() {
  const std::lock_guard lock(mutex_);
  frames_.clear();
  pushed_ = 0;
  finished_ = false;
}

void FrameQueue::reset() {
  clear();
  const std::lock_guard lock(mutex_);
  gates_.fill(false);
}

void FrameQueue::drop_before(Time t) {
  const std::size_t had = frames_.size();
  while (frames_.size() > 1 && frames_[1]->begin <= t) frames_.pop_front();
  if (frames_.size() != had) changed_.notify_all();
}

FrameQueue::Answer FrameQueue::at(Time t, bool hold) {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (closed(Gate::main_flushing) || closed(Gate::stopped)) return {.flushing = true};
    drop_before(t);
    if (!frames_.empty() && t < frames_.front()->begin) return {};
    if (frames_.size() > 1) return {.frame = frames_.front()};
    if (finished_) {
      if (frames_.empty() || (!hold && frames_.front()->end <= t)) return {};
      return {.frame = frames_.front()};
    }
    changed_.wait(lock);
  }
}

void FrameQueue::skip_to(Time t) {
  const std::lock_guard lock(mutex_);
  drop_before(t);
}

}  // namespace reel::titles
