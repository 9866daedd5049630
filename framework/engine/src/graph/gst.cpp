#include "graph/gst.hpp"

#include <cstdlib>
#include <mutex>

#include "reel/base/log.hpp"
#include "reel/base/text.hpp"

namespace reel::engine::gst {
namespace {

GQuark index_quark() {
  static const GQuark quark = g_quark_from_static_string("reel-engine-stage");
  return quark;
}
GQuark id_quark() {
  static const GQuark quark = g_quark_from_static_string("reel-engine-stage-id");
  return quark;
}

void forward(GstDebugCategory* category, GstDebugLevel level, const gchar*, const gchar*, gint, GObject* object,
             GstDebugMessage* message, gpointer) {
  if (level > GST_LEVEL_WARNING || level == GST_LEVEL_NONE) return;
  GstObject* const at = object != nullptr && GST_IS_OBJECT(object) ? GST_OBJECT_CAST(object) : nullptr;
  const char* const text = gst_debug_message_get(message);
  if (text == nullptr) return;
  base::log(base::Level::debug, std::string(gst_debug_category_get_name(category)) + ": " + base::printable(text),
            at != nullptr ? stage_id_of(at) : "");
}

void forward_glib(const gchar* domain, GLogLevelFlags, const gchar* text, gpointer) {
  base::log(base::Level::debug,
            std::string(domain != nullptr ? domain : "GLib") + ": " + base::printable(text != nullptr ? text : ""));
}

}  // namespace

void init() {
  static std::once_flag once;
  std::call_once(once, [] {
    gst_init(nullptr, nullptr);
    if (std::getenv("GST_DEBUG") != nullptr) return;
    gst_debug_remove_log_function(gst_debug_log_default);
    gst_debug_add_log_function(forward, nullptr, nullptr);
    gst_debug_set_active(TRUE);
    gst_debug_set_default_threshold(GST_LEVEL_WARNING);
    g_log_set_default_handler(forward_glib, nullptr);
  });
}

bool seek(GstElement* sink, std::chrono::nanoseconds to) {
  const auto flags = static_cast<GstSeekFlags>(GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE);
  return gst_element_send_event(sink, gst_event_new_seek(1.0, GST_FORMAT_TIME, flags, GST_SEEK_TYPE_SET, to.count(),
                                                         GST_SEEK_TYPE_NONE, -1)) != FALSE;
}

void set_stage(GstObject* object, std::size_t stage, const std::string& id) {
  g_object_set_qdata(G_OBJECT(object), index_quark(), GSIZE_TO_POINTER(stage + 1));
  g_object_set_qdata_full(G_OBJECT(object), id_quark(), g_strdup(id.c_str()), g_free);
}

int stage_of(GstObject* object) {
  for (GstObject* at = object; at != nullptr; at = GST_OBJECT_PARENT(at))
    if (gpointer const found = g_object_get_qdata(G_OBJECT(at), index_quark()); found != nullptr)
      return static_cast<int>(GPOINTER_TO_SIZE(found)) - 1;
  return -1;
}

const char* stage_id_of(GstObject* object) {
  for (GstObject* at = object; at != nullptr; at = GST_OBJECT_PARENT(at))
    if (gpointer const found = g_object_get_qdata(G_OBJECT(at), id_quark()); found != nullptr)
      return static_cast<const char*>(found);
  return "";
}

}  // namespace reel::engine::gst
