/// What stages share that change the clock (contract `retime`). A map of time is any type with
///
///   Time output(Time input) const    where a moment of the input is found in the output; never falls
///   Time input(Time output) const    the other way round
///
/// Both are times on the stage's stream timelines. The functions here apply a map to what is not a buffer.
#pragma once

#include <gst/gst.h>

#include <algorithm>

#include "reel/types.hpp"

namespace reel {

/// The sample nearest to `time`, counted from 0 at time 0: one grid for the whole stream, so that nothing
/// drifts.
inline std::int64_t sample_at(Time time, int rate) {
  return static_cast<std::int64_t>(gst_util_uint64_scale_int_round(
      static_cast<guint64>(std::max(time, Time{0}).count()), rate, static_cast<gint>(GST_SECOND)));
}
/// When that sample is heard. sample_at(time_of_sample(n, rate), rate) == n.
inline Time time_of_sample(std::int64_t sample, int rate) {
  return Time{static_cast<std::int64_t>(
      gst_util_uint64_scale_int_round(static_cast<guint64>(sample), static_cast<gint>(GST_SECOND), rate))};
}

/// The segment to push in place of `in`. Stream times are mapped; running time starts where it did.
/// Throws Error for what cannot be mapped.
template <class Map>
GstSegment retimed(const GstSegment& in, const Map& map) {
  if (in.format != GST_FORMAT_TIME) throw Error("expected a stream that counts in time, not in bytes");
  if (in.rate <= 0) throw Error("plays forwards only");
  const auto time = [](guint64 t) { return Time{GST_CLOCK_TIME_IS_VALID(t) ? static_cast<std::int64_t>(t) : 0}; };
  const Time begin = time(in.time), origin = std::max(Time{0}, begin - time(in.base));
  GstSegment out = in;
  out.offset = 0;
  out.start = out.time = out.position = static_cast<guint64>(map.output(begin).count());
  out.base = static_cast<guint64>((map.output(begin) - map.output(origin)).count());
  if (GST_CLOCK_TIME_IS_VALID(in.stop))
    out.stop = static_cast<guint64>(map.output(begin + time(in.stop - in.start)).count());
  out.duration = GST_CLOCK_TIME_NONE;
  return out;
}

/// Answers a query for duration or position from upstream's answer. False: not such a query, or upstream does
/// not know.
template <class Map>
bool retimed_query(GstPad* sink, GstQuery* query, const Map& map) {
  const auto type = GST_QUERY_TYPE(query);
  if (type != GST_QUERY_DURATION && type != GST_QUERY_POSITION) return false;
  GstFormat format = GST_FORMAT_UNDEFINED;
  if (type == GST_QUERY_DURATION)
    gst_query_parse_duration(query, &format, nullptr);
  else
    gst_query_parse_position(query, &format, nullptr);
  gint64 value = -1;
  if (format != GST_FORMAT_TIME) return false;
  if (type == GST_QUERY_DURATION ? gst_pad_peer_query_duration(sink, format, &value) == FALSE
                                 : gst_pad_peer_query_position(sink, format, &value) == FALSE)
    return false;
  if (value < 0) return false;
  value = map.output(Time{value}).count();
  if (type == GST_QUERY_DURATION)
    gst_query_set_duration(query, format, value);
  else
    gst_query_set_position(query, format, value);
  return true;
}

/// The seek to send upstream for one that came from downstream. Takes and gives ownership.
template <class Map>
GstEvent* retimed_seek(GstEvent* seek, const Map& map) {
  gdouble rate = 1;
  GstFormat format = GST_FORMAT_UNDEFINED;
  GstSeekFlags flags = GST_SEEK_FLAG_NONE;
  GstSeekType start_type = GST_SEEK_TYPE_NONE, stop_type = GST_SEEK_TYPE_NONE;
  gint64 start = 0, stop = 0;
  gst_event_parse_seek(seek, &rate, &format, &flags, &start_type, &start, &stop_type, &stop);
  if (format != GST_FORMAT_TIME) return seek;
  const auto mapped = [&](GstSeekType type, gint64 t) {
    return type == GST_SEEK_TYPE_SET && t >= 0 ? map.input(Time{t}).count() : t;
  };
  GstEvent* const made = gst_event_new_seek(rate, format, flags, start_type, mapped(start_type, start), stop_type,
                                            mapped(stop_type, stop));
  gst_event_set_seqnum(made, gst_event_get_seqnum(seek));
  gst_event_unref(seek);
  return made;
}

}  // namespace reel
