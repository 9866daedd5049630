#include "freeze.hpp"

#include "clock_time.hpp"

namespace reel::speed {

void Freeze::start(GstElement* e, const Params& params) {
  map_ = {params.at, params.duration};
  sound_.configure(params.at, params.duration);
  ended_ = 0;
  reached_ = false;
  for (auto [lane, name] : {std::pair{&video_, "video_src"}, std::pair{&audio_, "audio_src"}}) {
    *lane = Lane{};
    lane->source = PadPtr(gst_element_get_static_pad(e, name)).get();
    gst_segment_init(&lane->segment, GST_FORMAT_TIME);
    reset(*lane, false);
  }
}

void Freeze::reset(Lane& lane, bool passed) {
  if (&lane == &audio_) return sound_.reset(passed);
  shown_.reset();
  picture_passed_ = passed;
}

GstFlowReturn Freeze::chain(GstElement*, GstPad* pad, GstBuffer* buffer, const Params&) {
  BufferPtr owned(buffer);
  if (!GST_BUFFER_PTS_IS_VALID(buffer)) throw Error("freeze got a picture or sound without a time");
  return &lane_of(pad) == &video_ ? take_picture(std::move(owned)) : take_sound(std::move(owned));
}

/// Which picture stays is known once a later one comes, and so is how long it was to be shown.
GstFlowReturn Freeze::take_picture(BufferPtr buffer) {
  const Time begin = detail::stream_time(video_.segment, GST_BUFFER_PTS(buffer.get()));
  const GstClockTime length = GST_BUFFER_DURATION(buffer.get());
  const Time end = begin + (GST_CLOCK_TIME_IS_VALID(length) ? nanoseconds(length) : Time{0});
  video_.end = std::max(video_.end, end);
  if (picture_passed_) return push_picture(std::move(buffer), begin + map_.length, end + map_.length);
  // Where the first one begins late, it is the one to stay.
  const bool may_stay = begin <= map_.at || shown_ == nullptr;
  GstFlowReturn flow = GST_FLOW_OK;
  if (shown_ != nullptr) flow = may_stay ? push_picture(std::move(shown_), shown_begin_, begin) : hold_picture(begin);
  if (flow != GST_FLOW_OK) return flow;
  if (!may_stay) return push_picture(std::move(buffer), begin + map_.length, end + map_.length);
  shown_ = std::move(buffer);
  shown_begin_ = begin;
  return GST_FLOW_OK;
}

/// The picture, and what comes of it again. `next`: when the picture behind it begins.
GstFlowReturn Freeze::hold_picture(Time next) {
  picture_passed_ = true;
  const BufferPtr picture = std::move(shown_);
  const Time step = next - shown_begin_, end = next + map_.length;
  const std::int64_t more = step > Time{0} ? (map_.length + step / 2) / step : 0;
  GstFlowReturn flow = GST_FLOW_OK;
  for (std::int64_t i = 0; flow == GST_FLOW_OK && i <= more; ++i) {
    BufferPtr copy(gst_buffer_copy(picture.get()));
    if (i > 0) GST_BUFFER_FLAG_UNSET(copy.get(), GST_BUFFER_FLAG_DISCONT);
    const Time begin = shown_begin_ + i * step;
    flow = push_picture(std::move(copy), begin, i == more ? end : begin + step);
  }
  return flow;
}

GstFlowReturn Freeze::push_picture(BufferPtr buffer, Time begin, Time end) {
  buffer = writable(std::move(buffer));
  GST_BUFFER_PTS(buffer.get()) = clock_time(begin);
  GST_BUFFER_DTS(buffer.get()) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_DURATION(buffer.get()) = end > begin ? clock_time(end - begin) : GST_CLOCK_TIME_NONE;
  return gst_pad_push(video_.source, buffer.release());
}

HeldSound::Push Freeze::to_sound() {
  return [this](BufferPtr made) { return gst_pad_push(audio_.source, made.release()); };
}

GstFlowReturn Freeze::take_sound(BufferPtr buffer) {
  const GstAudioInfo& info = sound_.format();
  if (info.rate == 0) return GST_FLOW_NOT_NEGOTIATED;
  buffer.reset(gst_audio_buffer_clip(buffer.release(), &audio_.segment, info.rate, info.bpf));
  if (buffer == nullptr) return GST_FLOW_OK;
  const Time time = detail::stream_time(audio_.segment, GST_BUFFER_PTS(buffer.get()));
  const auto frames = static_cast<std::int64_t>(gst_buffer_get_size(buffer.get())) / info.bpf;
  audio_.end = std::max(audio_.end, time + time_of_sample(frames, info.rate));
  return sound_.process(std::move(buffer), time, to_sound());
}

/// A gap in which the moment lies gets longer.
bool Freeze::gap(Lane& lane, GstEvent* event) {
  GstClockTime pts = 0, length = 0;
  gst_event_parse_gap(event, &pts, &length);
  const Time begin = detail::stream_time(lane.segment, pts);
  const Time end = begin + (GST_CLOCK_TIME_IS_VALID(length) ? nanoseconds(length) : Time{0});
  lane.end = std::max(lane.end, end);
  const bool passed = &lane == &audio_ ? sound_.passed() : picture_passed_;
  if (&lane == &audio_ && !passed && begin <= map_.at && map_.at < end) sound_.reset(true);
  const Time from = passed ? begin + map_.length : map_.output(begin),
             to = passed ? end + map_.length : map_.output(end);
  GstEvent* const made = gst_event_new_gap(
      clock_time(from), GST_CLOCK_TIME_IS_VALID(length) ? clock_time(to - from) : GST_CLOCK_TIME_NONE);
  return gst_pad_push_event(lane.source, made) != FALSE;
}

/// What is left of a lane. Throws if none of them got as far as the moment.
void Freeze::end(GstElement* e, Lane& lane) {
  if (&lane == &audio_) sound_.finish(to_sound());
  constexpr Time usual = std::chrono::milliseconds(40);
  if (&lane == &video_ && shown_ != nullptr)
    hold_picture(video_.end > shown_begin_ ? video_.end : shown_begin_ + usual);
  int linked = 0;
  for (const char* name : {"video_sink", "audio_sink"})
    linked += gst_pad_is_linked(PadPtr(gst_element_get_static_pad(e, name)).get()) != FALSE ? 1 : 0;
  const std::lock_guard lock(ends_);
  reached_ = reached_ || map_.at < lane.end;
  if (++ended_ < linked || reached_) return;
  throw Error("nothing can be held at " + std::to_string(to_seconds(map_.at)) + " s: the media ends at " +
              std::to_string(to_seconds(std::max(video_.end, audio_.end))) + " s");
}

bool Freeze::sink_event(GstElement* e, GstPad* pad, GstEvent* event) {
  EventPtr owned(event);
  Lane& lane = lane_of(pad);
  switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_SEGMENT: {
      gst_event_copy_segment(event, &lane.segment);
      if (nanoseconds(lane.segment.time) > map_.at) reset(lane, true);
      const GstSegment out = retimed(lane.segment, map_);
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
        sound_.finish(to_sound());
        sound_.set_format(info);
      }
      break;
    case GST_EVENT_GAP:
      if (&lane == &audio_) sound_.finish(to_sound());
      return gap(lane, event);
    case GST_EVENT_EOS:
      end(e, lane);
      break;
    case GST_EVENT_FLUSH_STOP:
      gst_segment_init(&lane.segment, GST_FORMAT_TIME);
      reset(lane, false);
      break;
    default:
      break;
  }
  return gst_pad_event_default(pad, GST_OBJECT(e), owned.release()) != FALSE;
}

bool Freeze::event(GstElement* e, GstPad* pad, GstEvent* event, const Params& params) {
  if (GST_PAD_IS_SINK(pad)) return sink_event(e, pad, event);
  if (GST_EVENT_TYPE(event) == GST_EVENT_QOS) return gst_event_unref(event), true;  // of another clock than upstream's
  if (GST_EVENT_TYPE(event) == GST_EVENT_SEEK) event = retimed_seek(event, HeldTime{params.at, params.duration});
  return gst_pad_event_default(pad, GST_OBJECT(e), event) != FALSE;
}

bool Freeze::query(GstElement* e, GstPad* pad, GstQuery* query, const Params& params) {
  const auto type = GST_QUERY_TYPE(query);
  if (GST_PAD_IS_SINK(pad) || (type != GST_QUERY_DURATION && type != GST_QUERY_POSITION))
    return gst_pad_query_default(pad, GST_OBJECT(e), query) != FALSE;
  const PadPtr sink(gst_element_get_static_pad(e, &lane_of(pad) == &video_ ? "video_sink" : "audio_sink"));
  return retimed_query(sink.get(), query, HeldTime{params.at, params.duration});
}

}  // namespace reel::speed
