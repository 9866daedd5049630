#include "normalize.hpp"

namespace reel::sound {
namespace {

/// Sound within so much of where it should be goes on without a gap: containers round timestamps.
constexpr Time tolerance = std::chrono::milliseconds(40);

double factor(double decibels) { return std::pow(10, decibels / 20); }

}  // namespace

void Normalize::start(GstElement* e, const Params&) {
  source_ = PadPtr(gst_element_get_static_pad(e, "src")).get();
  info_ = {};
  meter_.reset();
  run_.reset();
}

void Normalize::begin_run(std::int64_t at, const Params& params) {
  run_.emplace(Run{at, at, at, {}, {}});
  double gain = 0;
  if (!measured(params))
    run_->leveler.emplace(info_, params.target, *meter_);
  else if (params.measured_loudness > LoudnessMeter::silence)
    gain = params.target - params.measured_loudness;
  gain_ = factor(gain);
  const bool low = measured(params) && params.measured_peak != 0 && params.measured_peak + gain <= params.true_peak;
  if (!low) run_->limiter.emplace(info_.rate, info_.channels, factor(params.true_peak));
}

GstFlowReturn Normalize::chain(GstElement*, GstPad*, GstBuffer* buffer, const Params& params) {
  const BufferPtr owned(buffer);
  if (info_.rate == 0) return GST_FLOW_NOT_NEGOTIATED;
  if (!meter_ && !measured(params)) meter_.emplace(info_);
  std::int64_t at = run_ ? run_->in : 0;
  if (GST_BUFFER_PTS_IS_VALID(buffer)) {
    const std::int64_t stamped = sample_at(Time{static_cast<std::int64_t>(GST_BUFFER_PTS(buffer))}, info_.rate);
    if (!run_ || std::abs(stamped - at) > sample_at(tolerance, info_.rate)) at = stamped;
  }
  if (run_ && at != run_->in)
    if (const GstFlowReturn flow = finish_run(); flow != GST_FLOW_OK) return flow;
  if (!run_) begin_run(at, params);
  const MappedBuffer map(buffer, GST_MAP_READ);
  const auto frames = map.size() / static_cast<std::size_t>(info_.bpf);
  run_->in += static_cast<std::int64_t>(frames);
  return shape(reinterpret_cast<const float*>(map.data()), frames);
}

GstFlowReturn Normalize::shape(const float* samples, std::size_t frames) {
  std::vector<float> levelled;
  if (run_->leveler) {
    run_->leveler->process(samples, frames, levelled);
  } else {
    levelled.assign(samples, samples + frames * static_cast<std::size_t>(info_.channels));
    for (float& v : levelled) v *= static_cast<float>(gain_);
  }
  if (!run_->limiter) return emit(levelled);
  std::vector<float> out;
  run_->limiter->process(levelled.data(), levelled.size() / static_cast<std::size_t>(info_.channels), out);
  return emit(out);
}

GstFlowReturn Normalize::finish_run() {
  if (!run_) return GST_FLOW_OK;
  std::vector<float> levelled, out;
  if (run_->leveler) run_->leveler->finish(levelled);
  if (run_->limiter) {
    run_->limiter->process(levelled.data(), levelled.size() / static_cast<std::size_t>(info_.channels), out);
    run_->limiter->finish(out);
  } else {
    out = std::move(levelled);
  }
  const GstFlowReturn flow = emit(out);
  run_.reset();
  return flow;
}

GstFlowReturn Normalize::emit(const std::vector<float>& samples) {
  if (samples.empty()) return GST_FLOW_OK;
  BufferPtr buffer(gst_buffer_new_allocate(nullptr, samples.size() * sizeof(float), nullptr));
  gst_buffer_fill(buffer.get(), 0, samples.data(), samples.size() * sizeof(float));
  const bool fresh = run_->out == run_->begin;
  const Time begin = time_of_sample(run_->out, info_.rate);
  run_->out += static_cast<std::int64_t>(samples.size()) / info_.channels;
  GST_BUFFER_PTS(buffer.get()) = static_cast<GstClockTime>(begin.count());
  GST_BUFFER_DURATION(buffer.get()) =
      static_cast<GstClockTime>((time_of_sample(run_->out, info_.rate) - begin).count());
  if (fresh) GST_BUFFER_FLAG_SET(buffer.get(), GST_BUFFER_FLAG_DISCONT);
  return gst_pad_push(source_, buffer.release());
}

/// What a second pass needs.
void Normalize::report(GstElement* e) const {
  if (!meter_) return;
  const double loudness = meter_->integrated().value_or(-200), peak = std::clamp(meter_->true_peak(), -200.0, 40.0);
  GstStructure* const found = gst_structure_new(REEL_MESSAGE_MEASURED, "measured-loudness", G_TYPE_DOUBLE, loudness,
                                                "measured-peak", G_TYPE_DOUBLE, peak, nullptr);
  gst_element_post_message(e, gst_message_new_element(GST_OBJECT(e), found));
}

bool Normalize::event(GstElement* e, GstPad* pad, GstEvent* event, const Params&) {
  EventPtr owned(event);
  const auto type = GST_EVENT_TYPE(event);
  if (GST_PAD_IS_SINK(pad)) {
    if (type == GST_EVENT_SEGMENT || type == GST_EVENT_CAPS || type == GST_EVENT_EOS) finish_run();
    if (type == GST_EVENT_EOS) report(e);
    if (type == GST_EVENT_FLUSH_STOP) run_.reset(), meter_.reset();
    if (type == GST_EVENT_GAP) return true;  // sound before it may still be on its way; the next buffer's time tells
    if (type == GST_EVENT_CAPS) {
      GstCaps* caps = nullptr;
      gst_event_parse_caps(event, &caps);
      GstAudioInfo info;
      if (gst_audio_info_from_caps(&info, caps) == FALSE) return false;
      if (info.rate != info_.rate || info.channels != info_.channels) meter_.reset();
      info_ = info;
    }
  }
  return gst_pad_event_default(pad, GST_OBJECT(e), owned.release()) != FALSE;
}

bool Normalize::query(GstElement* e, GstPad* pad, GstQuery* query, const Params& params) {
  if (gst_pad_query_default(pad, GST_OBJECT(e), query) == FALSE) return false;
  if (GST_QUERY_TYPE(query) != GST_QUERY_LATENCY || GST_PAD_IS_SINK(pad)) return true;
  gboolean live = FALSE;
  GstClockTime least = 0, most = 0;
  gst_query_parse_latency(query, &live, &least, &most);
  const auto own = static_cast<GstClockTime>(
      from_seconds(PeakLimiter::look_ahead_seconds() + (measured(params) ? 0 : Leveler::look_ahead_seconds())).count());
  gst_query_set_latency(query, live, least + own, GST_CLOCK_TIME_IS_VALID(most) ? most + own : most);
  return true;
}

}  // namespace reel::sound
