#include "cut.hpp"

namespace reel::timeline {
namespace {

Ranges kept_ranges(const Cut::Params& params) {
  if (params.keep.empty() == params.remove.empty())
    throw Error(params.keep.empty() ? "cut was told nothing: give the ranges to keep or the ranges to "
                                      "remove, as in keep: [1:00..2:00]"
                                    : "cut was given both keep and remove: give one of them");
  const Ranges kept = params.remove.empty() ? params.keep : params.remove.inverted();
  if (kept.empty()) throw Error("nothing is left: remove covers the whole media");
  return kept;
}

Time nanoseconds(GstClockTime t) { return Time{static_cast<std::int64_t>(t)}; }
}  // namespace

void Cut::start(GstElement* e, const Params& params) {
  map_ = KeptTime(kept_ranges(params));
  cutter_.configure(map_, params.crossfade);
  ended_ = 0;
  any_ = false;
  for (auto [lane, name] : {std::pair{&video_, "video_src"}, std::pair{&audio_, "audio_src"}}) {
    *lane = Lane{};
    lane->source = PadPtr(gst_element_get_static_pad(e, name)).get();
    gst_segment_init(&lane->segment, GST_FORMAT_TIME);
  }
}

GstFlowReturn Cut::chain(GstElement*, GstPad* pad, GstBuffer* buffer, const Params&) {
  BufferPtr owned(buffer);
  Lane& lane = lane_of(pad);
  if (lane.done) return GST_FLOW_EOS;
  return &lane == &video_ ? cut_picture(std::move(owned)) : cut_sound(std::move(owned));
}

GstFlowReturn Cut::push(Lane& lane, BufferPtr buffer) {
  lane.any = true;
  return gst_pad_push(lane.source, buffer.release());
}

/// Nothing more will be kept: says so downstream now, so that upstream need not decode the rest.
GstFlowReturn Cut::finish(Lane& lane) {
  lane.done = true;
  {
    const std::lock_guard lock(ends_);
    any_ = any_ || lane.any;
  }
  gst_pad_push_event(lane.source, gst_event_new_eos());
  return GST_FLOW_EOS;
}

GstFlowReturn Cut::cut_picture(BufferPtr buffer) {
  const GstClockTime pts = GST_BUFFER_PTS(buffer.get());
  if (!GST_CLOCK_TIME_IS_VALID(pts)) throw Error("cut got a picture without a time");
  const GstClockTime duration = GST_BUFFER_DURATION(buffer.get());
  const bool timed = GST_CLOCK_TIME_IS_VALID(duration);
  guint64 begin = pts, end = 0;
  if (gst_segment_clip(&video_.segment, GST_FORMAT_TIME, pts, timed ? pts + duration : pts, &begin, &end) == FALSE)
    return GST_FLOW_OK;
  const Time time = detail::stream_time(video_.segment, begin);
  const TimeRange* const range = map_.kept().find(time);
  if (range == nullptr) return time >= (map_.kept().end() - 1)->end ? finish(video_) : GST_FLOW_OK;
  buffer = writable(std::move(buffer));
  GST_BUFFER_PTS(buffer.get()) = clock_time(map_.output(time));
  GST_BUFFER_DTS(buffer.get()) = GST_CLOCK_TIME_NONE;
  if (timed) GST_BUFFER_DURATION(buffer.get()) = clock_time(std::min(nanoseconds(end - begin), range->end - time));
  return push(video_, std::move(buffer));
}

GstFlowReturn Cut::cut_sound(BufferPtr buffer) {
  GstCaps* const caps = gst_pad_get_current_caps(audio_.source);
  GstAudioInfo info;
  const bool good = caps != nullptr && gst_audio_info_from_caps(&info, caps) != FALSE;
  if (caps != nullptr) gst_caps_unref(caps);
  if (!good) return GST_FLOW_NOT_NEGOTIATED;
  if (!GST_BUFFER_PTS_IS_VALID(buffer.get())) throw Error("cut got sound without a time");
  buffer.reset(gst_audio_buffer_clip(buffer.release(), &audio_.segment, info.rate, info.bpf));
  if (buffer == nullptr) return GST_FLOW_OK;
  const Time time = detail::stream_time(audio_.segment, GST_BUFFER_PTS(buffer.get()));
  const GstFlowReturn flow =
      cutter_.process(std::move(buffer), time, [this](BufferPtr part) { return push(audio_, std::move(part)); });
  return flow == GST_FLOW_EOS && !audio_.done ? finish(audio_) : flow;
}

/// Hands on those parts of a gap that are kept.
bool Cut::gap(Lane& lane, GstEvent* event) {
  GstClockTime pts = 0, duration = 0;
  gst_event_parse_gap(event, &pts, &duration);
  if (lane.done) return true;
  const Time begin = detail::stream_time(lane.segment, pts);
  const Time end = GST_CLOCK_TIME_IS_VALID(duration) ? begin + nanoseconds(duration) : begin;
  bool good = true;
  for (const TimeRange& range : map_.kept()) {
    const Time from = std::max(begin, range.begin), to = std::min(end, range.end);
    const bool inside = from < to || (begin == end && range.contains(begin));
    if (!inside) continue;
    const GstClockTime left = GST_CLOCK_TIME_IS_VALID(duration) ? clock_time(to - from) : GST_CLOCK_TIME_NONE;
    good = gst_pad_push_event(lane.source, gst_event_new_gap(clock_time(map_.output(from)), left)) != FALSE && good;
  }
  return good;
}

/// Throws if all that came from start to end of the media was cut away.
void Cut::end(GstElement* e, const Lane& lane) {
  int linked = 0;
  for (const char* name : {"video_sink", "audio_sink"})
    linked += gst_pad_is_linked(PadPtr(gst_element_get_static_pad(e, name)).get()) != FALSE ? 1 : 0;
  const std::lock_guard lock(ends_);
  any_ = any_ || lane.any || !lane.whole;
  if (++ended_ < linked || any_) return;
  throw Error("nothing is left: the media ends before the first range to keep, which starts at " +
              std::to_string(to_seconds(map_.kept()[0].begin)) + " s");
}

bool Cut::sink_event(GstElement* e, GstPad* pad, GstEvent* event) {
  EventPtr owned(event);
  Lane& lane = lane_of(pad);
  switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_SEGMENT: {
      gst_event_copy_segment(event, &lane.segment);
      const GstSegment out = retimed(lane.segment, map_);
      lane.whole = lane.segment.time == 0;
      if (&lane == &audio_) cutter_.expect_jump();
      GstEvent* const made = gst_event_new_segment(&out);
      gst_event_set_seqnum(made, gst_event_get_seqnum(event));
      return gst_pad_push_event(lane.source, made) != FALSE;
    }
    case GST_EVENT_CAPS:
      if (&lane == &audio_) {
        GstCaps* caps = nullptr;
        gst_event_parse_caps(event, &caps);
        GstAudioInfo info;
        if (gst_audio_info_from_caps(&info, caps) == FALSE) return false;
        cutter_.set_format(info);
      }
      break;
    case GST_EVENT_GAP:
      return gap(lane, event);
    case GST_EVENT_EOS:
      if (lane.done) return true;
      lane.done = true;
      end(e, lane);
      break;
    case GST_EVENT_FLUSH_STOP:
      lane.done = false;
      gst_segment_init(&lane.segment, GST_FORMAT_TIME);
      if (&lane == &audio_) cutter_.reset();
      break;
    default:
      break;
  }
  return gst_pad_event_default(pad, GST_OBJECT(e), owned.release()) != FALSE;
}

