#include "transition.hpp"

namespace reel::timeline {
namespace {

bool is_second(GstPad* pad) { return std::string_view(GST_PAD_NAME(pad)).ends_with("_1"); }

}  // namespace

void Transition::start(GstElement* e, const Params& params) {
  junction_.reset(params.duration);
  for (auto [side, name] : {std::pair{&video_, "video_"}, std::pair{&audio_, "audio_"}}) {
    const auto pad = [&, name = std::string(name)](const char* which) {
      return PadPtr(gst_element_get_static_pad(e, (name + which).c_str()));
    };
    if (pad("sink_2"))
      throw Error("transition joins two inputs; join a third to the result with a transition of its own");
    side->inputs = {.first = pad("sink_0") != nullptr, .second = pad("sink_1") != nullptr};
    side->source = pad("src").get();
    for (GstSegment& segment : side->segments) gst_segment_init(&segment, GST_FORMAT_TIME);
    side->lane.reset(side->inputs, side->source);
  }
  if (!video_.inputs.second && !audio_.inputs.second)
    throw Error("transition has no second input: name two stages in from, in the order in which they are to play");
  if (!video_.inputs.first && !audio_.inputs.first)
    throw Error("transition's first input has neither pictures nor sound");
  pictures_.set_kind(params.kind, params.color);
  sound_.set_leads(!video_.inputs.first);
  sound_.set_duration(params.duration);
}

void Transition::unlock(GstElement*) {
  junction_.stop();
  pictures_.stop();
  sound_.stop();
}

GstFlowReturn Transition::chain(GstElement*, GstPad* pad, GstBuffer* buffer, const Params&) {
  BufferPtr owned(buffer);
  Side& side = side_of(pad);
  const bool second = is_second(pad);
  if (!GST_BUFFER_PTS_IS_VALID(buffer)) throw Error("transition got pictures or sound without a time");
  const Time begin = detail::stream_time(side.segments[second ? 1 : 0], GST_BUFFER_PTS(buffer));
  return second ? side.lane.second(std::move(owned), begin) : side.lane.first(std::move(owned), begin);
}

/// The end of an input. That of the second is the end of all; that of the first, where there is no second.
bool Transition::end(Side& side, bool second) {
  const bool leads = !second && (&side == &video_ || !video_.inputs.first);
  if (leads) junction_.settle();
  const GstFlowReturn flow = second ? side.lane.end_second() : side.lane.end_first();
  if (second || !side.inputs.second || flow != GST_FLOW_OK)
    return gst_pad_push_event(side.source, gst_event_new_eos()) != FALSE;
  return true;
}

bool Transition::sink_event(GstElement* e, GstPad* pad, EventPtr event) {
  Side& side = side_of(pad);
  const bool second = is_second(pad), leads = !second || !side.inputs.first;
  switch (GST_EVENT_TYPE(event.get())) {
    case GST_EVENT_CAPS: {
      GstCaps* caps = nullptr;
      gst_event_parse_caps(event.get(), &caps);
      if (!side.lane.set_format(second, caps)) return false;
      return !leads || gst_pad_push_event(side.source, event.release()) != FALSE;
    }
    case GST_EVENT_SEGMENT: {
      gst_event_copy_segment(event.get(), &side.segments[second ? 1 : 0]);
      if (!leads) return true;
      GstSegment plain;
      gst_segment_init(&plain, GST_FORMAT_TIME);
      return gst_pad_push_event(side.source, gst_event_new_segment(&plain)) != FALSE;
    }
    case GST_EVENT_EOS:
      return end(side, second);
    case GST_EVENT_GAP:
      return true;
    case GST_EVENT_FLUSH_START:
    case GST_EVENT_FLUSH_STOP:
      return false;  // seeks are refused, so nothing flushes
    default:
      break;
  }
  if (!leads) return true;
  return second ? gst_pad_push_event(side.source, event.release()) != FALSE
                : gst_pad_event_default(pad, GST_OBJECT(e), event.release()) != FALSE;
}

bool Transition::event(GstElement* e, GstPad* pad, GstEvent* event, const Params&) {
  EventPtr owned(event);
  if (GST_PAD_IS_SINK(pad)) return sink_event(e, pad, std::move(owned));
  // Where the second input begins is known only to who has seen the end of the first: nothing here can be
  // sought.
  if (GST_EVENT_TYPE(event) == GST_EVENT_SEEK || GST_EVENT_TYPE(event) == GST_EVENT_QOS) return false;
  return gst_pad_event_default(pad, GST_OBJECT(e), owned.release()) != FALSE;
}

bool Transition::query(GstElement* e, GstPad* pad, GstQuery* query, const Params& params) {
  const auto type = GST_QUERY_TYPE(query);
  if (type == GST_QUERY_ALLOCATION) return false;  // pictures wait here, so a small pool downstream would run dry
  if (type == GST_QUERY_SEEKING || GST_PAD_IS_SINK(pad) || type != GST_QUERY_DURATION)
    return type != GST_QUERY_SEEKING && gst_pad_query_default(pad, GST_OBJECT(e), query) != FALSE;
  GstFormat format = GST_FORMAT_UNDEFINED;
  gst_query_parse_duration(query, &format, nullptr);
  if (format != GST_FORMAT_TIME) return false;
  std::array<Time, 2> lengths{};
  for (std::size_t i = 0; i < 2; ++i) {
    for (const char* kind : {"video_sink_", "audio_sink_"}) {
      const PadPtr sink(gst_element_get_static_pad(e, (kind + std::to_string(i)).c_str()));
      gint64 length = -1;
      if (sink && lengths[i] == Time{0} && gst_pad_peer_query_duration(sink.get(), format, &length) != FALSE &&
          length > 0)
        lengths[i] = Time{length};
    }
    if (lengths[i] == Time{0}) return false;
  }
  gst_query_set_duration(query, format, (lengths[0] + lengths[1] - std::min(lengths[0], params.duration)).count());
  return true;
}

}  // namespace reel::timeline
