/// Stages that take pictures and give pictures.
#pragma once

#include <gst/base/gstbasetransform.h>
#include <gst/video/gstvideofilter.h>

#include "reel/frame.hpp"
#include "reel/stage.hpp"

namespace reel {

/// Size, format, frame rate and colour of pictures.
using VideoFormat = GstVideoInfo;

namespace detail {

/// Picture in, picture out, over GstVideoFilter. The streaming thread calls everything but the properties.
template <class Self>
struct VideoFilterClass : Class<GstVideoFilter, Self> {
  using Base = Class<GstVideoFilter, Self>;
  static constexpr bool in_place = requires(Self s, VideoFrame& f, const ParamsOf<Self>& p) { s.process(f, p); };
  static constexpr bool resizes = requires(const Self s, VideoFormat& f, const ParamsOf<Self>& p) { s.output(f, p); };

  static GType type() {
    static const GType made = Base::make_type(GST_TYPE_VIDEO_FILTER, class_init, nullptr);
    return made;
  }

  static void class_init(gpointer klass) {
    describe<Self>(klass, "Filter/Effect/Video", true, false);
    add_pad_template(klass, "sink", GST_PAD_SINK, GST_PAD_ALWAYS, video_caps(Self::stage.formats));
    add_pad_template(klass, "src", GST_PAD_SRC, GST_PAD_ALWAYS, video_caps(Self::stage.formats));
    auto* const transform = static_cast<GstBaseTransformClass*>(klass);
    transform->transform_ip_on_passthrough = FALSE;
    transform->before_transform = before;
    transform->start = start;
    transform->stop = stop;
    auto* const filter = static_cast<GstVideoFilterClass*>(klass);
    filter->set_info = [](GstVideoFilter* f, GstCaps*, GstVideoInfo* in, GstCaps*, GstVideoInfo* out) {
      return set_info(f, *in, *out);
    };
    if constexpr (in_place) {
      filter->transform_frame_ip = [](GstVideoFilter* f, GstVideoFrame* frame) { return run_in_place(f, frame); };
    } else {
      filter->transform_frame = [](GstVideoFilter* f, GstVideoFrame* in, GstVideoFrame* out) {
        return run_copying(f, in, out);
      };
    }
    if constexpr (resizes) {
      transform->transform_caps = transform_caps;
      transform->fixate_caps = fixate_caps;
    }
  }

 private:
  static Time time_of(GstVideoFilter* f, const GstBuffer* buffer) {
    return stream_time(GST_BASE_TRANSFORM(f)->segment, GST_BUFFER_PTS(buffer));
  }

  static gboolean start(GstBaseTransform* t) {
    auto& s = Base::state(t);
    return guarded(t, FALSE, [&] {
      s.seen = 0;
      s.refresh(t);
      if constexpr (requires { s.self.start(s.params); }) s.self.start(s.params);
      return TRUE;
    });
  }

  static gboolean stop(GstBaseTransform* t) {
    auto& s = Base::state(t);
    return guarded(t, FALSE, [&] {
      if constexpr (requires { s.self.stop(); }) s.self.stop();
      return TRUE;
    });
  }

  static gboolean set_info(GstVideoFilter* f, const VideoFormat& in, const VideoFormat& out) {
    auto& s = Base::state(f);
    return guarded(f, FALSE, [&] {
      s.refresh(f);
      if constexpr (requires { s.self.format(in, out, s.params); })
        s.self.format(in, out, s.params);
      else if constexpr (requires { s.self.format(in, s.params); })
        s.self.format(in, s.params);
      return TRUE;
    });
  }

  /// Outside `during` the buffer passes untouched, and uncopied.
  static void before(GstBaseTransform* t, GstBuffer* buffer) {
    auto& s = Base::state(t);
    guarded(t, false, [&] {
      const Time at = stream_time(t->segment, GST_BUFFER_PTS(buffer));
      gst_object_sync_values(GST_OBJECT(t), static_cast<GstClockTime>(at.count()));
      s.refresh(t);
      if constexpr (!resizes) {
        bool idle = !s.active_at(at);
        if constexpr (requires { s.self.idle(at, s.params); }) idle = idle || s.self.idle(at, s.params);
        if (idle != (gst_base_transform_is_passthrough(t) != FALSE)) gst_base_transform_set_passthrough(t, idle);
      }
      return true;
    });
  }

