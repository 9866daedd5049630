/// Owners for GStreamer's counted objects, and its initialisation. Private to the engine.
#pragma once

#include <gst/gst.h>

#include <chrono>
#include <memory>
#include <string>

namespace reel::engine::gst {

struct Release {
  void operator()(GstBuffer* b) const { gst_buffer_unref(b); }
  void operator()(GstBus* b) const { gst_object_unref(b); }
  void operator()(GstCaps* c) const { gst_caps_unref(c); }
  void operator()(GstControlSource* s) const { gst_object_unref(s); }
  void operator()(GstElementFactory* f) const { gst_object_unref(f); }
  void operator()(GstElement* e) const { gst_object_unref(e); }
  void operator()(GstEvent* e) const { gst_event_unref(e); }
  void operator()(GstIterator* i) const { gst_iterator_free(i); }
  void operator()(GstMessage* m) const { gst_message_unref(m); }
  void operator()(GstObject* o) const { gst_object_unref(o); }
  void operator()(GstPad* p) const { gst_object_unref(p); }
  void operator()(GstQuery* q) const { gst_query_unref(q); }
  void operator()(GstSample* s) const { gst_sample_unref(s); }
  void operator()(GstStructure* s) const { gst_structure_free(s); }
  void operator()(GstToc* t) const { gst_toc_unref(t); }
  void operator()(GError* e) const { g_error_free(e); }
  void operator()(gchar* text) const { g_free(text); }
};
template <class T>
using Ptr = std::unique_ptr<T, Release>;

using BufferPtr = Ptr<GstBuffer>;
using BusPtr = Ptr<GstBus>;
using CapsPtr = Ptr<GstCaps>;
using ElementPtr = Ptr<GstElement>;
using EventPtr = Ptr<GstEvent>;
using MessagePtr = Ptr<GstMessage>;
using PadPtr = Ptr<GstPad>;
using StructurePtr = Ptr<GstStructure>;
using TextPtr = Ptr<gchar>;

/// Takes over a new, floating object.
template <class T>
Ptr<T> sunk(T* floating) {
  return Ptr<T>(floating == nullptr ? nullptr : static_cast<T*>(gst_object_ref_sink(floating)));
}
template <class T>
Ptr<T> shared(T* object) {
  return Ptr<T>(static_cast<T*>(gst_object_ref(object)));
}

/// gst_init(), once a process; from then on GStreamer's and GLib's own logs go to base::log at debug level
/// and never to standard error, unless GST_DEBUG asks for that.
void init();

/// Calls f(element) for each element inside `bin`, at any depth.
template <class F>
void for_each_element(GstBin* bin, F f) {
  const Ptr<GstIterator> elements(gst_bin_iterate_recurse(bin));
  GValue item = G_VALUE_INIT;
  for (bool more = true; more;) switch (gst_iterator_next(elements.get(), &item)) {
      case GST_ITERATOR_OK:
        f(GST_ELEMENT(g_value_get_object(&item)));
        g_value_reset(&item);
        break;
      case GST_ITERATOR_RESYNC:
        gst_iterator_resync(elements.get());
        break;
      default:
        more = false;
    }
  g_value_unset(&item);
}

/// Sends a sink, and all that feeds it, to a time; exactly, dropping what is on its way. Not by the pipeline: that would ask every
/// sink, also those which only take what nobody wants and may not be ready. False: something refuses.
bool seek(GstElement* sink, std::chrono::nanoseconds to);

/// Objects carry the stage that they belong to; what they contain belongs to it too.
void set_stage(GstObject* object, std::size_t stage, const std::string& id);
/// Index of the stage that `object` or its nearest ancestor belongs to, or -1.
int stage_of(GstObject* object);
/// Its id, or empty. The text lives as long as the object that carries it.
const char* stage_id_of(GstObject* object);

}  // namespace reel::engine::gst
