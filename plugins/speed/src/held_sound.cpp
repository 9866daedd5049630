#include "held_sound.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "clock_time.hpp"

namespace reel::speed {
namespace {

constexpr Time longest_fade = std::chrono::milliseconds(5);

/// Multiplies frame i by `weight(i)`.
template <class T, class F>
void scale(guint8* data, std::int64_t frames, int channels, F weight) {
  auto* sample = reinterpret_cast<T*>(data);
  for (std::int64_t i = 0; i < frames; ++i)
    for (int c = 0; c < channels; ++c, ++sample) {
      const double value = static_cast<double>(*sample) * weight(i);
      if constexpr (std::is_floating_point_v<T>)
        *sample = static_cast<T>(value);
      else
        *sample = static_cast<T>(std::llround(value));
    }
}

template <class F>
void scale(const GstAudioInfo& info, std::vector<guint8>& samples, F weight) {
  const auto frames = static_cast<std::int64_t>(samples.size()) / info.bpf;
  switch (GST_AUDIO_INFO_FORMAT(&info)) {
    case GST_AUDIO_FORMAT_S16LE:
      return scale<gint16>(samples.data(), frames, info.channels, weight);
    case GST_AUDIO_FORMAT_S32LE:
      return scale<gint32>(samples.data(), frames, info.channels, weight);
    case GST_AUDIO_FORMAT_F32LE:
      return scale<float>(samples.data(), frames, info.channels, weight);
    default:
      return scale<double>(samples.data(), frames, info.channels, weight);
  }
}

/// From 0 to 1 in a half wave.
double rise(std::int64_t i, std::int64_t length) {
  return 0.5 - 0.5 * std::cos(std::numbers::pi * (static_cast<double>(i) + 0.5) / static_cast<double>(length));
}

}  // namespace

void HeldSound::set_format(const GstAudioInfo& info) {
  info_ = info;
  begin_ = sample_at(at_, info.rate);
  end_ = sample_at(at_ + length_, info.rate);
  fade_ = std::min(sample_at(longest_fade, info.rate), (end_ - begin_) / 2);
  before_.clear();
  after_.clear();
  next_ = -1;
}

void HeldSound::reset(bool passed) {
  passed_ = passed;
  next_ = -1;
  before_.clear();
  after_.clear();
}

GstFlowReturn HeldSound::process(BufferPtr buffer, Time time, const Push& push) {
  const auto count = static_cast<std::int64_t>(gst_buffer_get_size(buffer.get())) / info_.bpf;
  std::int64_t at = sample_at(time, info_.rate);
  if (next_ >= 0 && std::abs(at - next_) <= sample_at(tolerance, info_.rate)) at = next_;
  next_ = at + count;
  const std::int64_t before = passed_ ? 0 : std::clamp<std::int64_t>(begin_ - at, 0, count);
  if (before > 0) {
    remember(buffer.get(), before);
    const GstFlowReturn flow = push_part(buffer.get(), 0, before, at, push);
    if (flow != GST_FLOW_OK || before == count) return flow;
  }
  if (passed_) return push_part(buffer.get(), 0, count, at + end_ - begin_, push);
  // What is behind the moment waits until there is enough to fade out.
  if (after_.empty()) after_begin_ = at + before;
  const std::size_t had = after_.size();
  after_.resize(had + bytes(count - before));
  gst_buffer_extract(buffer.get(), bytes(before), after_.data() + had, bytes(count - before));
  return frames(after_) >= fade_ ? hold(push) : GST_FLOW_OK;
}

GstFlowReturn HeldSound::finish(const Push& push) { return after_.empty() ? GST_FLOW_OK : hold(push); }

/// The silence, then what waited.
GstFlowReturn HeldSound::hold(const Push& push) {
  passed_ = true;
  Bytes out(after_.begin(), after_.begin() + static_cast<std::ptrdiff_t>(bytes(std::min(fade_, frames(after_)))));
  scale(info_, out, [this](std::int64_t i) { return 1 - rise(i, fade_); });
  GstFlowReturn flow = push_bytes(out, begin_, push);
  const std::int64_t in = std::min(fade_, frames(before_));
  for (std::int64_t at = begin_ + frames(out); flow == GST_FLOW_OK && at < end_ - in;) {
    const std::int64_t part = std::min<std::int64_t>(end_ - in - at, info_.rate);
    flow = push_bytes(Bytes(bytes(part)), at, push);
    at += part;
  }
  before_.erase(before_.begin(), before_.end() - static_cast<std::ptrdiff_t>(bytes(in)));
  scale(info_, before_, [&](std::int64_t i) { return rise(i + fade_ - in, fade_); });
  if (flow == GST_FLOW_OK) flow = push_bytes(before_, end_ - in, push);
  if (flow == GST_FLOW_OK) flow = push_bytes(after_, after_begin_ + end_ - begin_, push);
  before_.clear();
  after_.clear();
  return flow;
}

/// Keeps the last of what comes before the moment.
void HeldSound::remember(GstBuffer* buffer, std::int64_t frames) {
  const std::size_t had = before_.size();
  before_.resize(had + bytes(frames));
  gst_buffer_extract(buffer, 0, before_.data() + had, bytes(frames));
  if (before_.size() > bytes(fade_))
    before_.erase(before_.begin(), before_.end() - static_cast<std::ptrdiff_t>(bytes(fade_)));
}

GstFlowReturn HeldSound::push_part(GstBuffer* buffer, std::int64_t from, std::int64_t to, std::int64_t at,
                                   const Push& push) {
  BufferPtr part(gst_audio_buffer_truncate(gst_buffer_ref(buffer), info_.bpf, static_cast<gsize>(from),
                                           static_cast<gsize>(to - from)));
  part = writable(std::move(part));
  const Time begin = time_of_sample(at, info_.rate), end = time_of_sample(at + to - from, info_.rate);
  GST_BUFFER_PTS(part.get()) = clock_time(begin);
  GST_BUFFER_DTS(part.get()) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_DURATION(part.get()) = clock_time(end - begin);
  GST_BUFFER_OFFSET(part.get()) = static_cast<guint64>(at);
  GST_BUFFER_OFFSET_END(part.get()) = static_cast<guint64>(at + to - from);
  return push(std::move(part));
}

GstFlowReturn HeldSound::push_bytes(const Bytes& samples, std::int64_t at, const Push& push) {
  if (samples.empty()) return GST_FLOW_OK;
  const BufferPtr buffer(gst_buffer_new_allocate(nullptr, samples.size(), nullptr));
  gst_buffer_fill(buffer.get(), 0, samples.data(), samples.size());
  return push_part(buffer.get(), 0, frames(samples), at, push);
}

}  // namespace reel::speed
