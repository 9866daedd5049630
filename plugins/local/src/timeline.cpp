#include "timeline.hpp"

#include <gst/audio/audio.h>

#include <algorithm>

namespace reel::local {
namespace {

EventPtr without_orientation(EventPtr event) {
  GstTagList* tags = nullptr;
  gst_event_parse_tag(event.get(), &tags);
  if (gst_tag_list_get_tag_size(tags, GST_TAG_IMAGE_ORIENTATION) == 0) return event;
  tags = gst_tag_list_copy(tags);
  gst_tag_list_remove_tag(tags, GST_TAG_IMAGE_ORIENTATION);
  return EventPtr(gst_event_new_tag(tags));
}

GstClockTime stream_time(const GstSegment& segment, GstClockTime t) {
  return gst_segment_to_stream_time(&segment, GST_FORMAT_TIME, t);
}

PadPtr other_pad(GstElement* e, const char* name) { return PadPtr(gst_element_get_static_pad(e, name)); }

}  // namespace

GstElement* Timeline::make(Time origin, std::optional<Time> duration) {
  using Made = detail::PadStageClass<Timeline>;
  auto* const element = GST_ELEMENT(g_object_new(Made::type(), nullptr));
  Timeline& self = Made::Base::state(element).self;
  self.origin_ = static_cast<GstClockTime>(origin.count());
  self.duration_ = duration;
  return element;
}

/// The part of a buffer that lies in the segment, or null.
BufferPtr Timeline::clipped(BufferPtr buffer) const {
  if (!GST_BUFFER_PTS_IS_VALID(buffer.get())) return buffer;
  if (sound_) return BufferPtr(gst_audio_buffer_clip(buffer.release(), &segment_, sound_->rate, sound_->bpf));
  guint64 from = GST_BUFFER_PTS(buffer.get()), to = from;
  if (GST_BUFFER_DURATION_IS_VALID(buffer.get())) to += GST_BUFFER_DURATION(buffer.get());
  if (gst_segment_clip(&segment_, GST_FORMAT_TIME, from, to, &from, &to) == FALSE) return nullptr;
  // A picture that began before is shown from the start of the segment on.
  const bool has_length = GST_BUFFER_DURATION_IS_VALID(buffer.get());
  if (from == GST_BUFFER_PTS(buffer.get()) && (!has_length || to - from == GST_BUFFER_DURATION(buffer.get())))
    return buffer;
  buffer = writable(std::move(buffer));
  GST_BUFFER_PTS(buffer.get()) = from;
  if (has_length) GST_BUFFER_DURATION(buffer.get()) = to - from;
  return buffer;
}

/// Puts the stream time on a buffer and sends it on.
GstFlowReturn Timeline::push(GstElement* e, BufferPtr buffer) {
  buffer = clipped(std::move(buffer));
  if (!buffer) return GST_FLOW_OK;
  if (GST_BUFFER_PTS_IS_VALID(buffer.get())) {
    const GstClockTime time = stream_time(segment_, GST_BUFFER_PTS(buffer.get()));
    if (time != GST_BUFFER_PTS(buffer.get())) {
      buffer = writable(std::move(buffer));
      GST_BUFFER_PTS(buffer.get()) = time;
    }
  }
  if (GST_BUFFER_DTS_IS_VALID(buffer.get())) {
    buffer = writable(std::move(buffer));
    GST_BUFFER_DTS(buffer.get()) = GST_CLOCK_TIME_NONE;
  }
  return gst_pad_push(other_pad(e, "src").get(), buffer.release());
}

GstFlowReturn Timeline::release(GstElement* e) { return held_ ? push(e, std::move(held_)) : GST_FLOW_OK; }

/// What a codec puts out before it has settled lies before the start. The Matroska demuxer knows no time there and gives it
/// that of the sound that follows: of two that begin at one time the first is not to be heard.
GstFlowReturn Timeline::chain(GstElement* e, GstPad*, GstBuffer* owned, const NoParams&) {
  BufferPtr buffer(owned);
  if (sound_ && starts_ && GST_BUFFER_PTS_IS_VALID(buffer.get()) && GST_BUFFER_DURATION_IS_VALID(buffer.get())) {
    starts_ = false;
    held_ = std::move(buffer);
    return GST_FLOW_OK;
  }
  starts_ = false;
  if (held_ && GST_BUFFER_PTS_IS_VALID(buffer.get()) &&
      GST_BUFFER_PTS(buffer.get()) < GST_BUFFER_PTS(held_.get()) + GST_BUFFER_DURATION(held_.get()) / 2)
    held_.reset();
  const GstFlowReturn flow = release(e);
  return flow == GST_FLOW_OK ? push(e, std::move(buffer)) : flow;
}

EventPtr Timeline::on_timeline(GstEvent* event) {
  gst_event_copy_segment(event, &segment_);
  starts_ = true;
  if (segment_.format != GST_FORMAT_TIME)
    throw Error("the media have no time: their decoder counts in " + std::string(gst_format_get_name(segment_.format)));
  if (segment_.time < origin_) segment_.start += origin_ - segment_.time;
  segment_.time -= std::min(segment_.time, origin_);
  GstSegment out = segment_;
  out.start = segment_.time;
  if (GST_CLOCK_TIME_IS_VALID(segment_.stop)) out.stop = segment_.time + (segment_.stop - segment_.start);
  out.position = out.start;
  EventPtr made(gst_event_new_segment(&out));
  gst_event_set_seqnum(made.get(), gst_event_get_seqnum(event));
  return made;
}

EventPtr Timeline::gap_on_timeline(const GstEvent* gap) const {
  GstClockTime from = 0, length = 0;
  gst_event_parse_gap(const_cast<GstEvent*>(gap), &from, &length);
  const GstClockTime time = stream_time(segment_, from);
  return EventPtr(GST_CLOCK_TIME_IS_VALID(time) ? gst_event_new_gap(time, length) : nullptr);
}

/// A seek on the clock of the container.
EventPtr Timeline::upstream_seek(EventPtr event) const {
  gdouble rate = 1;
  GstFormat format = GST_FORMAT_UNDEFINED;
  auto flags = GST_SEEK_FLAG_NONE;
  GstSeekType start_type = GST_SEEK_TYPE_NONE, stop_type = GST_SEEK_TYPE_NONE;
  gint64 start = 0, stop = 0;
  gst_event_parse_seek(event.get(), &rate, &format, &flags, &start_type, &start, &stop_type, &stop);
  if (origin_ == 0 || format != GST_FORMAT_TIME) return event;
  const auto shift = [&](gint64 t, GstSeekType type) {
    return type == GST_SEEK_TYPE_SET && t >= 0 ? t + static_cast<gint64>(origin_) : t;
  };
  EventPtr made(
      gst_event_new_seek(rate, format, flags, start_type, shift(start, start_type), stop_type, shift(stop, stop_type)));
  gst_event_set_seqnum(made.get(), gst_event_get_seqnum(event.get()));
  return made;
}

bool Timeline::event(GstElement* e, GstPad* pad, GstEvent* owned, const NoParams&) {
  EventPtr event(owned);
  if (GST_PAD_IS_SRC(pad) && GST_EVENT_TYPE(owned) == GST_EVENT_SEEK) event = upstream_seek(std::move(event));
  if (GST_PAD_IS_SRC(pad)) return gst_pad_push_event(other_pad(e, "sink").get(), event.release()) != FALSE;
  switch (GST_EVENT_TYPE(event.get())) {
    case GST_EVENT_FLUSH_STOP:
      held_.reset();
      break;
    case GST_EVENT_EOS:
      release(e);
      break;
    case GST_EVENT_CAPS: {
      release(e);
      GstCaps* caps = nullptr;
      gst_event_parse_caps(event.get(), &caps);
      GstAudioInfo info;
      const bool sound = gst_structure_has_name(gst_caps_get_structure(caps, 0), "audio/x-raw") != FALSE &&
                         gst_audio_info_from_caps(&info, caps) != FALSE;
      sound_ = sound ? std::optional(info) : std::nullopt;
      break;
    }
    case GST_EVENT_SEGMENT:
      release(e);
      event = on_timeline(event.get());
      break;
    case GST_EVENT_GAP:
      release(e);
      event = gap_on_timeline(event.get());
      break;
    case GST_EVENT_TAG:
      event = without_orientation(std::move(event));
      break;
    default:
      break;
  }
  return !event || gst_pad_push_event(other_pad(e, "src").get(), event.release()) != FALSE;
}

bool Timeline::query(GstElement* e, GstPad* pad, GstQuery* query, const NoParams&) {
  GstFormat format = GST_FORMAT_UNDEFINED;
  gint64 value = 0;
  const bool length = GST_QUERY_TYPE(query) == GST_QUERY_DURATION;
  if (duration_ && length) {
    gst_query_parse_duration(query, &format, nullptr);
    if (format != GST_FORMAT_TIME) return false;
    gst_query_set_duration(query, format, duration_->count());
    return true;
  }
  if (gst_pad_query_default(pad, GST_OBJECT(e), query) == FALSE) return false;
  if (origin_ == 0 || (!length && GST_QUERY_TYPE(query) != GST_QUERY_POSITION)) return true;
  (length ? gst_query_parse_duration : gst_query_parse_position)(query, &format, &value);
  if (format == GST_FORMAT_TIME && value >= 0)
    (length ? gst_query_set_duration : gst_query_set_position)(
        query, format, std::max<gint64>(0, value - static_cast<gint64>(origin_)));
  return true;
}

}  // namespace reel::local
