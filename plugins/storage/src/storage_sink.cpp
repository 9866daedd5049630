#include "storage_sink.hpp"

#include "remote_storage.hpp"
#include "uri_element.hpp"

namespace reel::storage {
namespace {

const gchar* const* protocols() {
  static const gchar* const names[] = {"s3", "gs", nullptr};
  return names;
}

}  // namespace

bool StorageSink::register_stage(GstPlugin* plugin) {
  static const GType type = [] {
    const GType made = Base::make_type(GST_TYPE_BASE_SINK, init_class,
                                       [](GstElement* e) { gst_base_sink_set_sync(GST_BASE_SINK_CAST(e), FALSE); });
    handle_uris<GST_URI_SINK, protocols>(made);
    return made;
  }();
  return gst_element_register(plugin, stage.name, GST_RANK_PRIMARY, type) != FALSE;
}

void StorageSink::init_class(gpointer klass) {
  detail::describe<StorageSink>(klass, "Sink/Network", false, false);
  detail::add_pad_template(klass, "sink", GST_PAD_SINK, GST_PAD_ALWAYS, "ANY");
  auto* const sink = static_cast<GstBaseSinkClass*>(klass);
  sink->start = start;
  sink->stop = [](GstBaseSink* e) -> gboolean {
    Base::state(e).self.upload_.reset();
    return TRUE;
  };
  sink->render = render;
  sink->event = event;
  sink->unlock = [](GstBaseSink* e) -> gboolean {
    Base::state(e).self.task_.cancel(true);
    return TRUE;
  };
  sink->unlock_stop = [](GstBaseSink* e) -> gboolean {
    Base::state(e).self.task_.cancel(false);
    return TRUE;
  };
}

gboolean StorageSink::start(GstBaseSink* element) {
  auto& state = Base::state(element);
  return guarded_element(element, FALSE, [&]() -> gboolean {
    state.refresh(element);
    const Params& p = state.params;
    const WriteOptions options{p.content_type, p.storage_class, p.encryption, {}};
    state.self.upload_ = RemoteStorage::create(detail::host(), p.location, options, state.self.task_.task());
    state.self.written_ = 0;
    return TRUE;
  });
}

GstFlowReturn StorageSink::render(GstBaseSink* element, GstBuffer* buffer) {
  StorageSink& self = Base::state(element).self;
  const GstFlowReturn flow = guarded_element(element, GST_FLOW_ERROR, [&] {
    const MappedBuffer mapped(buffer, GST_MAP_READ);
    if (mapped.data() == nullptr) throw Error("cannot map a buffer");
    self.upload_->write({reinterpret_cast<const std::byte*>(mapped.data()), mapped.size()}, self.task_.task());
    self.written_ += mapped.size();
    return GST_FLOW_OK;
  });
  return flow == GST_FLOW_ERROR && self.task_.cancelled() ? GST_FLOW_FLUSHING : flow;
}

/// What is written cannot be changed any more.
void StorageSink::segment(GstEvent* event) const {
  const GstSegment* segment = nullptr;
  gst_event_parse_segment(event, &segment);
  if (segment->format == GST_FORMAT_BYTES && segment->start != written_)
    throw Error(
        "an object is written from its beginning to its end, and the stream goes back: tell the muxer not to, "
        "as with mp4mux fragment-duration=1000");
}

gboolean StorageSink::event(GstBaseSink* element, GstEvent* event) {
  StorageSink& self = Base::state(element).self;
  const bool good = guarded_element(element, false, [&] {
    if (GST_EVENT_TYPE(event) == GST_EVENT_SEGMENT) self.segment(event);
    if (GST_EVENT_TYPE(event) == GST_EVENT_EOS && self.upload_) {
      self.upload_->commit(self.task_.task());
      self.upload_.reset();
    }
    return true;
  });
  if (good) return static_cast<GstBaseSinkClass*>(Base::parent_class)->event(element, event);
  gst_event_unref(event);
  return FALSE;
}

}  // namespace reel::storage
