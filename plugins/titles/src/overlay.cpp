#include "overlay.hpp"

#include <algorithm>
#include <cmath>

#include "placement.hpp"

namespace reel::titles {
namespace {

bool is_main(GstPad* pad) { return std::string_view(GST_PAD_NAME(pad)) == "video_sink_0"; }
bool is_second(GstPad* pad) { return std::string_view(GST_PAD_NAME(pad)) == "video_sink_1"; }

/// Formats whose pictures can be blended: what the main input must be.
CapsPtr main_caps() { return CapsPtr(gst_caps_from_string(detail::video_caps(blendable_formats).c_str())); }

Time duration_of(const GstBuffer* buffer, const VideoFormat& format) {
  if (GST_BUFFER_DURATION_IS_VALID(buffer)) return Time{static_cast<std::int64_t>(GST_BUFFER_DURATION(buffer))};
  if (format.fps_n > 0)
    return Time{static_cast<std::int64_t>(gst_util_uint64_scale_int(GST_SECOND, format.fps_d, format.fps_n))};
  return Time{0};
}

}  // namespace

void Overlay::start(GstElement*, const Params&) {
  queue_.reset();
  gst_segment_init(&second_segment_, GST_FORMAT_TIME);
  gst_segment_init(&main_segment_, GST_FORMAT_TIME);
  second_format_ = main_format_ = VideoFormat{};
}

void Overlay::unlock(GstElement*) { queue_.set(FrameQueue::Gate::stopped, true); }

void Overlay::stop(GstElement*) {
  queue_.clear();
  layer_.reset();
  prepared_ = {};
}

GstFlowReturn Overlay::chain(GstElement* e, GstPad* pad, GstBuffer* buffer, const Params&) {
  BufferPtr owned(buffer);
  if (is_main(pad)) return chain_main(e, std::move(owned));
  if (is_second(pad)) return chain_second(std::move(owned));
  throw Error(
      "overlay: expected exactly two inputs, the main one and the one that lies over it; lay a third over the "
      "result with an overlay of its own");
}

GstFlowReturn Overlay::chain_second(BufferPtr buffer) {
  if (second_format_.finfo == nullptr) return GST_FLOW_NOT_NEGOTIATED;
  auto frame = std::make_shared<TimedFrame>();
  frame->format = second_format_;
  frame->begin = detail::stream_time(second_segment_, GST_BUFFER_PTS(buffer.get()));
  frame->end = frame->begin + duration_of(buffer.get(), second_format_);
  frame->buffer = std::move(buffer);
  return queue_.push(std::move(frame));
}

GstFlowReturn Overlay::chain_main(GstElement* e, BufferPtr buffer) {
  const Time at = detail::stream_time(main_segment_, GST_BUFFER_PTS(buffer.get()));
  const Params p = params_at(e, at);
  const bool active = (p.during.empty() || p.during.contains(at)) && p.opacity > 0;
  if (at >= p.start && active) {
    if (!PadPtr(gst_element_get_static_pad(e, "video_sink_1")))
      throw Error("overlay: there is no second input; name two stages in from, the main one first");
    const FrameQueue::Answer second = queue_.at(at - p.start, p.at_end == AtEnd::hold);
    if (second.flushing) return GST_FLOW_FLUSHING;
    if (second.frame) buffer = blended(std::move(buffer), at, second.frame, p);
  } else if (at >= p.start) {
    queue_.skip_to(at - p.start);
  }
  const PadPtr out(gst_element_get_static_pad(e, "video_src"));
  return gst_pad_push(out.get(), buffer.release());
}

BufferPtr Overlay::blended(BufferPtr main, Time at, const FramePtr& second, const Params& p) {
  if (main_format_.finfo == nullptr) throw Error("overlay: the main input's pictures have no known format");
  const Prepared wanted = placed(second, p);
  if (!layer_ || prepared_ != wanted) prepare(wanted);
  main.reset(gst_buffer_make_writable(main.release()));
  MappedFrame mapped(main.get(), main_format_, GST_MAP_READWRITE);
  VideoFrame frame(mapped.get(), at);
  layer_->blend(frame, p.opacity);
  return main;
}

Overlay::Prepared Overlay::placed(const FramePtr& second, const Params& p) const {
  const VideoFormat& own = second->format;
  const double aspect = pixel_aspect(main_format_);
  const double proportion = own.width * pixel_aspect(own) / own.height;  // as shown
  double width = p.width * main_format_.width, height = p.height * main_format_.height;
  if (width <= 0) width = height > 0 ? height * proportion / aspect : own.width * pixel_aspect(own) / aspect;
  if (height <= 0) height = width * aspect / proportion;
  const auto whole = [](double v) { return static_cast<int>(std::lround(v)); };
  return {second, whole(p.x * main_format_.width), whole(p.y * main_format_.height), std::max(1, whole(width)),
          std::max(1, whole(height))};
}

void Overlay::prepare(const Prepared& wanted) {
  MappedFrame mapped(wanted.frame->buffer.get(), wanted.frame->format, GST_MAP_READ);
  const GstVideoFrame& staged = stager_.stage(mapped.get(), wanted.width, wanted.height, main_format_);
  layer_.emplace(staged, main_format_, wanted.x, wanted.y);
  prepared_ = wanted;
}

bool Overlay::event(GstElement* e, GstPad* pad, GstEvent* event, const Params& p) {
  if (GST_PAD_IS_SINK(pad) && !is_main(pad)) return second_event(pad, EventPtr(event));
  if (GST_EVENT_TYPE(event) == GST_EVENT_SEEK) return seek(e, EventPtr(event), p.start);
  if (GST_PAD_IS_SINK(pad)) watch_main(event);
  return gst_pad_event_default(pad, GST_OBJECT(e), event) != FALSE;
}

/// Where the second input has to be sent for a moment of the main one: `start` is its beginning. Never behind its last picture, which may
/// have to stay.
std::int64_t Overlay::second_moment(GstPad* second, std::int64_t moment, Time start) {
  constexpr std::int64_t last_pictures = GST_SECOND;
  gint64 length = 0;
  std::int64_t own = moment - start.count();
  if (gst_pad_peer_query_duration(second, GST_FORMAT_TIME, &length) != FALSE)
    own = std::min(own, length - last_pictures);
  return std::max<std::int64_t>(0, own);
}

bool Overlay::seek(GstElement* e, EventPtr event, Time start) {
  const PadPtr main(gst_element_get_static_pad(e, "video_sink_0")),
      second(gst_element_get_static_pad(e, "video_sink_1"));
  gdouble rate = 1;
  GstFormat format = GST_FORMAT_UNDEFINED;
  GstSeekFlags flags = GST_SEEK_FLAG_NONE;
  GstSeekType begin_type = GST_SEEK_TYPE_NONE, end_type = GST_SEEK_TYPE_NONE;
  gint64 begin = 0, end = 0;
  gst_event_parse_seek(event.get(), &rate, &format, &flags, &begin_type, &begin, &end_type, &end);
  const guint32 number = gst_event_get_seqnum(event.get());
  const bool sent = main && gst_pad_push_event(main.get(), event.release()) != FALSE;
  if (!second || format != GST_FORMAT_TIME || begin_type != GST_SEEK_TYPE_SET) return sent;
  // To its end, whatever the main input's is: what comes too late is not shown.
  GstEvent* const own = gst_event_new_seek(rate, format, flags, begin_type, second_moment(second.get(), begin, start),
                                           GST_SEEK_TYPE_SET, static_cast<gint64>(GST_CLOCK_TIME_NONE));
  gst_event_set_seqnum(own, number);
  gst_pad_push_event(second.get(), own);
  return sent;
}

/// The second input's events end here; the output follows the main one.
bool Overlay::second_event(GstPad* pad, EventPtr event) {
  switch (GST_EVENT_TYPE(event.get())) {
    case GST_EVENT_CAPS: {
      GstCaps* caps = nullptr;
      gst_event_parse_caps(event.get(), &caps);
      return gst_video_info_from_caps(&second_format_, caps) != FALSE;
    }
    case GST_EVENT_SEGMENT:
      gst_event_copy_segment(event.get(), &second_segment_);
      return second_segment_.format == GST_FORMAT_TIME;
    case GST_EVENT_FLUSH_START:
      queue_.set(FrameQueue::Gate::second_flushing, true);
      return true;
    case GST_EVENT_FLUSH_STOP:
      queue_.clear();
      gst_segment_init(&second_segment_, GST_FORMAT_TIME);
      queue_.set(FrameQueue::Gate::second_flushing, false);
      return true;
    case GST_EVENT_EOS:
      if (is_second(pad)) queue_.finish();
      return true;
    default:
      return true;
  }
}

void Overlay::watch_main(GstEvent* event) {
  switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_CAPS: {
      GstCaps* caps = nullptr;
      gst_event_parse_caps(event, &caps);
      if (gst_video_info_from_caps(&main_format_, caps) == FALSE) main_format_ = VideoFormat{};
      layer_.reset();
      break;
    }
    case GST_EVENT_SEGMENT:
      gst_event_copy_segment(event, &main_segment_);
      break;
    case GST_EVENT_FLUSH_START:
      queue_.set(FrameQueue::Gate::main_flushing, true);
      break;
    case GST_EVENT_FLUSH_STOP:
      queue_.set(FrameQueue::Gate::main_flushing, false);
      queue_.set(FrameQueue::Gate::main_ended, false);
      break;
    case GST_EVENT_EOS:
      queue_.set(FrameQueue::Gate::main_ended, true);
      break;
    default:
      break;
  }
}

bool Overlay::query(GstElement* e, GstPad* pad, GstQuery* query, const Params&) {
  const bool second = GST_PAD_IS_SINK(pad) && !is_main(pad);
  if (GST_QUERY_TYPE(query) == GST_QUERY_ALLOCATION && second) return false;
  const bool answered = gst_pad_query_default(pad, GST_OBJECT(e), query) != FALSE;
  if (second || !answered || GST_QUERY_TYPE(query) != GST_QUERY_CAPS) return answered;
  GstCaps* caps = nullptr;
  gst_query_parse_caps_result(query, &caps);
  const CapsPtr both(gst_caps_intersect_full(caps, main_caps().get(), GST_CAPS_INTERSECT_FIRST));
  gst_query_set_caps_result(query, both.get());
  return true;
}

}  // namespace reel::titles
