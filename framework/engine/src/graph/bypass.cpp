#include "graph/bypass.hpp"

#include <gst/audio/audio.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

#include "reel/base/error.hpp"

namespace reel::engine {
namespace {

using std::chrono::milliseconds;

/// The routing. All but `drained` belongs to the streaming thread.
///
///   sink ─┬─ to_inner → [convert → inner → convert → same format] → from_inner ─┬─ src
///         └───────────────────────────────────────────────────────────────────┘
///
/// `sink` and `src` are ghost pads; `to_inner` and `from_inner` are their internal pads.
struct Bypass {
  std::vector<base::TimeRange> ranges;
  bool audio = false;
  GstPad *sink = nullptr, *src = nullptr, *to_inner = nullptr, *from_inner = nullptr;  // owned by the bin
  GstElement* same_format = nullptr;                                                   // likewise
  GstSegment segment{};
  GstAudioInfo sound{};
  bool inside = false;
  std::mutex mutex;
  std::condition_variable changed;
  bool drained = false;

  bool contains(base::Time t) const {
    return std::ranges::any_of(ranges, [t](const base::TimeRange& r) { return r.contains(t); });
  }
  /// The nearest start or end of a range after `t`.
  std::optional<base::Time> next_edge(base::Time t) const {
    std::optional<base::Time> next;
    for (const auto& r : ranges)
      for (const base::Time edge : {r.begin, r.end})
        if (edge > t && (!next || edge < *next)) next = edge;
    return next;
  }
  base::Time stream_time(GstClockTime pts) const {
    const guint64 t = gst_segment_to_stream_time(&segment, GST_FORMAT_TIME, pts);
    return base::Time{GST_CLOCK_TIME_IS_VALID(t) ? static_cast<std::int64_t>(t) : 0};
  }

