/// Owners of the C handles that this plugin uses.
#pragma once

#include <gst/gst.h>
#include <gst/video/video.h>

#include <memory>

#include "reel/sdk.hpp"

namespace reel::titles {

template <auto Free>
struct Freer {
  void operator()(auto* handle) const { Free(handle); }
};

template <class T>
using GObjectPtr = std::unique_ptr<T, Freer<g_object_unref>>;
using GErrorPtr = std::unique_ptr<GError, Freer<g_error_free>>;
using GStringPtr = std::unique_ptr<gchar, Freer<g_free>>;
using ConverterPtr = std::unique_ptr<GstVideoConverter, Freer<gst_video_converter_free>>;

/// A buffer mapped as a picture for the life of this object.
class MappedFrame {
 public:
  MappedFrame(GstBuffer* buffer, const VideoFormat& format, GstMapFlags access) {
    if (gst_video_frame_map(&frame_, &format, buffer, access) == FALSE)
      throw Error("a picture's memory cannot be mapped");
  }
  ~MappedFrame() { gst_video_frame_unmap(&frame_); }
  MappedFrame(const MappedFrame&) = delete;
  MappedFrame& operator=(const MappedFrame&) = delete;

  GstVideoFrame& get() { return frame_; }

 private:
  GstVideoFrame frame_{};
};

/// A picture of our own, writable.
class Picture {
 public:
  explicit Picture(const VideoFormat& format)
      : buffer_(gst_buffer_new_allocate(nullptr, GST_VIDEO_INFO_SIZE(&format), nullptr)),
        mapped_(buffer_.get(), format, GST_MAP_READWRITE) {}

  GstVideoFrame& frame() { return mapped_.get(); }
  int width() { return GST_VIDEO_FRAME_WIDTH(&frame()); }
  int height() { return GST_VIDEO_FRAME_HEIGHT(&frame()); }
  template <class T = std::uint8_t>
  T* row(int y) {
    auto* const data = static_cast<std::byte*>(GST_VIDEO_FRAME_PLANE_DATA(&frame(), 0));
    return reinterpret_cast<T*>(data + std::ptrdiff_t{y} * GST_VIDEO_FRAME_PLANE_STRIDE(&frame(), 0));
  }

 private:
  BufferPtr buffer_;
  MappedFrame mapped_;
};

/// Converts and scales pictures; keeps the converter while formats and sizes stay.
class Conversion {
 public:
  void run(const GstVideoFrame& from, GstVideoFrame& to) {
    if (!converter_ || !gst_video_info_is_equal(&from_, &from.info) || !gst_video_info_is_equal(&to_, &to.info))
      prepare(from.info, to.info);
    gst_video_converter_frame(converter_.get(), &from, &to);
  }

 private:
  void prepare(const VideoFormat& from, const VideoFormat& to) {
    from_ = from, to_ = to;
    // GStreamer's converter insists that clocks and fields agree, which do not matter for single pictures.
    VideoFormat plain_from = from, plain_to = to;
    for (VideoFormat* plain : {&plain_from, &plain_to}) {
      plain->fps_n = 0, plain->fps_d = 1;
      plain->interlace_mode = GST_VIDEO_INTERLACE_MODE_PROGRESSIVE;
    }
    converter_.reset(gst_video_converter_new(&plain_from, &plain_to, nullptr));
    if (!converter_)
      throw Error(std::string("pictures of format ") + GST_VIDEO_INFO_NAME(&from) +
                  " cannot be converted for laying them over others");
  }

  VideoFormat from_{}, to_{};
  ConverterPtr converter_;
};

}  // namespace reel::titles
