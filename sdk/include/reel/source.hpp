/// Stages that make pictures or sound out of nothing.
#pragma once

#include <gst/base/gstpushsrc.h>

#include "reel/frame.hpp"
#include "reel/stage.hpp"
#include "reel/video_filter.hpp"

namespace reel {

namespace detail {

/// What picture and sound sources share. `Media` says how a buffer is made.
template <class Self, class Media>
struct SourceClass : Class<GstPushSrc, Self> {
  using Base = Class<GstPushSrc, Self>;

  static GType type() {
    static const GType made = Base::make_type(GST_TYPE_PUSH_SRC, class_init, [](GstElement* e) {
      gst_base_src_set_format(GST_BASE_SRC(e), GST_FORMAT_TIME);
      gst_base_src_set_live(GST_BASE_SRC(e), FALSE);
    });
    return made;
  }

 private:
  static void class_init(gpointer klass) {
    describe<Self>(klass, Media::klass, Media::video, !Media::video);
    add_pad_template(klass, "src", GST_PAD_SRC, GST_PAD_ALWAYS, Media::caps(Self::stage.formats));
    auto* const source = static_cast<GstBaseSrcClass*>(klass);
    source->start = [](GstBaseSrc* b) -> gboolean {
      auto& s = Base::state(b);
      return guarded(b, FALSE, [&] {
        s.seen = 0;
        s.refresh(b);
        if constexpr (requires { s.self.start(s.params); }) s.self.start(s.params);
        return TRUE;
      });
    };
    source->stop = [](GstBaseSrc* b) -> gboolean {
      auto& s = Base::state(b);
      return guarded(b, FALSE, [&] {
        if constexpr (requires { s.self.stop(); }) s.self.stop();
        return TRUE;
      });
    };
    source->get_caps = [](GstBaseSrc* b, GstCaps* filter) -> GstCaps* {
      auto& s = Base::state(b);
      GstCaps* const caps = guarded(b, static_cast<GstCaps*>(nullptr), [&] {
        s.refresh(b);
        return Media::to_caps(s.self.format(s.params));
      });
      if (caps == nullptr) return gst_caps_new_empty();
      if (filter == nullptr) return caps;
      GstCaps* const wanted = gst_caps_intersect(filter, caps);
      gst_caps_unref(caps);
      return wanted;
    };
    source->query = [](GstBaseSrc* b, GstQuery* query) -> gboolean {
      auto& s = Base::state(b);
      if constexpr (requires { s.self.duration(s.params); }) {
        GstFormat format = GST_FORMAT_UNDEFINED;
        if (GST_QUERY_TYPE(query) == GST_QUERY_DURATION) gst_query_parse_duration(query, &format, nullptr);
        if (format == GST_FORMAT_TIME) {
          GST_OBJECT_LOCK(b);
          const auto params = s.shared;
          GST_OBJECT_UNLOCK(b);
          gst_query_set_duration(query, GST_FORMAT_TIME, s.self.duration(params).count());
          return TRUE;
        }
      }
      return static_cast<GstBaseSrcClass*>(Base::parent_class)->query(b, query);
    };
    static_cast<GstPushSrcClass*>(klass)->create = [](GstPushSrc* p, GstBuffer** out) {
      return guarded(p, GST_FLOW_ERROR, [&] { return create(GST_BASE_SRC(p), out); });
    };
  }

  static GstFlowReturn create(GstBaseSrc* b, GstBuffer** out) {
    auto& s = Base::state(b);
    const auto format = s.self.format(s.params);
    GstBuffer* const buffer = Media::make_buffer(format, s.self);
    gst_object_sync_values(GST_OBJECT(b), GST_BUFFER_PTS(buffer));
    bool more = false;
    try {
      s.refresh(b);
      more = Media::produce(s.self, format, buffer, s.params);
    } catch (...) {
      gst_buffer_unref(buffer);
      throw;
    }
    if (!more) {
      gst_buffer_unref(buffer);
      return GST_FLOW_EOS;
    }
    *out = buffer;
    return GST_FLOW_OK;
  }
};

struct VideoMedia {
  static constexpr const char* klass = "Source/Video";
  static constexpr bool video = true;
  static std::string caps(const char* formats) { return video_caps(formats); }
  static GstCaps* to_caps(const VideoFormat& format) { return gst_video_info_to_caps(&format); }

  template <class Self>
  static GstBuffer* make_buffer(const VideoFormat& format, Self& self) {
    GstBuffer* const buffer = gst_buffer_new_allocate(nullptr, format.size, nullptr);
    const auto time = [&](std::uint64_t n) {
      return gst_util_uint64_scale(n, static_cast<guint64>(format.fps_d) * GST_SECOND,
                                   static_cast<guint64>(format.fps_n));
    };
    GST_BUFFER_PTS(buffer) = time(self.made_);
    GST_BUFFER_DURATION(buffer) = time(self.made_ + 1) - time(self.made_);
    ++self.made_;
    return buffer;
  }

