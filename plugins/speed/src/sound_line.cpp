#include "sound_line.hpp"

#include "clock_time.hpp"

namespace reel::speed {
void SoundLine::begin_run(std::int64_t at) {
  run_.emplace(
      Run{keep_pitch_ ? make_pitch_keeper(info_.rate, info_.channels, speed_) : make_resampler(info_.channels, speed_),
          at, at, output(at)});
}

GstFlowReturn SoundLine::process(GstBuffer* buffer, Time time, const Push& push) {
  const std::int64_t at = sample_at(time, info_.rate);
  const bool apart = run_ && std::abs(at - run_->end) > sample_at(tolerance, info_.rate);
  if (apart)
    if (const GstFlowReturn flow = finish(push); flow != GST_FLOW_OK) return flow;
  if (!run_) begin_run(at);
  std::vector<float> out;
  const MappedBuffer map(buffer, GST_MAP_READ);
  const auto frames = static_cast<std::int64_t>(map.size()) / info_.bpf;
  run_->end += frames;
  run_->stretcher->process(reinterpret_cast<const float*>(map.data()), static_cast<std::size_t>(frames), out);
  return emit(out, push);
}

GstFlowReturn SoundLine::finish(const Push& push) {
  if (!run_) return GST_FLOW_OK;
  std::vector<float> out;
  run_->stretcher->finish(out);
  // The last bit may be missing where the stretcher's own length was rounded the other way.
  const auto due = static_cast<std::size_t>(std::max<std::int64_t>(0, output(run_->end) - run_->out));
  out.resize(std::max(out.size(), due * static_cast<std::size_t>(info_.channels)));
  const GstFlowReturn flow = emit(out, push);
  run_.reset();
  return flow;
}

GstFlowReturn SoundLine::emit(const std::vector<float>& samples, const Push& push) {
  const auto ready = static_cast<std::int64_t>(samples.size()) / info_.channels;
  const std::int64_t frames = std::min(ready, output(run_->end) - run_->out);
  if (frames <= 0) return GST_FLOW_OK;
  const auto bytes = static_cast<gsize>(frames * info_.bpf);
  BufferPtr buffer(gst_buffer_new_allocate(nullptr, bytes, nullptr));
  gst_buffer_fill(buffer.get(), 0, samples.data(), bytes);
  const Time begin = time_of_sample(run_->out, info_.rate), end = time_of_sample(run_->out + frames, info_.rate);
  GST_BUFFER_PTS(buffer.get()) = static_cast<GstClockTime>(begin.count());
  GST_BUFFER_DURATION(buffer.get()) = static_cast<GstClockTime>((end - begin).count());
  if (run_->fresh) GST_BUFFER_FLAG_SET(buffer.get(), GST_BUFFER_FLAG_DISCONT);
  run_->fresh = false;
  run_->out += frames;
  return push(std::move(buffer));
}

}  // namespace reel::speed
