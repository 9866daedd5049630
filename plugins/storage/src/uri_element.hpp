/// What makes an element one that GStreamer finds by URI. Its address is its property `location`.
#pragma once

#include <gst/gst.h>

#include "reel/sdk.hpp"

namespace reel::storage {

/// Adds the interface GstURIHandler to a type. `Kind` is GST_URI_SRC or GST_URI_SINK; `protocols` lives for ever.
template <GstURIType Kind, const gchar* const* (*Protocols)()>
void handle_uris(GType type) {
  static constexpr GInterfaceInfo info{[](gpointer interface, gpointer) {
                                         auto* const handler = static_cast<GstURIHandlerInterface*>(interface);
                                         handler->get_type = [](GType) { return Kind; };
                                         handler->get_protocols = [](GType) { return Protocols(); };
                                         handler->get_uri = [](GstURIHandler* self) {
                                           gchar* uri = nullptr;
                                           g_object_get(self, "location", &uri, nullptr);
                                           return uri;
                                         };
                                         handler->set_uri = [](GstURIHandler* self, const gchar* uri,
                                                               GError**) -> gboolean {
                                           g_object_set(self, "location", uri, nullptr);
                                           return TRUE;
                                         };
                                       },
                                       nullptr, nullptr};
  g_type_add_interface_static(type, GST_TYPE_URI_HANDLER, &info);
}

/// Posts what `body` throws as an error of the element, under a code that programs look at, and returns `failed`.
template <class R, class F>
R guarded_element(gpointer element, R failed, F body) noexcept {
  try {
    return body();
  } catch (const ExtensionError& e) {
    if (e.code() == REEL_ERROR_CANCELLED) return failed;
    const GstResourceError code = e.code() == REEL_ERROR_NOT_FOUND ? GST_RESOURCE_ERROR_NOT_FOUND
                                  : e.code() == REEL_ERROR_DENIED  ? GST_RESOURCE_ERROR_NOT_AUTHORIZED
                                  : e.code() == REEL_ERROR_BUSY    ? GST_RESOURCE_ERROR_BUSY
                                                                   : GST_RESOURCE_ERROR_FAILED;
    gst_element_message_full(static_cast<GstElement*>(element), GST_MESSAGE_ERROR, GST_RESOURCE_ERROR, code,
                             g_strdup(e.what()), nullptr, __FILE__, "guarded_element", __LINE__);
  } catch (const std::exception& e) {
    GST_ELEMENT_ERROR(element, RESOURCE, FAILED, ("%s", e.what()), (nullptr));
  }
  return failed;
}

}  // namespace reel::storage