bool Cut::event(GstElement* e, GstPad* pad, GstEvent* event, const Params& params) {
  if (GST_PAD_IS_SINK(pad)) return sink_event(e, pad, event);
  if (GST_EVENT_TYPE(event) == GST_EVENT_QOS) return gst_event_unref(event), true;  // of another clock than upstream's
  if (GST_EVENT_TYPE(event) == GST_EVENT_SEEK) event = retimed_seek(event, KeptTime(kept_ranges(params)));
  return gst_pad_event_default(pad, GST_OBJECT(e), event) != FALSE;
}

bool Cut::query(GstElement* e, GstPad* pad, GstQuery* query, const Params& params) {
  const auto type = GST_QUERY_TYPE(query);
  if (GST_PAD_IS_SINK(pad) || (type != GST_QUERY_DURATION && type != GST_QUERY_POSITION))
    return gst_pad_query_default(pad, GST_OBJECT(e), query) != FALSE;
  const KeptTime map(kept_ranges(params));
  const PadPtr sink(gst_element_get_static_pad(e, &lane_of(pad) == &video_ ? "video_sink" : "audio_sink"));
  if (retimed_query(sink.get(), query, map)) return true;
  GstFormat format = GST_FORMAT_UNDEFINED;
  if (type != GST_QUERY_DURATION) return false;
  gst_query_parse_duration(query, &format, nullptr);
  // Upstream does not know where it ends, but we do.
  const Time last = (map.kept().end() - 1)->end;
  if (format != GST_FORMAT_TIME || last == Time::max()) return false;
  gst_query_set_duration(query, format, map.output(last).count());
  return true;
}

}  // namespace reel::timeline