  template <class Self, class Params>
  static bool produce(Self& self, const VideoFormat& format, GstBuffer* buffer, const Params& params) {
    GstVideoFrame raw;
    if (gst_video_frame_map(&raw, &format, buffer, GST_MAP_WRITE) == FALSE) throw Error("cannot map a picture");
    struct Unmap {
      GstVideoFrame* frame;
      ~Unmap() { gst_video_frame_unmap(frame); }
    } const unmap{&raw};
    VideoFrame frame{raw, Time{static_cast<std::int64_t>(GST_BUFFER_PTS(buffer))}};
    return self.produce(frame, params);
  }
};

struct AudioMedia {
  static constexpr const char* klass = "Source/Audio";
  static constexpr bool video = false;
  static constexpr std::size_t block = 1024;  ///< samples a channel in a buffer
  static std::string caps(const char*) {
    return "audio/x-raw, format = (string) " GST_AUDIO_NE(F32) ", layout = (string) interleaved";
  }
  static GstCaps* to_caps(const GstAudioInfo& format) { return gst_audio_info_to_caps(&format); }

  template <class Self>
  static GstBuffer* make_buffer(const GstAudioInfo& format, Self& self) {
    GstBuffer* const buffer = gst_buffer_new_allocate(nullptr, block * static_cast<std::size_t>(format.bpf), nullptr);
    const auto time = [&](std::uint64_t n) {
      return gst_util_uint64_scale(n, GST_SECOND, static_cast<guint64>(format.rate));
    };
    GST_BUFFER_PTS(buffer) = time(self.made_);
    GST_BUFFER_DURATION(buffer) = time(self.made_ + block) - time(self.made_);
    self.made_ += block;
    return buffer;
  }

  template <class Self, class Params>
  static bool produce(Self& self, const GstAudioInfo& format, GstBuffer* buffer, const Params& params) {
    GstMapInfo map;
    if (gst_buffer_map(buffer, &map, GST_MAP_WRITE) == FALSE) throw Error("cannot map a block of sound");
    struct Unmap {
      GstBuffer* buffer;
      GstMapInfo* map;
      ~Unmap() { gst_buffer_unmap(buffer, map); }
    } const unmap{buffer, &map};
    AudioBlock samples{reinterpret_cast<float*>(map.data), block, format.channels, format.rate,
                       Time{static_cast<std::int64_t>(GST_BUFFER_PTS(buffer))}};
    return self.produce(samples, params);
  }
};

}  // namespace detail

/// Makes pictures. `Self` gives `stage`, perhaps `Params` and `params`, and
///
///   VideoFormat format(const Params&)                size, pixel format and frame rate; fixed while playing
///   bool produce(VideoFrame& frame, const Params&)   fills the picture for frame.time(); false: none is left
///
/// and perhaps `Time duration(const Params&) const` (any thread), `start(const Params&)`, `stop()`.
template <class Self>
class VideoSource {
 public:
  static bool register_stage(GstPlugin* plugin) {
    return gst_element_register(plugin, Self::stage.name, GST_RANK_NONE,
                                detail::SourceClass<Self, detail::VideoMedia>::type()) != FALSE;
  }

 private:
  friend struct detail::VideoMedia;
  std::uint64_t made_ = 0;
};

/// Makes sound: as VideoSource, with `AudioFormat format(const Params&)` (32 bit float, interleaved) and
/// `bool produce(AudioBlock&, const Params&)`.
template <class Self>
class AudioSource {
 public:
  static bool register_stage(GstPlugin* plugin) {
    return gst_element_register(plugin, Self::stage.name, GST_RANK_NONE,
                                detail::SourceClass<Self, detail::AudioMedia>::type()) != FALSE;
  }

 private:
  friend struct detail::AudioMedia;
  std::uint64_t made_ = 0;
};

/// A VideoFormat from its usual parts. Frame rates are fractions: 30000/1001.
inline VideoFormat video_format(GstVideoFormat pixels, int width, int height, int rate_num, int rate_den = 1) {
  VideoFormat format;
  if (gst_video_info_set_format(&format, pixels, static_cast<guint>(width), static_cast<guint>(height)) == FALSE)
    throw Error("a picture of " + std::to_string(width) + "x" + std::to_string(height) + " is not possible");
  format.fps_n = rate_num, format.fps_d = rate_den;
  return format;
}

/// 32 bit float, interleaved.
inline GstAudioInfo audio_format(int rate, int channels) {
  GstAudioInfo format;
  gst_audio_info_set_format(&format, GST_AUDIO_FORMAT_F32, rate, channels, nullptr);
  return format;
}

}  // namespace reel