  static GstFlowReturn run_in_place(GstVideoFilter* f, GstVideoFrame* raw) {
    auto& s = Base::state(f);
    return guarded(f, GST_FLOW_ERROR, [&] {
      VideoFrame frame{*raw, time_of(f, raw->buffer)};
      s.self.process(frame, s.params);
      return GST_FLOW_OK;
    });
  }

  static GstFlowReturn run_copying(GstVideoFilter* f, GstVideoFrame* raw_in, GstVideoFrame* raw_out) {
    auto& s = Base::state(f);
    return guarded(f, GST_FLOW_ERROR, [&] {
      const Time at = time_of(f, raw_in->buffer);
      const VideoFrame in{*raw_in, at};
      VideoFrame out{*raw_out, at};
      s.self.process(in, out, s.params);
      return GST_FLOW_OK;
    });
  }

  /// Any size may become any other until fixate_caps() asks the stage.
  static GstCaps* transform_caps(GstBaseTransform*, GstPadDirection, GstCaps* caps, GstCaps* filter) {
    GstCaps* result = gst_caps_copy(caps);
    for (guint i = 0; i < gst_caps_get_size(result); ++i) {
      GstStructure* const structure = gst_caps_get_structure(result, i);
      gst_structure_set(structure, "width", GST_TYPE_INT_RANGE, 1, G_MAXINT, "height", GST_TYPE_INT_RANGE, 1, G_MAXINT,
                        nullptr);
      gst_structure_remove_field(structure, "pixel-aspect-ratio");
    }
    if (filter == nullptr) return result;
    GstCaps* const wanted = gst_caps_intersect_full(filter, result, GST_CAPS_INTERSECT_FIRST);
    gst_caps_unref(result);
    return wanted;
  }

  static GstCaps* fixate_caps(GstBaseTransform* t, GstPadDirection direction, GstCaps* caps, GstCaps* other) {
    VideoFormat info;
    if (direction != GST_PAD_SINK || gst_video_info_from_caps(&info, caps) == FALSE) return gst_caps_fixate(other);
    auto& s = Base::state(t);
    const bool known = guarded(t, false, [&] {
      s.refresh(t);
      s.self.output(info, s.params);
      return true;
    });
    if (!known) return gst_caps_fixate(other);
    other = gst_caps_make_writable(gst_caps_truncate(other));
    gst_caps_set_simple(other, "width", G_TYPE_INT, info.width, "height", G_TYPE_INT, info.height, "pixel-aspect-ratio",
                        GST_TYPE_FRACTION, info.par_n, info.par_d, nullptr);
    return gst_caps_fixate(other);
  }
};

}  // namespace detail

/// A stage for pictures. `Self` gives `stage`, perhaps `Params` and `params`, and one of
///
///   void process(VideoFrame& frame, const Params&)                      in place
///   void process(const VideoFrame& in, VideoFrame& out, const Params&)  from one picture to another
///
/// and, if it needs them,
///
///   void output(VideoFormat& format, const Params&) const   copying stages: changes width, height or pixel aspect
///   void format(const VideoFormat& in[, const VideoFormat& out], const Params&)   the format is known, or changes
///   bool idle(Time, const Params&) const   true where it would change nothing: pictures pass uncopied
///   void start(const Params&), void stop()
///
/// All of them on one streaming thread at a time. They may throw; that ends the run with what() as the
/// message.
template <class Self>
class VideoFilter {
 public:
  static bool register_stage(GstPlugin* plugin) {
    using Made = detail::VideoFilterClass<Self>;
    static_assert(
        Made::in_place || requires(Self s, const VideoFrame& in, VideoFrame& out,
                                   const detail::ParamsOf<Self>& p) { s.process(in, out, p); },
        "a VideoFilter needs process(VideoFrame&, const Params&) or "
        "process(const VideoFrame&, VideoFrame&, const Params&)");
    static_assert(!Made::in_place || !Made::resizes, "a stage that works in place cannot change the size");
    static_assert(!Made::resizes || !Self::stage.during, "a stage that changes the size needs .during = false");
    return gst_element_register(plugin, Self::stage.name, GST_RANK_NONE, Made::type()) != FALSE;
  }
};

}  // namespace reel
