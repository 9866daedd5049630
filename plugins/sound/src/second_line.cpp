#include "second_line.hpp"

#include <algorithm>

namespace reel::sound {
namespace {

/// How much more of it may wait than is needed at once.
constexpr Time ahead = std::chrono::seconds(1);
/// What is kept to be repeated: 46 minutes of 48 kHz in stereo.
constexpr std::size_t most_kept = (std::size_t{1} << 30U) / sizeof(float);

}  // namespace

void SecondLine::set(Gate gate, bool closed) {
  const std::lock_guard lock(mutex_);
  gates_[static_cast<std::size_t>(gate)] = closed;
  changed_.notify_all();
}

void SecondLine::reset(bool repeats, bool alone) {
  const std::lock_guard lock(mutex_);
  gates_.fill(false);
  repeats_ = repeats;
  alone_ = alone;
  format_ = target_ = {};
  finished_ = false;
  wanted_ = 0;
  forget();
}

void SecondLine::clear() {
  const std::lock_guard lock(mutex_);
  finished_ = false;
  forget();
}

void SecondLine::forget() {
  samples_.clear();
  converter_.reset();
  begin_ = run_frames_ = 0;
  run_begin_ = -1;
  too_long_ = false;
}

void SecondLine::set_target(const GstAudioInfo& info) {
  const std::lock_guard lock(mutex_);
  if (target_.rate != 0 && gst_audio_info_is_equal(&target_, &info) != FALSE) return;
  target_ = info;
  wanted_ = 0;
  forget();
  changed_.notify_all();
}

void SecondLine::set_format(const GstAudioInfo& info) {
  const std::lock_guard lock(mutex_);
  end_run();
  format_ = info;
}

std::int64_t SecondLine::end() {
  const std::lock_guard lock(mutex_);
  return target_.channels > 0 ? stored() : 0;
}

GstFlowReturn SecondLine::push(GstBuffer* buffer, Time begin) {
  std::unique_lock lock(mutex_);
  // What to convert to is known once the first input has told its format.
  changed_.wait(lock, [&] {
    const bool room = target_.rate > 0 && (alone_ || stored() - wanted_ < sample_at(ahead, target_.rate));
    return room || closed(Gate::second_flushing) || closed(Gate::main_ended) || closed(Gate::stopped);
  });
  if (closed(Gate::second_flushing) || closed(Gate::stopped)) return GST_FLOW_FLUSHING;
  if (closed(Gate::main_ended)) return GST_FLOW_EOS;
  if (format_.rate == 0) return GST_FLOW_NOT_NEGOTIATED;
  if (run_begin_ < 0 || std::chrono::abs(begin - next_) > rounding) {
    end_run();
    begin_run(sample_at(begin, target_.rate));
    next_ = begin;
  }
  const MappedBuffer map(buffer, GST_MAP_READ);
  const std::size_t frames = map.size() / static_cast<std::size_t>(format_.bpf);
  convert(reinterpret_cast<const float*>(map.data()), frames);
  run_frames_ += static_cast<std::int64_t>(frames);
  next_ += time_of_sample(static_cast<std::int64_t>(frames), format_.rate);
  if (repeats_ && samples_.size() > most_kept) repeats_ = false, too_long_ = true;
  changed_.notify_all();
  return GST_FLOW_OK;
}

void SecondLine::begin_run(std::int64_t at) {
  // What is not repeated may begin anywhere, after a seek.
  if (samples_.empty() && !repeats_) begin_ = at;
  if (at > stored()) samples_.resize(static_cast<std::size_t>((at - begin_) * target_.channels));
  run_begin_ = stored();
  run_frames_ = 0;
}

/// Null is silence, which pushes out what the converter holds back.
void SecondLine::convert(const float* samples, std::size_t frames) {
  const auto channels = static_cast<std::size_t>(target_.channels);
  if (gst_audio_info_is_equal(&format_, &target_) != FALSE) {
    if (samples != nullptr) samples_.insert(samples_.end(), samples, samples + frames * channels);
    return;
  }
  if (!converter_)
    converter_.reset(gst_audio_converter_new(GST_AUDIO_CONVERTER_FLAG_NONE, &format_, &target_, nullptr));
  if (!converter_) throw Error("the second input's sound cannot be converted to the rate and channels of the first's");
  const std::size_t made = gst_audio_converter_get_out_frames(converter_.get(), frames), before = samples_.size();
  samples_.resize(before + made * channels);
  gpointer in[] = {const_cast<float*>(samples)}, out[] = {samples_.data() + before};
  if (gst_audio_converter_samples(converter_.get(), GST_AUDIO_CONVERTER_FLAG_NONE, samples != nullptr ? in : nullptr,
                                  frames, out, made) == FALSE)
    throw Error("the second input's sound could not be converted");
}

/// All that is left of it comes out, and it gets its exact length.
void SecondLine::end_run() {
  if (run_begin_ < 0) return;
  if (converter_) convert(nullptr, gst_audio_converter_get_max_latency(converter_.get()) + 1);
  converter_.reset();
  const auto length = static_cast<std::int64_t>(
      gst_util_uint64_scale_int_round(static_cast<guint64>(run_frames_), target_.rate, format_.rate));
  const std::int64_t due = std::max(begin_, run_begin_ + length) - begin_;
  samples_.resize(static_cast<std::size_t>(due * target_.channels));
  run_begin_ = -1;
}

void SecondLine::finish() {
  const std::lock_guard lock(mutex_);
  end_run();
  finished_ = true;
  changed_.notify_all();
}

void SecondLine::drop_before(std::int64_t position) {
  if (repeats_ || target_.channels == 0) return;
  const std::int64_t frames = std::clamp<std::int64_t>(position, begin_, stored()) - begin_;
  samples_.erase(samples_.begin(), samples_.begin() + static_cast<std::ptrdiff_t>(frames * target_.channels));
  begin_ += frames;
}

void SecondLine::copy(std::int64_t from, std::int64_t count, float* to) const {
  const std::int64_t first = std::max(from, begin_), last = std::min(from + count, stored());
  if (first >= last) return;
  const auto* const source = samples_.data() + (first - begin_) * target_.channels;
  std::copy_n(source, (last - first) * target_.channels, to + (first - from) * target_.channels);
}

std::optional<std::vector<float>> SecondLine::take(std::int64_t from, std::int64_t count) {
  std::unique_lock lock(mutex_);
  const std::int64_t until = from + count;
  drop_before(from);
  wanted_ = until;
  changed_.notify_all();
  const auto given_up = [&] { return closed(Gate::main_flushing) || closed(Gate::stopped); };
  changed_.wait(lock,
                [&] { return given_up() || (!closed(Gate::seeking) && (finished_ || alone_ || stored() >= until)); });
  if (given_up()) return std::nullopt;
  std::vector<float> taken(static_cast<std::size_t>(count * target_.channels));
  const std::int64_t length = stored();
  if (too_long_ && finished_ && until > length)
    throw Error("the second input is too long to be repeated: more than 46 minutes; repeat it beforehand");
  if (!repeats_ || !finished_ || length == 0) {
    copy(from, count, taken.data());
    return taken;
  }
  for (std::int64_t at = from; at < until;) {
    const std::int64_t place = at % length, part = std::min(until - at, length - place);
    copy(place, part, taken.data() + (at - from) * target_.channels);
    at += part;
  }
  return taken;
}

void SecondLine::skip_to(std::int64_t position) {
  const std::lock_guard lock(mutex_);
  drop_before(position);
  wanted_ = position;
  changed_.notify_all();
}

}  // namespace reel::sound
