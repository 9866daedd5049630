/// Owners of GStreamer's counted objects, for stages that are close to GStreamer.
#pragma once

#include <gst/gst.h>

#include <memory>

namespace reel {

namespace detail {
struct Unref {
  void operator()(GstBuffer* b) const { gst_buffer_unref(b); }
  void operator()(GstEvent* e) const { gst_event_unref(e); }
  void operator()(GstCaps* c) const { gst_caps_unref(c); }
  void operator()(GstPad* p) const { gst_object_unref(p); }
  void operator()(GstElement* e) const { gst_object_unref(e); }
};
}  // namespace detail

using BufferPtr = std::unique_ptr<GstBuffer, detail::Unref>;
using EventPtr = std::unique_ptr<GstEvent, detail::Unref>;
using CapsPtr = std::unique_ptr<GstCaps, detail::Unref>;
using PadPtr = std::unique_ptr<GstPad, detail::Unref>;
using ElementPtr = std::unique_ptr<GstElement, detail::Unref>;

/// The buffer, if need be a copy of it, so that its timestamps may be changed (its memory: map it for
/// writing).
inline BufferPtr writable(BufferPtr buffer) { return BufferPtr(gst_buffer_make_writable(buffer.release())); }

/// A mapped buffer. Throws nothing; `data` is null where mapping failed.
class MappedBuffer {
 public:
  MappedBuffer(GstBuffer* buffer, GstMapFlags flags) : buffer_(buffer) {
    if (gst_buffer_map(buffer_, &map_, flags) == FALSE) map_ = GST_MAP_INFO_INIT;
  }
  MappedBuffer(const MappedBuffer&) = delete;
  MappedBuffer& operator=(const MappedBuffer&) = delete;
  ~MappedBuffer() {
    if (map_.memory != nullptr) gst_buffer_unmap(buffer_, &map_);
  }
  guint8* data() const { return map_.data; }
  gsize size() const { return map_.size; }

 private:
  GstBuffer* buffer_;
  GstMapInfo map_ = GST_MAP_INFO_INIT;
};

}  // namespace reel
