#include "fade.hpp"

namespace reel::timeline {
namespace {

double curved(double x, FadeCurve curve) {
  x = std::clamp(x, 0.0, 1.0);
  return curve == FadeCurve::smooth ? x * x * (3 - 2 * x) : x;
}

/// How much of the picture or the sound is left at a moment that lasts from `begin` to `end`: 0..1.
double level(const TimeRange& range, Time begin, Time end, const Fade::Params& params) {
  if (params.duration <= Time{0}) return 1;
  const double length = to_seconds(params.duration);
  double share = 1;
  if (params.direction != FadeDirection::out) share = curved(to_seconds(begin - range.begin) / length, params.curve);
  if (params.direction != FadeDirection::in && range.end != Time::max())
    share = std::min(share, curved(to_seconds(range.end - end) / length, params.curve));
  return share;
}

/// Whether the level is 1 all the way from `begin` to `end`.
bool untouched(const TimeRange& range, Time begin, Time end, const Fade::Params& params) {
  return level(range, begin, begin, params) >= 1 && level(range, end, end, params) >= 1;
}

template <class T>
void scale(T* samples, int channels, double gain) {
  for (int c = 0; c < channels; ++c) {
    if constexpr (std::is_floating_point_v<T>)
      samples[c] = static_cast<T>(samples[c] * gain);
    else
      samples[c] = static_cast<T>(std::llround(samples[c] * gain));
  }
}

}  // namespace

void Fade::start(GstElement* e, const Params& params) {
  Ranges ranges = params.during;
  if (ranges.empty()) ranges = Ranges({TimeRange{}});
  for (auto [lane, name] : {std::pair{&video_, "video_src"}, std::pair{&audio_, "audio_src"}}) {
    *lane = Lane{};
    lane->source = PadPtr(gst_element_get_static_pad(e, name)).get();
    lane->ranges = ranges;
    gst_segment_init(&lane->segment, GST_FORMAT_TIME);
  }
}

GstFlowReturn Fade::chain(GstElement* e, GstPad* pad, GstBuffer* buffer, const Params& params) {
  BufferPtr owned(buffer);
  Lane& lane = std::string_view(GST_PAD_NAME(pad)).starts_with("video") ? video_ : audio_;
  const bool wanted = is_video(lane) ? params.picture : params.sound;
  if (wanted && GST_BUFFER_PTS_IS_VALID(buffer)) {
    if (!lane.ends_known) learn_ends(pad, lane, params);
    if (is_video(lane))
      fade_picture(owned, params);
    else
      fade_sound(owned, params);
  }
  (void)e;
  return gst_pad_push(lane.source, owned.release());
}

/// A fade out needs to know where the media ends.
void Fade::learn_ends(GstPad* sink, Lane& lane, const Params& params) {
  lane.ends_known = true;
  const bool open = (lane.ranges.end() - 1)->end == Time::max();
  if (!open || params.direction == FadeDirection::in || params.duration <= Time{0}) return;
  gint64 end = -1;
  if (gst_pad_peer_query_duration(sink, GST_FORMAT_TIME, &end) == FALSE || end < 0)
    throw Error(
        "cannot fade out: the length of the media is not known here. Say where the fade ends with `during: "
        "..TIME`, "
        "or only fade in with `direction: in`");
  std::vector<TimeRange> closed(lane.ranges.begin(), lane.ranges.end());
  closed.back().end = std::max(Time{end}, closed.back().begin);
  lane.ranges = Ranges(std::move(closed));
}

void Fade::fade_picture(BufferPtr& buffer, const Params& params) {
  const Time begin = detail::stream_time(video_.segment, GST_BUFFER_PTS(buffer.get()));
  const TimeRange* const range = video_.ranges.find(begin);
  if (range == nullptr) return;
  Time shown{0};
  if (GST_BUFFER_DURATION_IS_VALID(buffer.get()))
    shown = Time{static_cast<std::int64_t>(GST_BUFFER_DURATION(buffer.get()))};
  else if (picture_.fps_n > 0)
    shown = Time{static_cast<std::int64_t>(gst_util_uint64_scale_int(GST_SECOND, picture_.fps_d, picture_.fps_n))};
  const std::uint32_t share = share_of(level(*range, begin, begin + shown, params));
  if (share == share_of(1)) return;
  buffer = writable(std::move(buffer));
  GstVideoFrame raw;
  if (gst_video_frame_map(&raw, &picture_, buffer.get(), GST_MAP_READWRITE) == FALSE)
    throw Error("fade cannot write to a picture");
  VideoFrame frame(raw, begin);
  mix_with_color(frame, color_, share);
  gst_video_frame_unmap(&raw);
}

void Fade::fade_sound(BufferPtr& buffer, const Params& params) {
  const auto bpf = static_cast<std::size_t>(sound_.bpf);
  const std::size_t frames = gst_buffer_get_size(buffer.get()) / bpf;
  const Time begin = detail::stream_time(audio_.segment, GST_BUFFER_PTS(buffer.get()));
  const auto time_of = [&](std::size_t i) { return begin + time_of_sample(static_cast<std::int64_t>(i), sound_.rate); };
  const auto meets = [&](const TimeRange& r) {
    const Time from = std::max(begin, r.begin), to = std::min(time_of(frames), r.end);
    return from < to && !untouched(r, from, to, params);
  };
  if (std::ranges::none_of(audio_.ranges, meets)) return;
  buffer = writable(std::move(buffer));
  const MappedBuffer map(buffer.get(), GST_MAP_READWRITE);
  if (map.data() == nullptr) throw Error("fade cannot write to a buffer of sound");
  for (std::size_t i = 0; i < frames; ++i) {
    const Time time = time_of(i);
    const TimeRange* const range = audio_.ranges.find(time);
    if (range == nullptr) continue;
    const double gain = level(*range, time, time, params);
    if (gain >= 1) continue;
    guint8* const at = map.data() + i * bpf;
    switch (GST_AUDIO_INFO_FORMAT(&sound_)) {
      case GST_AUDIO_FORMAT_S16LE:
        scale(reinterpret_cast<gint16*>(at), sound_.channels, gain);
        break;
      case GST_AUDIO_FORMAT_S32LE:
        scale(reinterpret_cast<gint32*>(at), sound_.channels, gain);
        break;
      default:
        scale(reinterpret_cast<float*>(at), sound_.channels, gain);
        break;
    }
  }
}

bool Fade::format(Lane& lane, GstEvent* event, const Params& params) {
  GstCaps* caps = nullptr;
  gst_event_parse_caps(event, &caps);
  if (!is_video(lane)) return gst_audio_info_from_caps(&sound_, caps) != FALSE;
  if (gst_video_info_from_caps(&picture_, caps) == FALSE) return false;
  color_ = components_of(params.color, picture_);
  return true;
}

bool Fade::event(GstElement* e, GstPad* pad, GstEvent* event, const Params& params) {
  EventPtr owned(event);
  if (GST_PAD_IS_SINK(pad)) {
    Lane& lane = std::string_view(GST_PAD_NAME(pad)).starts_with("video") ? video_ : audio_;
    if (GST_EVENT_TYPE(event) == GST_EVENT_SEGMENT) gst_event_copy_segment(event, &lane.segment);
    if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS && !format(lane, event, params)) return false;
  }
  return gst_pad_event_default(pad, GST_OBJECT(e), owned.release()) != FALSE;
}

}  // namespace reel::timeline
