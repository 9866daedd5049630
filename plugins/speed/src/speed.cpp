#include "speed.hpp"

#include "clock_time.hpp"

namespace reel::speed {
namespace {

/// What the pad on the other side can do, at any frame rate.
bool answer_caps(GstElement* e, GstPad* pad, GstQuery* query) {
  const PadPtr other(gst_element_get_static_pad(e, GST_PAD_IS_SINK(pad) ? "video_src" : "video_sink"));
  const CapsPtr allowed(gst_pad_get_pad_template_caps(pad));
  CapsPtr caps(gst_caps_make_writable(gst_pad_peer_query_caps(other.get(), allowed.get())));
  for (guint i = 0; i < gst_caps_get_size(caps.get()); ++i)
    gst_structure_remove_fields(gst_caps_get_structure(caps.get(), i), "framerate", "max-framerate", nullptr);
  GstCaps* filter = nullptr;
  gst_query_parse_caps(query, &filter);
  if (filter != nullptr) caps.reset(gst_caps_intersect_full(filter, caps.get(), GST_CAPS_INTERSECT_FIRST));
  gst_query_set_caps_result(query, caps.get());
  return true;
}

}  // namespace

ScaledTime ScaledTime::of(double rate) {
  gint n = 1, d = 1;
  gst_util_double_to_fraction(rate, &n, &d);
  return {static_cast<guint64>(n), static_cast<guint64>(d)};
}

void Speed::start(GstElement* e, const Params& params) {
  map_ = ScaledTime::of(params.rate);
  line_.configure(params.rate, params.keep_pitch);
  line_.reset();
  for (auto [lane, name] : {std::pair{&video_, "video_src"}, std::pair{&audio_, "audio_src"}}) {
    *lane = Lane{};
    lane->source = PadPtr(gst_element_get_static_pad(e, name)).get();
    gst_segment_init(&lane->segment, GST_FORMAT_TIME);
  }
  // The frame rate is not the same on both sides.
  for (const char* name : {"video_sink", "video_src"})
    GST_PAD_UNSET_PROXY_CAPS(PadPtr(gst_element_get_static_pad(e, name)).get());
}

GstFlowReturn Speed::chain(GstElement*, GstPad* pad, GstBuffer* buffer, const Params& params) {
  BufferPtr owned(buffer);
  Lane& lane = lane_of(pad);
  if (params.rate == 1) return gst_pad_push(lane.source, owned.release());
  if (!GST_BUFFER_PTS_IS_VALID(buffer)) throw Error("speed got a picture or sound without a time");
  return &lane == &video_ ? push_picture(std::move(owned)) : push_sound(std::move(owned));
}

GstFlowReturn Speed::push_picture(BufferPtr buffer) {
  const Time begin = detail::stream_time(video_.segment, GST_BUFFER_PTS(buffer.get()));
  buffer = writable(std::move(buffer));
  GST_BUFFER_PTS(buffer.get()) = clock_time(map_.output(begin));
  GST_BUFFER_DTS(buffer.get()) = GST_CLOCK_TIME_NONE;
  if (GST_BUFFER_DURATION_IS_VALID(buffer.get())) {
    const Time end = begin + nanoseconds(GST_BUFFER_DURATION(buffer.get()));
    GST_BUFFER_DURATION(buffer.get()) = clock_time(map_.output(end) - map_.output(begin));
  }
  return gst_pad_push(video_.source, buffer.release());
}

SoundLine::Push Speed::to_sound() {
  return [this](BufferPtr made) { return gst_pad_push(audio_.source, made.release()); };
}

GstFlowReturn Speed::push_sound(BufferPtr buffer) {
  const GstAudioInfo& info = line_.format();
  if (info.rate == 0) return GST_FLOW_NOT_NEGOTIATED;
  buffer.reset(gst_audio_buffer_clip(buffer.release(), &audio_.segment, info.rate, info.bpf));
  if (buffer == nullptr) return GST_FLOW_OK;
  return line_.process(buffer.get(), detail::stream_time(audio_.segment, GST_BUFFER_PTS(buffer.get())), to_sound());
}

bool Speed::push_video_caps(GstEvent* event) {
  GstCaps* caps = nullptr;
  gst_event_parse_caps(event, &caps);
  const CapsPtr made(gst_caps_copy(caps));
  GstStructure* const s = gst_caps_get_structure(made.get(), 0);
  for (const char* field : {"framerate", "max-framerate"}) {
    gint n = 0, d = 1;
    if (gst_structure_get_fraction(s, field, &n, &d) == FALSE || n == 0) continue;
    if (gst_util_fraction_multiply(n, d, static_cast<gint>(map_.numerator), static_cast<gint>(map_.denominator), &n,
                                   &d) == FALSE)
      n = 0, d = 1;  // too odd a number to say: variable
    gst_structure_set(s, field, GST_TYPE_FRACTION, n, d, nullptr);
  }
  GstEvent* const out = gst_event_new_caps(made.get());
  gst_event_set_seqnum(out, gst_event_get_seqnum(event));
  return gst_pad_push_event(video_.source, out) != FALSE;
}

bool Speed::push_gap(Lane& lane, GstEvent* event) {
  GstClockTime pts = 0, length = 0;
  gst_event_parse_gap(event, &pts, &length);
  const Time begin = detail::stream_time(lane.segment, pts);
  if (GST_CLOCK_TIME_IS_VALID(length))
    length = clock_time(map_.output(begin + nanoseconds(length)) - map_.output(begin));
  return gst_pad_push_event(lane.source, gst_event_new_gap(clock_time(map_.output(begin)), length)) != FALSE;
}

bool Speed::sink_event(GstElement* e, GstPad* pad, GstEvent* event) {
  EventPtr owned(event);
  Lane& lane = lane_of(pad);
  const auto type = GST_EVENT_TYPE(event);
  const bool ends_run =
      type == GST_EVENT_CAPS || type == GST_EVENT_SEGMENT || type == GST_EVENT_GAP || type == GST_EVENT_EOS;
  if (&lane == &audio_ && ends_run && lane.source != nullptr) line_.finish(to_sound());
  switch (type) {
    case GST_EVENT_SEGMENT: {
      gst_event_copy_segment(event, &lane.segment);
      const GstSegment out = retimed(lane.segment, map_);
      GstEvent* const made = gst_event_new_segment(&out);
      gst_event_set_seqnum(made, gst_event_get_seqnum(event));
      return gst_pad_push_event(lane.source, made) != FALSE;
    }
    case GST_EVENT_CAPS: {
      if (&lane == &video_) return push_video_caps(event);
      GstCaps* caps = nullptr;
      gst_event_parse_caps(event, &caps);
      GstAudioInfo info;
      if (gst_audio_info_from_caps(&info, caps) == FALSE) return false;
      line_.set_format(info);
      break;
    }
    case GST_EVENT_GAP:
      return push_gap(lane, event);
    case GST_EVENT_FLUSH_STOP:
      if (&lane == &audio_) line_.reset();
      break;
    default:
      break;
  }
  return gst_pad_event_default(pad, GST_OBJECT(e), owned.release()) != FALSE;
}

bool Speed::event(GstElement* e, GstPad* pad, GstEvent* event, const Params& params) {
  if (GST_PAD_IS_SINK(pad)) return sink_event(e, pad, event);
  if (GST_EVENT_TYPE(event) == GST_EVENT_QOS) return gst_event_unref(event), true;  // of another clock than upstream's
  if (GST_EVENT_TYPE(event) == GST_EVENT_SEEK) event = retimed_seek(event, ScaledTime::of(params.rate));
  return gst_pad_event_default(pad, GST_OBJECT(e), event) != FALSE;
}

bool Speed::query(GstElement* e, GstPad* pad, GstQuery* query, const Params& params) {
  const bool video = &lane_of(pad) == &video_;
  const auto type = GST_QUERY_TYPE(query);
  if (type == GST_QUERY_CAPS && video) return answer_caps(e, pad, query);
  if (GST_PAD_IS_SRC(pad) && (type == GST_QUERY_DURATION || type == GST_QUERY_POSITION)) {
    const PadPtr sink(gst_element_get_static_pad(e, video ? "video_sink" : "audio_sink"));
    return retimed_query(sink.get(), query, ScaledTime::of(params.rate));
  }
  return gst_pad_query_default(pad, GST_OBJECT(e), query) != FALSE;
}

}  // namespace reel::speed
