#include "mix.hpp"

#include <algorithm>

namespace reel::sound {
namespace {

/// At the ends of `during` the mix comes and goes within this time, so that nothing clicks.
constexpr Time edge = std::chrono::milliseconds(5);
/// Keyframed parameters are read at both ends of so many samples, and go straight in between: 5 ms at 48 kHz.
constexpr std::int64_t step = 240;
/// Samples a channel in a buffer of our own.
constexpr std::int64_t block = 4800;

bool is_main(GstPad* pad) { return std::string_view(GST_PAD_NAME(pad)) == "audio_sink_0"; }

/// How much of the mix is heard, from 0 to 1.
double share_at(const Ranges& during, Time time) {
  if (during.empty()) return 1;
  const TimeRange* const range = during.find(time);
  if (range == nullptr) return 0;
  // An edge at the very start of the media is no edge: there is nothing else before it.
  const Time since = range->begin == Time{0} ? edge : time - range->begin;
  const Time left = range->end == Time::max() ? edge : range->end - time;
  return std::clamp(to_seconds(std::min(since, left)) / to_seconds(edge), 0.0, 1.0);
}

double between(double from, double to, double share) { return from + share * (to - from); }

bool outside(const Ranges& during, Time begin, Time end) {
  return !during.empty() &&
         std::ranges::none_of(during, [&](const TimeRange& r) { return begin < r.end && r.begin < end; });
}

}  // namespace

void Mix::start(GstElement* e, const Params& params) {
  const auto pad = [&](const char* name) { return PadPtr(gst_element_get_static_pad(e, name)); };
  if (pad("audio_sink_2")) throw Error("mix plays two inputs; mix a third into the result with a mix of its own");
  if (!pad("audio_sink_1"))
    throw Error("mix has no second input with sound; name two stages in from, the one that is mixed in last");
  alone_ = !pad("audio_sink_0");
  source_ = pad("audio_src").get();
  line_.reset(params.at_end == AtEnd::repeat, alone_);
  gst_segment_init(&segment_, GST_FORMAT_TIME);
  gst_segment_init(&second_segment_, GST_FORMAT_TIME);
  format_ = {};
  next_ = 0;
}

void Mix::unlock(GstElement*) { line_.set(SecondLine::Gate::stopped, true); }

GstFlowReturn Mix::chain(GstElement* e, GstPad* pad, GstBuffer* buffer, const Params& params) {
  BufferPtr owned(buffer);
  if (!GST_BUFFER_PTS_IS_VALID(buffer)) throw Error("mix got sound without a time");
  return is_main(pad) ? chain_main(e, std::move(owned)) : chain_second(e, std::move(owned), params);
}

GstFlowReturn Mix::chain_second(GstElement* e, BufferPtr buffer, const Params& params) {
  const Time begin = detail::stream_time(second_segment_, GST_BUFFER_PTS(buffer.get()));
  const GstFlowReturn flow = line_.push(buffer.get(), begin);
  if (flow != GST_FLOW_OK || !alone_) return flow;
  const std::int64_t end = main_end(params), ready = sample_at(params.start, format_.rate) + line_.end();
  // What the converter holds back may be the end.
  if (const GstFlowReturn played = fill(e, std::min(end, ready)); played != GST_FLOW_OK) return played;
  return ready < end ? GST_FLOW_OK : GST_FLOW_EOS;
}

GstFlowReturn Mix::chain_main(GstElement* e, BufferPtr buffer) {
  if (format_.rate == 0) return GST_FLOW_NOT_NEGOTIATED;
  buffer.reset(gst_audio_buffer_clip(buffer.release(), &segment_, format_.rate, format_.bpf));
  if (buffer == nullptr) return GST_FLOW_OK;
  std::int64_t at = sample_at(detail::stream_time(segment_, GST_BUFFER_PTS(buffer.get())), format_.rate);
  if (std::abs(at - next_) <= sample_at(rounding, format_.rate)) at = next_;
  if (const GstFlowReturn flow = fill(e, at); flow != GST_FLOW_OK) return flow;
  buffer = writable(std::move(buffer));
  // What was a gap is none where the second is heard.
  GST_BUFFER_FLAG_UNSET(buffer.get(), GST_BUFFER_FLAG_GAP);
  {
    const MappedBuffer map(buffer.get(), GST_MAP_READWRITE);
    const auto frames = static_cast<std::int64_t>(map.size()) / format_.bpf;
    if (const auto flow = mix(e, reinterpret_cast<float*>(map.data()), at, frames); flow != GST_FLOW_OK) return flow;
    next_ = at + frames;
  }
  return gst_pad_push(source_, buffer.release());
}

/// Up to there the first input is silent.
GstFlowReturn Mix::fill(GstElement* e, std::int64_t until) {
  GstFlowReturn flow = GST_FLOW_OK;
  while (flow == GST_FLOW_OK && next_ < until) {
    const std::int64_t frames = std::min(block, until - next_);
    std::vector<float> samples(static_cast<std::size_t>(frames * format_.channels));
    if (flow = mix(e, samples.data(), next_, frames); flow != GST_FLOW_OK) return flow;
    BufferPtr buffer(gst_buffer_new_allocate(nullptr, samples.size() * sizeof(float), nullptr));
    gst_buffer_fill(buffer.get(), 0, samples.data(), samples.size() * sizeof(float));
    const Time begin = time_of_sample(next_, format_.rate);
    next_ += frames;
    const Time end = time_of_sample(next_, format_.rate);
    // Times in the segment that was told: it may begin elsewhere.
    const guint64 pts =
        gst_segment_position_from_stream_time(&segment_, GST_FORMAT_TIME, static_cast<guint64>(begin.count()));
    GST_BUFFER_PTS(buffer.get()) = GST_CLOCK_TIME_IS_VALID(pts) ? pts : static_cast<GstClockTime>(begin.count());
    GST_BUFFER_DURATION(buffer.get()) = static_cast<GstClockTime>((end - begin).count());
    flow = gst_pad_push(source_, buffer.release());
  }
  return flow;
}

GstFlowReturn Mix::mix(GstElement* e, float* samples, std::int64_t at, std::int64_t frames) {
  for (std::int64_t done = 0; done < frames; done += step)
    if (!mix_block(e, samples + done * format_.channels, at + done, std::min(step, frames - done)))
      return GST_FLOW_FLUSHING;
  return GST_FLOW_OK;
}

/// False: give up.
bool Mix::mix_block(GstElement* e, float* samples, std::int64_t at, std::int64_t frames) {
  const Time begin = time_of_sample(at, format_.rate), end = time_of_sample(at + frames, format_.rate);
  const Params from = params_at(e, begin), to = params_at(e, end);
  const std::int64_t own = at - sample_at(from.start, format_.rate);
  if (outside(from.during, begin, end)) return line_.skip_to(own), true;
  std::vector<float> second;
  if (own + frames > 0 && (from.volume > 0 || to.volume > 0)) {
    auto taken = line_.take(std::max<std::int64_t>(0, own), frames + std::min<std::int64_t>(0, own));
    if (!taken) return false;
    second = std::move(*taken);
  } else {
    line_.skip_to(own + frames);
  }
  const std::int64_t silent = frames - static_cast<std::int64_t>(second.size()) / format_.channels;
  for (std::int64_t i = 0; i < frames; ++i) {
    const double place = static_cast<double>(i) / static_cast<double>(frames);
    const double share = share_at(from.during, time_of_sample(at + i, format_.rate));
    const double original = 1 + share * (between(from.original, to.original, place) - 1);
    const double volume = share * between(from.volume, to.volume, place);
    for (int c = 0; c < format_.channels; ++c) {
      float& sample = samples[i * format_.channels + c];
      const double over =
          i < silent ? 0.0 : static_cast<double>(second[static_cast<std::size_t>((i - silent) * format_.channels + c)]);
      sample = static_cast<float>(original * static_cast<double>(sample) + volume * over);
    }
  }
  return true;
}

/// Where the first input ends, if that is known.
std::int64_t Mix::main_end(const Params& params) const {
  return params.main_length > Time{0} ? sample_at(params.main_length, format_.rate)
                                      : std::numeric_limits<std::int64_t>::max();
}

bool Mix::event(GstElement* e, GstPad* pad, GstEvent* event, const Params& params) {
  EventPtr owned(event);
  if (!GST_PAD_IS_SINK(pad)) {
    if (GST_EVENT_TYPE(event) == GST_EVENT_SEEK) return seek(e, std::move(owned), params);
    return gst_pad_event_default(pad, GST_OBJECT(e), owned.release()) != FALSE;
  }
  return is_main(pad) ? main_event(e, pad, std::move(owned), params) : second_event(e, std::move(owned), params);
}

bool Mix::set_main_format(GstEvent* event) {
  GstCaps* caps = nullptr;
  gst_event_parse_caps(event, &caps);
  if (gst_audio_info_from_caps(&format_, caps) == FALSE) return false;
  line_.set_target(format_);
  return true;
}

bool Mix::main_event(GstElement* e, GstPad* pad, EventPtr event, const Params& params) {
  using Gate = SecondLine::Gate;
  switch (GST_EVENT_TYPE(event.get())) {
    case GST_EVENT_CAPS:
      if (!set_main_format(event.get())) return false;
      break;
    case GST_EVENT_SEGMENT:
      gst_event_copy_segment(event.get(), &segment_);
      next_ = sample_at(Time{static_cast<std::int64_t>(segment_.time)}, format_.rate);
      break;
    case GST_EVENT_GAP: {
      GstClockTime pts = 0, length = 0;
      gst_event_parse_gap(event.get(), &pts, &length);
      if (format_.rate == 0 || !GST_CLOCK_TIME_IS_VALID(length)) break;
      return fill(e, sample_at(detail::stream_time(segment_, pts + length), format_.rate)) == GST_FLOW_OK;
    }
    case GST_EVENT_FLUSH_START:
      line_.set(Gate::main_flushing, true);
      break;
    case GST_EVENT_FLUSH_STOP:
      line_.set(Gate::main_flushing, false);
      line_.set(Gate::main_ended, false);
      break;
    case GST_EVENT_EOS:
      // Sound may be shorter than the pictures beside it.
      if (const std::int64_t end = main_end(params); format_.rate > 0 && end < std::numeric_limits<std::int64_t>::max())
        if (end - next_ > sample_at(rounding, format_.rate)) fill(e, end);
      line_.set(Gate::main_ended, true);
      break;
    default:
      break;
  }
  return gst_pad_event_default(pad, GST_OBJECT(e), event.release()) != FALSE;
}

/// The second input's events end here, unless it is all there is; else the output follows the first.
bool Mix::second_event(GstElement* e, EventPtr event, const Params& params) {
  using Gate = SecondLine::Gate;
  switch (GST_EVENT_TYPE(event.get())) {
    case GST_EVENT_CAPS: {
      GstCaps* caps = nullptr;
      gst_event_parse_caps(event.get(), &caps);
      GstAudioInfo info;
      if (gst_audio_info_from_caps(&info, caps) == FALSE) return false;
      if (alone_ && !set_main_format(event.get())) return false;
      line_.set_format(info);
      return !alone_ || lead(std::move(event));
    }
    case GST_EVENT_SEGMENT: {
      gst_event_copy_segment(event.get(), &second_segment_);
      if (!alone_) return second_segment_.format == GST_FORMAT_TIME;
      return lead(EventPtr(gst_event_new_segment(&segment_)));
    }
    case GST_EVENT_FLUSH_START:
      line_.set(Gate::second_flushing, true);
      return true;
    case GST_EVENT_FLUSH_STOP:
      line_.clear();
      gst_segment_init(&second_segment_, GST_FORMAT_TIME);
      line_.set(Gate::second_flushing, false);
      return true;
    case GST_EVENT_EOS:
      line_.finish();
      return !alone_ || end_alone(e, params);
    case GST_EVENT_STREAM_START:
      return !alone_ || lead(std::move(event));
    default:
      return true;
  }
}

bool Mix::lead(EventPtr event) { return gst_pad_push_event(source_, event.release()) != FALSE; }

bool Mix::end_alone(GstElement* e, const Params& params) {
  if (format_.rate > 0) {
    const bool known = params.main_length > Time{0};
    if (!known && params.at_end == AtEnd::repeat)
      throw Error("the second input cannot be repeated: the first has no sound, and how long it is is not known");
    fill(e, known ? main_end(params) : sample_at(params.start, format_.rate) + line_.end());
  }
  return lead(EventPtr(gst_event_new_eos()));
}

/// Where the second input has to be sent for a moment of the first: `start` is its beginning. What is repeated is needed whole.
bool Mix::seek(GstElement* e, EventPtr event, const Params& params) {
  if (alone_) return false;
  const PadPtr main(gst_element_get_static_pad(e, "audio_sink_0")),
      second(gst_element_get_static_pad(e, "audio_sink_1"));
  gdouble rate = 1;
  GstFormat format = GST_FORMAT_UNDEFINED;
  GstSeekFlags flags = GST_SEEK_FLAG_NONE;
  GstSeekType begin_type = GST_SEEK_TYPE_NONE, end_type = GST_SEEK_TYPE_NONE;
  gint64 begin = 0, end = 0;
  gst_event_parse_seek(event.get(), &rate, &format, &flags, &begin_type, &begin, &end_type, &end);
  const guint32 number = gst_event_get_seqnum(event.get());
  const bool both = second && format == GST_FORMAT_TIME && begin_type == GST_SEEK_TYPE_SET;
  // Until the second input is there, too, the first's thread must not take its silence for an end.
  const bool holds = both && (flags & GST_SEEK_FLAG_FLUSH) != 0;
  if (holds) line_.set(SecondLine::Gate::seeking, true);
  const bool sent = gst_pad_push_event(main.get(), event.release()) != FALSE;
  if (both) {
    gint64 own = params.at_end == AtEnd::repeat ? 0 : std::max<gint64>(0, begin - params.start.count()), length = 0;
    if (gst_pad_peer_query_duration(second.get(), GST_FORMAT_TIME, &length) != FALSE)
      own = std::clamp<gint64>(own, 0, std::max<gint64>(0, length - gint64{GST_SECOND}));
    // To its end, whatever the first's is: what comes too late is not heard.
    GstEvent* const seek =
        gst_event_new_seek(rate, format, static_cast<GstSeekFlags>(flags | GST_SEEK_FLAG_ACCURATE), begin_type, own,
                           GST_SEEK_TYPE_SET, static_cast<gint64>(GST_CLOCK_TIME_NONE));
    gst_event_set_seqnum(seek, number);
    gst_pad_push_event(second.get(), seek);
  }
  line_.set(SecondLine::Gate::seeking, false);
  return sent;
}

bool Mix::query(GstElement* e, GstPad* pad, GstQuery* query, const Params&) {
  const auto type = GST_QUERY_TYPE(query);
  if (type == GST_QUERY_ALLOCATION && GST_PAD_IS_SINK(pad) && !is_main(pad)) return false;
  return gst_pad_query_default(pad, GST_OBJECT(e), query) != FALSE;
}

}  // namespace reel::sound
