/// Owners of the C handles that this plugin uses.
#pragma once

#include <gst/gst.h>
#include <gst/video/video.h>

#include <memory>

#include "reel/convert.hpp"
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

}  // namespace reel::titles