  void enter();
  void leave();
  GstFlowReturn push(gst::BufferPtr buffer);
  GstFlowReturn push_sound(gst::BufferPtr buffer);
};

GQuark bypass_quark() {
  static const GQuark quark = g_quark_from_static_string("reel-engine-bypass");
  return quark;
}
Bypass& bypass_of(GstPad* pad) { return *static_cast<Bypass*>(g_object_get_qdata(G_OBJECT(pad), bypass_quark())); }

/// The inner part begins anew each time: what it was told before the last drain is gone.
void Bypass::enter() {
  inside = true;
  for (const GstEventType type : {GST_EVENT_STREAM_START, GST_EVENT_CAPS, GST_EVENT_SEGMENT})
    if (GstEvent* const event = gst_pad_get_sticky_event(sink, type, 0); event != nullptr)
      gst_pad_push_event(to_inner, event);
}

void Bypass::leave() {
  if (!inside) return;
  inside = false;
  {
    const std::lock_guard lock(mutex);
    drained = false;
  }
  gst_pad_push_event(to_inner, gst_event_new_eos());
  {
    // An element with a thread of its own answers later. If the run is being stopped, it never does.
    std::unique_lock lock(mutex);
    while (!drained && GST_PAD_IS_FLUSHING(src) == 0) changed.wait_for(lock, milliseconds(20));
  }
  gst_pad_push_event(to_inner, gst_event_new_flush_start());
  gst_pad_push_event(to_inner, gst_event_new_flush_stop(TRUE));
}

GstFlowReturn Bypass::push(gst::BufferPtr buffer) {
  const bool in = contains(stream_time(GST_BUFFER_PTS(buffer.get())));
  if (in && !inside) enter();
  if (!in) leave();
  return gst_pad_push(in ? to_inner : src, buffer.release());
}

GstFlowReturn Bypass::push_sound(gst::BufferPtr buffer) {
  if (!GST_BUFFER_PTS_IS_VALID(buffer.get()) || sound.bpf <= 0 || sound.rate <= 0) return push(std::move(buffer));
  const auto bytes = static_cast<std::int64_t>(gst_buffer_get_size(buffer.get()));
  const std::int64_t samples = bytes / sound.bpf;
  const GstClockTime start = GST_BUFFER_PTS(buffer.get());
  const auto pts_of = [&](std::int64_t sample) {
    return start + gst_util_uint64_scale_int(static_cast<guint64>(sample), GST_SECOND, sound.rate);
  };
  const base::Time begin = stream_time(start);
  std::int64_t done = 0;
  while (done < samples) {
    const auto edge = next_edge(begin + base::Time{static_cast<std::int64_t>(pts_of(done) - start)});
    std::int64_t until = samples;
    if (edge && *edge != base::Time::max())
      until = std::clamp(static_cast<std::int64_t>(gst_util_uint64_scale_int_ceil(
                             static_cast<guint64>((*edge - begin).count()), sound.rate, GST_SECOND)),
                         done + 1, samples);
    if (done == 0 && until == samples) return push(std::move(buffer));
    gst::BufferPtr part(gst_buffer_copy_region(buffer.get(), GST_BUFFER_COPY_ALL, static_cast<gsize>(done * sound.bpf),
                                               static_cast<gsize>((until - done) * sound.bpf)));
    GST_BUFFER_PTS(part.get()) = pts_of(done);
    GST_BUFFER_DURATION(part.get()) = pts_of(until) - pts_of(done);
    if (const GstFlowReturn flow = push(std::move(part)); flow != GST_FLOW_OK) return flow;
    done = until;
  }
  return GST_FLOW_OK;
}

GstFlowReturn chain(GstPad* pad, GstObject*, GstBuffer* buffer) {
  Bypass& b = bypass_of(pad);
  return b.audio ? b.push_sound(gst::BufferPtr(buffer)) : b.push(gst::BufferPtr(buffer));
}

gboolean sink_event(GstPad* pad, GstObject*, GstEvent* event) {
  Bypass& b = bypass_of(pad);
  switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_CAPS: {
      GstCaps* caps = nullptr;
      gst_event_parse_caps(event, &caps);
      b.leave();  // what is inside still has the old format
      g_object_set(b.same_format, "caps", caps, nullptr);
      if (b.audio) gst_audio_info_from_caps(&b.sound, caps);
      break;
    }
    case GST_EVENT_SEGMENT:
      b.leave();
      gst_event_copy_segment(event, &b.segment);
      break;
    case GST_EVENT_EOS:
      b.leave();
      break;
    case GST_EVENT_FLUSH_STOP:
      b.inside = false;
      break;
    default:
      break;
  }
  return gst_pad_push_event(b.src, event);
}

/// Both ways lead to the same place, so what is asked here is asked of that place.
gboolean sink_query(GstPad* pad, GstObject*, GstQuery* query) {
  if (GST_QUERY_TYPE(query) == GST_QUERY_ALLOCATION) return FALSE;
  return gst_pad_peer_query(bypass_of(pad).src, query);
}

/// Of what the inner part says, only its buffers matter: everything else has gone past it already.
gboolean inner_event(GstPad* pad, GstObject*, GstEvent* event) {
  Bypass& b = bypass_of(pad);
  if (GST_EVENT_TYPE(event) == GST_EVENT_EOS) {
    const std::lock_guard lock(b.mutex);
    b.drained = true;
    b.changed.notify_all();
  }
  gst_event_unref(event);
  return TRUE;
}

/// Events from downstream go upstream past the inner part, which would not know what to do with half of them.
gboolean src_event(GstPad* pad, GstObject*, GstEvent* event) { return gst_pad_push_event(bypass_of(pad).sink, event); }

/// Queries too.
gboolean src_query(GstPad* pad, GstObject*, GstQuery* query) { return gst_pad_peer_query(bypass_of(pad).sink, query); }

GstElement* add(GstBin* bin, const char* factory) {
  GstElement* const element = gst_element_factory_make(factory, nullptr);
  if (element == nullptr) throw base::RunError(std::string("the GStreamer element '") + factory + "' is not installed");
  gst_bin_add(bin, element);
  return element;
}

/// convert → inner → convert → (scale) → capsfilter. Returns the first and the last.
std::pair<GstElement*, GstElement*> fill(GstBin* bin, gst::ElementPtr inner, Kind kind) {
  GstElement* const element = inner.get();
  gst_bin_add(bin, element);
  std::vector<GstElement*> row;
  if (kind == Kind::video)
    row = {add(bin, "videoconvert"), element, add(bin, "videoconvert"), add(bin, "videoscale")};
  else
    row = {add(bin, "audioconvert"), element, add(bin, "audioconvert"), add(bin, "audioresample")};
  row.push_back(add(bin, "capsfilter"));
  for (std::size_t i = 1; i < row.size(); ++i)
    if (gst_element_link(row[i - 1], row[i]) == FALSE)
      throw base::InputError("it cannot be limited to a part of the time: it has not one input and one output",
                             "remove 'during'");
  return {row.front(), row.back()};
}

GstPad* add_ghost(GstElement* bin, const char* name, GstElement* target, Bypass* state) {
  const gst::PadPtr inner(gst_element_get_static_pad(target, name));
  GstPad* const ghost = gst_ghost_pad_new(name, inner.get());
  gst_element_add_pad(bin, ghost);
  g_object_set_qdata(G_OBJECT(ghost), bypass_quark(), state);
  return ghost;
}

GstPad* internal_of(GstPad* ghost, Bypass* state) {
  const gst::PadPtr internal(GST_PAD(gst_proxy_pad_get_internal(GST_PROXY_PAD(ghost))));
  g_object_set_qdata(G_OBJECT(internal.get()), bypass_quark(), state);
  return internal.get();
}

}  // namespace

gst::ElementPtr make_bypass(gst::ElementPtr inner, Kind kind, std::vector<base::TimeRange> ranges) {
  auto bin = gst::sunk(gst_bin_new(nullptr));
  auto* const state = new Bypass;  // NOLINT(cppcoreguidelines-owning-memory): goes with the bin
  g_object_set_qdata_full(G_OBJECT(bin.get()), bypass_quark(), state,
                          [](gpointer b) { delete static_cast<Bypass*>(b); });
  state->ranges = std::move(ranges);
  state->audio = kind == Kind::audio;
  gst_segment_init(&state->segment, GST_FORMAT_TIME);
  const auto [first, last] = fill(GST_BIN(bin.get()), std::move(inner), kind);
  state->same_format = last;
  state->sink = add_ghost(bin.get(), "sink", first, state);
  state->src = add_ghost(bin.get(), "src", last, state);
  state->to_inner = internal_of(state->sink, state);
  state->from_inner = internal_of(state->src, state);
  gst_pad_set_chain_function(state->sink, chain);
  gst_pad_set_event_function(state->sink, sink_event);
  gst_pad_set_query_function(state->sink, sink_query);
  gst_pad_set_event_function(state->src, src_event);
  gst_pad_set_query_function(state->src, src_query);
  gst_pad_set_event_function(state->from_inner, inner_event);
  return bin;
}

}  // namespace reel::engine
