#include "storage_source.hpp"

#include "remote_storage.hpp"
#include "uri_element.hpp"

namespace reel::storage {
namespace {

constexpr guint block_bytes = 64U << 10U;

/// Plain GStreamer programs have elements for http already; a host wants its network policy to be asked.
const gchar* const* source_protocols() {
  static const gchar* const with_web[] = {"s3", "gs", "http", "https", nullptr};
  static const gchar* const without[] = {"s3", "gs", nullptr};
  return detail::host() != nullptr ? with_web : without;
}

}  // namespace

bool StorageSource::register_stage(GstPlugin* plugin) {
  static const GType type = [] {
    const GType made = Base::make_type(GST_TYPE_BASE_SRC, init_class, [](GstElement* e) {
      gst_base_src_set_blocksize(GST_BASE_SRC_CAST(e), block_bytes);
    });
    handle_uris<GST_URI_SRC, source_protocols>(made);
    return made;
  }();
  return gst_element_register(plugin, stage.name, GST_RANK_PRIMARY + 1, type) != FALSE;
}

void StorageSource::init_class(gpointer klass) {
  detail::describe<StorageSource>(klass, "Source/Network", false, false);
  detail::add_pad_template(klass, "src", GST_PAD_SRC, GST_PAD_ALWAYS, "ANY");
  auto* const source = static_cast<GstBaseSrcClass*>(klass);
  source->start = start;
  source->stop = [](GstBaseSrc* e) -> gboolean {
    Base::state(e).self.object_.reset();
    return TRUE;
  };
  source->is_seekable = [](GstBaseSrc*) -> gboolean { return TRUE; };
  source->get_size = [](GstBaseSrc* e, guint64* size) -> gboolean {
    const auto& object = Base::state(e).self.object_;
    if (object) *size = object->info().size;
    return object != nullptr;
  };
  source->fill = fill;
  source->unlock = [](GstBaseSrc* e) -> gboolean {
    Base::state(e).self.task_.cancel(true);
    return TRUE;
  };
  source->unlock_stop = [](GstBaseSrc* e) -> gboolean {
    Base::state(e).self.task_.cancel(false);
    return TRUE;
  };
}

gboolean StorageSource::start(GstBaseSrc* element) {
  auto& state = Base::state(element);
  return guarded_element(element, FALSE, [&]() -> gboolean {
    state.refresh(element);
    state.self.object_ = RemoteStorage::open(detail::host(), state.params.location, state.self.task_.task());
    return TRUE;
  });
}

GstFlowReturn StorageSource::fill(GstBaseSrc* element, guint64 offset, guint size, GstBuffer* buffer) {
  StorageSource& self = Base::state(element).self;
  const GstFlowReturn flow = guarded_element(element, GST_FLOW_ERROR, [&] {
    const MappedBuffer mapped(buffer, GST_MAP_WRITE);
    if (mapped.data() == nullptr) throw Error("cannot map a buffer");
    const std::span<std::byte> bytes(reinterpret_cast<std::byte*>(mapped.data()), size);
    const std::size_t got = self.object_->read(offset, bytes, self.task_.task());
    gst_buffer_set_size(buffer, static_cast<gssize>(got));
    return got == 0 ? GST_FLOW_EOS : GST_FLOW_OK;
  });
  return flow == GST_FLOW_ERROR && self.task_.cancelled() ? GST_FLOW_FLUSHING : flow;
}

}  // namespace reel::storage
