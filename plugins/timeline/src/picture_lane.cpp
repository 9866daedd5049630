#include "picture_lane.hpp"

#include "clock_time.hpp"

namespace reel::timeline {
namespace {

/// Pictures of the second input that may wait: as many as say for certain which one is shown.
constexpr std::size_t most_waiting = 4;

/// Whether pictures of the one are pictures of the other; how many there are a second does not matter.
bool same_pictures(GstVideoInfo a, const GstVideoInfo& b) {
  a.fps_n = b.fps_n, a.fps_d = b.fps_d;
  return gst_video_info_is_equal(&a, &b) != FALSE;
}

}  // namespace

void PictureLane::reset(Inputs inputs, GstPad* source) {
  Lane::reset(inputs, source);
  held_.clear();
  waiting_.clear();
}

bool PictureLane::set_format(bool second, GstCaps* caps) {
  const std::lock_guard lock(mutex_);
  if (gst_video_info_from_caps(second ? &second_format_ : &format_, caps) == FALSE) return false;
  if (second && !inputs_.first) format_ = second_format_;
  return true;
}

Time PictureLane::length(const GstBuffer* buffer) const {
  if (GST_BUFFER_DURATION_IS_VALID(buffer)) return Time{static_cast<std::int64_t>(GST_BUFFER_DURATION(buffer))};
  if (format_.fps_n <= 0) return Time{0};
  return Time{static_cast<std::int64_t>(gst_util_uint64_scale_int(GST_SECOND, format_.fps_d, format_.fps_n))};
}

GstFlowReturn PictureLane::push_at(BufferPtr buffer, Time time) {
  buffer = writable(std::move(buffer));
  GST_BUFFER_PTS(buffer.get()) = clock_time(time);
  GST_BUFFER_DTS(buffer.get()) = GST_CLOCK_TIME_NONE;
  return push(std::move(buffer));
}

GstFlowReturn PictureLane::first(BufferPtr buffer, Time begin) {
  junction_.seen(begin + length(buffer.get()));
  held_.push_back({std::move(buffer), begin});
  GstFlowReturn flow = GST_FLOW_OK;
  for (const Time safe = junction_.earliest(); flow == GST_FLOW_OK && !held_.empty() && held_.front().begin < safe;
       held_.pop_front())
    flow = push_at(std::move(held_.front().buffer), held_.front().begin);
  return flow;
}

GstFlowReturn PictureLane::cross(TimeRange overlap) {
  GstFlowReturn flow = GST_FLOW_OK;
  for (; flow == GST_FLOW_OK && !held_.empty(); held_.pop_front()) {
    Shown& shown = held_.front();
    if (shown.begin >= overlap.begin) {
      const BufferPtr other = inputs_.second ? second_at(shown.begin - overlap.begin) : nullptr;
      const double middle = to_seconds(shown.begin - overlap.begin + length(shown.buffer.get()) / 2);
      if (other)
        shown.buffer = mixed(std::move(shown.buffer), other.get(), middle / to_seconds(overlap.end - overlap.begin));
    }
    flow = push_at(std::move(shown.buffer), shown.begin);
  }
  return flow;
}

/// The second input's picture at a moment of its own time, once it is certain which one that is. Null: it
/// shows none.
BufferPtr PictureLane::second_at(Time time) {
  std::unique_lock lock(mutex_);
  for (;;) {
    while (waiting_.size() > 1 && waiting_[1].begin <= time) waiting_.pop_front();
    changed_.notify_all();
    if (waiting_.size() > 1 || second_ended_ || stopped_) break;
    changed_.wait(lock);
  }
  if (waiting_.empty() || waiting_.front().begin > time) return nullptr;
  return BufferPtr(gst_buffer_ref(waiting_.front().buffer.get()));
}

GstFlowReturn PictureLane::second(BufferPtr buffer, Time begin) {
  std::unique_lock lock(mutex_);
  if (!handed_over_or(lock, [&] { return waiting_.size() < most_waiting; })) return GST_FLOW_FLUSHING;
  waiting_.push_back({std::move(buffer), begin});
  changed_.notify_all();
  return handed_over_ ? drain() : GST_FLOW_OK;
}

GstFlowReturn PictureLane::drain() {
  GstFlowReturn flow = GST_FLOW_OK;
  for (; flow == GST_FLOW_OK && !waiting_.empty(); waiting_.pop_front()) {
    const Time at = overlap_.begin + waiting_.front().begin;
    if (inputs_.first && at < overlap_.end) continue;  // shown in the overlap
    flow = push_at(fitted(std::move(waiting_.front().buffer)), at);
  }
  return flow;
}

/// As the first input's pictures are.
BufferPtr PictureLane::fitted(BufferPtr second) {
  if (same_pictures(second_format_, format_)) return second;
  BufferPtr made(gst_buffer_new_allocate(nullptr, GST_VIDEO_INFO_SIZE(&format_), nullptr));
  {
    MappedFrame from(second.get(), second_format_, GST_MAP_READ), to(made.get(), format_, GST_MAP_WRITE);
    conversion_.run(from.get(), to.get());
  }
  GST_BUFFER_DURATION(made.get()) = GST_BUFFER_DURATION(second.get());
  return made;
}

BufferPtr PictureLane::mixed(BufferPtr first, GstBuffer* second, double share) {
  first = writable(std::move(first));
  const BufferPtr fit = fitted(BufferPtr(gst_buffer_ref(second)));
  MappedFrame a(first.get(), format_, GST_MAP_READWRITE), b(fit.get(), format_, GST_MAP_READ);
  VideoFrame onto(a.get(), Time{0}), other(b.get(), Time{0});
  mix(kind_, onto, other, share, components_of(color_, format_));
  return first;
}

}  // namespace reel::timeline
