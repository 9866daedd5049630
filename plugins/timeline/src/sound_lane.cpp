#include "sound_lane.hpp"

#include <numbers>

namespace reel::timeline {
namespace {

/// How much more of the second input's sound may wait than the overlap needs.
constexpr Time spare = std::chrono::seconds(1);
/// Samples in a buffer that goes out.
constexpr std::size_t block = 4096;

/// Weights of both sides at sample `i` of `length`: their powers add up to one.
std::pair<double, double> weights(std::int64_t i, std::int64_t length) {
  const double angle = std::numbers::pi / 2 * (static_cast<double>(i) + 0.5) / static_cast<double>(length);
  return {std::cos(angle), std::sin(angle)};
}

}  // namespace

void SoundLane::reset(Inputs inputs, GstPad* source) {
  Lane::reset(inputs, source);
  format_ = second_format_ = {};
  next_ = 0;
  converter_.reset();
  second_next_ = Time{-1};
}

bool SoundLane::set_format(bool second, GstCaps* caps) {
  const std::lock_guard lock(mutex_);
  if (gst_audio_info_from_caps(second ? &second_format_ : &format_, caps) == FALSE) return false;
  converter_.reset();
  if (second && !inputs_.first) format_ = second_format_;
  if (second == inputs_.first) return true;
  held_.reset(format_.channels);
  waiting_.reset(format_.channels);
  changed_.notify_all();
  return true;
}

GstFlowReturn SoundLane::play(std::vector<float> samples) {
  const auto channels = static_cast<std::size_t>(format_.channels);
  GstFlowReturn flow = GST_FLOW_OK;
  for (std::size_t at = 0; flow == GST_FLOW_OK && at < samples.size(); at += block * channels) {
    const std::size_t count = std::min(samples.size() - at, block * channels);
    BufferPtr buffer(gst_buffer_new_allocate(nullptr, count * sizeof(float), nullptr));
    gst_buffer_fill(buffer.get(), 0, samples.data() + at, count * sizeof(float));
    const std::int64_t end = next_ + static_cast<std::int64_t>(count / channels);
    GST_BUFFER_PTS(buffer.get()) = static_cast<GstClockTime>(time_of_sample(next_, format_.rate).count());
    GST_BUFFER_DURATION(buffer.get()) =
        static_cast<GstClockTime>(time_of_sample(end, format_.rate).count()) - GST_BUFFER_PTS(buffer.get());
    GST_BUFFER_OFFSET(buffer.get()) = static_cast<guint64>(next_);
    GST_BUFFER_OFFSET_END(buffer.get()) = static_cast<guint64>(end);
    next_ = end;
    flow = push(std::move(buffer));
  }
  return flow;
}

GstFlowReturn SoundLane::first(BufferPtr buffer, Time begin) {
  const MappedBuffer map(buffer.get(), GST_MAP_READ);
  const std::span samples(reinterpret_cast<const float*>(map.data()), map.size() / sizeof(float));
  held_.append(samples, position(begin), tolerance());
  if (leads_) junction_.seen(time_of_sample(held_.end(), format_.rate));
  return play(held_.take_to(position(junction_.earliest())));
}

GstFlowReturn SoundLane::cross(TimeRange overlap) {
  if (format_.rate == 0) return GST_FLOW_OK;
  const std::int64_t begin = position(overlap.begin), length = position(overlap.end) - begin;
  held_.pad_to(begin + length);
  if (const GstFlowReturn flow = play(held_.take_to(begin)); flow != GST_FLOW_OK) return flow;
  std::vector<float> under = held_.take_to(begin + length), over;
  {
    std::unique_lock lock(mutex_);
    if (inputs_.second) changed_.wait(lock, [&] { return waiting_.end() >= length || second_ended_ || stopped_; });
    waiting_.pad_to(length);
    over = waiting_.take_to(length);
  }
  const auto channels = static_cast<std::size_t>(format_.channels);
  for (std::size_t i = 0; i < under.size(); ++i) {
    const auto [out, in] = weights(static_cast<std::int64_t>(i / channels), length);
    under[i] = static_cast<float>(under[i] * out + over[i] * in);
  }
  return play(std::move(under));
}

/// In the first's rate and channels; null is silence, which pushes out what the converter holds back.
std::vector<float> SoundLane::converted(const float* samples, std::size_t frames) {
  if (!converter_) {
    converter_.reset(gst_audio_converter_new(GST_AUDIO_CONVERTER_FLAG_NONE, &second_format_, &format_, nullptr));
    if (!converter_)
      throw Error("the second input's sound cannot be converted to the rate and channels of the first's");
  }
  std::vector<float> out(gst_audio_converter_get_out_frames(converter_.get(), frames) *
                         static_cast<std::size_t>(format_.channels));
  gpointer from[] = {const_cast<float*>(samples)}, to[] = {out.data()};
  if (gst_audio_converter_samples(converter_.get(), GST_AUDIO_CONVERTER_FLAG_NONE, samples != nullptr ? from : nullptr,
                                  frames, to, out.size() / static_cast<std::size_t>(format_.channels)) == FALSE)
    throw Error("the second input's sound could not be converted");
  return out;
}

GstFlowReturn SoundLane::second(BufferPtr buffer, Time begin) {
  std::unique_lock lock(mutex_);
  // What to convert to is known once the first input has told its format.
  if (!handed_over_or(
          lock, [&] { return format_.rate != 0 && waiting_.end() - waiting_.begin() < position(duration_ + spare); }))
    return GST_FLOW_FLUSHING;
  if (format_.rate == 0) return GST_FLOW_NOT_NEGOTIATED;
  const MappedBuffer map(buffer.get(), GST_MAP_READ);
  const auto* const samples = reinterpret_cast<const float*>(map.data());
  const std::size_t frames = map.size() / static_cast<std::size_t>(second_format_.bpf);
  if (second_next_ < Time{0} || std::chrono::abs(begin - second_next_) > std::chrono::milliseconds(40))
    second_next_ = begin;
  const bool same = gst_audio_info_is_equal(&second_format_, &format_) != FALSE;
  waiting_.append(same ? std::vector<float>(samples, samples + map.size() / sizeof(float)) : converted(samples, frames),
                  position(second_next_), tolerance());
  second_next_ += time_of_sample(static_cast<std::int64_t>(frames), second_format_.rate);
  changed_.notify_all();
  return handed_over_ ? drain() : GST_FLOW_OK;
}

GstFlowReturn SoundLane::drain() {
  if (format_.rate == 0) return GST_FLOW_OK;
  if (second_ended_ && converter_) {
    waiting_.append(converted(nullptr, gst_audio_converter_get_max_latency(converter_.get())), waiting_.end(), 0);
    converter_.reset();
  }
  const std::int64_t from = waiting_.begin();
  std::vector<float> samples = waiting_.take_to(waiting_.end());
  if (inputs_.first) return play(std::move(samples));
  // Without a first input's sound this is all there is: silence, then the second's that fades in.
  const std::int64_t begin = position(overlap_.begin), length = position(overlap_.end) - begin;
  const auto channels = static_cast<std::size_t>(format_.channels);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const std::int64_t at = from + static_cast<std::int64_t>(i / channels);
    if (at < length) samples[i] = static_cast<float>(samples[i] * weights(at, length).second);
  }
  if (from == 0) samples.insert(samples.begin(), static_cast<std::size_t>(begin) * channels, 0.0F);
  return play(std::move(samples));
}

}  // namespace reel::timeline
