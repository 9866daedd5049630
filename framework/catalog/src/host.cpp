#include "host.hpp"

#include <cstring>

#include "reel/base/log.hpp"

namespace reel::catalog {
namespace {

/// The stage is the outermost named parent below the pipeline; the engine names it after the stage's id.
std::string stage_of(GstObject* source) {
  std::string stage;
  GstObject* object = source != nullptr ? static_cast<GstObject*>(gst_object_ref(source)) : nullptr;
  while (object != nullptr) {
    GstObject* const parent = gst_object_get_parent(object);
    if (parent != nullptr) {
      gchar* const name = gst_object_get_name(object);
      stage = name;
      g_free(name);
    }
    gst_object_unref(object);
    object = parent;
  }
  return stage;
}

void write_log(const reel_host*, reel_log_level level, GstObject* source, const char* message) {
  if (message != nullptr) base::log(static_cast<base::Level>(level), message, stage_of(source));
}

const void* extension(const reel_host*, const char* id) {
  static const reel_host_log log{write_log};
  return id != nullptr && std::strcmp(id, REEL_HOST_LOG) == 0 ? &log : nullptr;
}

}  // namespace

const reel_host* the_host(const std::string& version) {
  static const std::string text = version;
  static const reel_host host{REEL_ABI_MAJOR, REEL_ABI_MINOR, "Reelwork", text.c_str(), extension};
  return &host;
}

}  // namespace reel::catalog
