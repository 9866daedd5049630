/// Stages at which pictures or sound end.
#pragma once

#include <gst/base/gstbasesink.h>

#include "reel/frame.hpp"
#include "reel/stage.hpp"
#include "reel/video_filter.hpp"

namespace reel {

namespace detail {

template <class Self, bool Video>
struct SinkClass : Class<GstBaseSink, Self> {
  using Base = Class<GstBaseSink, Self>;

  static GType type() {
    static const GType made = Base::make_type(GST_TYPE_BASE_SINK, class_init,
                                              [](GstElement* e) { gst_base_sink_set_sync(GST_BASE_SINK(e), FALSE); });
    return made;
  }

 private:
  static void class_init(gpointer klass) {
    describe<Self>(klass, Video ? "Sink/Video" : "Sink/Audio", Video, !Video);
    add_pad_template(klass, "sink", GST_PAD_SINK, GST_PAD_ALWAYS,
                     Video ? video_caps(Self::stage.formats)
                           : "audio/x-raw, format = (string) " GST_AUDIO_NE(F32) ", layout = (string) interleaved");
    auto* const sink = static_cast<GstBaseSinkClass*>(klass);
    sink->start = [](GstBaseSink* b) -> gboolean {
      auto& s = Base::state(b);
      return guarded(b, FALSE, [&] {
        s.seen = 0;
        s.refresh(b);
        if constexpr (requires { s.self.start(s.params); }) s.self.start(s.params);
        return TRUE;
      });
    };
    sink->stop = [](GstBaseSink* b) -> gboolean {
      auto& s = Base::state(b);
      return guarded(b, FALSE, [&] {
        if constexpr (requires { s.self.stop(); }) s.self.stop();
        return TRUE;
      });
    };
    sink->set_caps = [](GstBaseSink* b, GstCaps* caps) -> gboolean {
      return guarded(b, FALSE, [&] { return Base::state(b).self.take_caps(caps) ? TRUE : FALSE; });
    };
    sink->event = [](GstBaseSink* b, GstEvent* event) -> gboolean {
      auto& s = Base::state(b);
      if constexpr (requires { s.self.finish(s.params); })
        if (GST_EVENT_TYPE(event) == GST_EVENT_EOS &&
            !guarded(b, false, [&] { return s.self.finish(s.params), true; })) {
          gst_event_unref(event);
          return FALSE;
        }
      return static_cast<GstBaseSinkClass*>(Base::parent_class)->event(b, event);
    };
    sink->render = [](GstBaseSink* b, GstBuffer* buffer) {
      return guarded(b, GST_FLOW_ERROR, [&] { return render(b, buffer); });
    };
  }

  static GstFlowReturn render(GstBaseSink* b, GstBuffer* buffer) {
    auto& s = Base::state(b);
    const Time time = stream_time(b->segment, GST_BUFFER_PTS(buffer));
    gst_object_sync_values(GST_OBJECT(b), static_cast<GstClockTime>(time.count()));
    s.refresh(b);
    if (s.active_at(time)) s.self.take(buffer, time, s.params);
    return GST_FLOW_OK;
  }
};

}  // namespace detail

/// Takes pictures. `Self` gives `stage`, perhaps `Params` and `params`, and
///
///   void consume(const VideoFrame& frame, const Params&)
///
/// and perhaps `format(const VideoFormat&)`, `start(const Params&)`, `finish(const Params&)` (after the last
/// one), `stop()`.
template <class Self>
class VideoSink {
 public:
  static bool register_stage(GstPlugin* plugin) {
    return gst_element_register(plugin, Self::stage.name, GST_RANK_NONE, detail::SinkClass<Self, true>::type()) !=
           FALSE;
  }

 private:
  friend struct detail::SinkClass<Self, true>;
  bool take_caps(GstCaps* caps) {
    if (gst_video_info_from_caps(&format_, caps) == FALSE) return false;
    if constexpr (requires(Self s, const VideoFormat& f) { s.format(f); }) static_cast<Self*>(this)->format(format_);
    return true;
  }
  template <class Params>
  void take(GstBuffer* buffer, Time time, const Params& params) {
    GstVideoFrame raw;
    if (gst_video_frame_map(&raw, &format_, buffer, GST_MAP_READ) == FALSE) throw Error("cannot map a picture");
    struct Unmap {
      GstVideoFrame* frame;
      ~Unmap() { gst_video_frame_unmap(frame); }
    } const unmap{&raw};
    const VideoFrame frame{raw, time};
    static_cast<Self*>(this)->consume(frame, params);
  }
  VideoFormat format_{};
};

/// Takes sound: as VideoSink, with `void consume(const AudioBlock&, const Params&)` and `format(const
/// AudioFormat&)`.
template <class Self>
class AudioSink {
 public:
  static bool register_stage(GstPlugin* plugin) {
    return gst_element_register(plugin, Self::stage.name, GST_RANK_NONE, detail::SinkClass<Self, false>::type()) !=
           FALSE;
  }

 private:
  friend struct detail::SinkClass<Self, false>;
  bool take_caps(GstCaps* caps) {
    if (gst_audio_info_from_caps(&format_, caps) == FALSE) return false;
    if constexpr (requires(Self s, const GstAudioInfo& f) { s.format(f); }) static_cast<Self*>(this)->format(format_);
    return true;
  }
  template <class Params>
  void take(GstBuffer* buffer, Time time, const Params& params) {
    GstMapInfo map;
    if (gst_buffer_map(buffer, &map, GST_MAP_READ) == FALSE) throw Error("cannot map a block of sound");
    struct Unmap {
      GstBuffer* buffer;
      GstMapInfo* map;
      ~Unmap() { gst_buffer_unmap(buffer, map); }
    } const unmap{buffer, &map};
    const AudioBlock block{reinterpret_cast<float*>(map.data), map.size / static_cast<std::size_t>(format_.bpf),
                           format_.channels, format_.rate, time};
    static_cast<Self*>(this)->consume(block, params);
  }
  GstAudioInfo format_{};
};

}  // namespace reel
