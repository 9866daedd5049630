#include "junction.hpp"

namespace reel::timeline {

void Lane::reset(Inputs inputs, GstPad* source) {
  inputs_ = inputs;
  source_ = source;
  overlap_ = {};
  second_ended_ = handed_over_ = stopped_ = false;
}

void Lane::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  changed_.notify_all();
}

GstFlowReturn Lane::end_first() {
  const auto overlap = junction_.overlap();
  if (!overlap) return GST_FLOW_FLUSHING;
  const GstFlowReturn flow = cross(*overlap);
  const std::lock_guard lock(mutex_);
  overlap_ = *overlap;
  handed_over_ = true;
  changed_.notify_all();
  return flow;
}

GstFlowReturn Lane::end_second() {
  std::unique_lock lock(mutex_);
  second_ended_ = true;
  changed_.notify_all();
  return handed_over_or(lock, [] { return false; }) ? drain() : GST_FLOW_FLUSHING;
}

}  // namespace reel::timeline
