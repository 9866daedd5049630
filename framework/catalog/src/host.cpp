#include "host.hpp"

#include <cstring>
#include <string_view>

#include "extensions.hpp"
#include "reel/base/log.hpp"
#include "reel/extension/host.h"
#include "reel/extension/task.h"

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

HostServices& services() {
  static HostServices given;
  return given;
}

char* get_secret(const reel_host*, const char* name) {
  try {
    const auto value = name != nullptr && services().secret ? services().secret(name) : std::nullopt;
    if (!value) return nullptr;
    base::hide_in_logs(*value);
    return g_strndup(value->data(), value->size());
  } catch (const std::exception&) {
    return nullptr;
  }
}

void release_secret(char* secret) {
  if (secret != nullptr) explicit_bzero(secret, std::strlen(secret));
  g_free(secret);
}

const char* cache_folder(const reel_host*) {
  const auto& folder = services().cache_folder;
  return folder.empty() ? nullptr : folder.c_str();
}

const char* temporary_folder(const reel_host*) { return g_get_tmp_dir(); }

/// Asks a service that throws where it says no.
template <class Ask>
gboolean allowed(GError** error, Ask ask) {
  try {
    ask();
    return TRUE;
  } catch (const std::exception& e) {
    g_set_error_literal(error, REEL_ERROR, REEL_ERROR_DENIED, e.what());
    return FALSE;
  }
}

gboolean may_ask(const reel_host*, const char* uri, GError** error) {
  return allowed(error, [&] {
    if (services().may_ask) services().may_ask(uri);
  });
}

gboolean may_connect(const reel_host*, const char* uri, const sockaddr* address, GError** error) {
  return allowed(error, [&] {
    if (services().may_connect) services().may_connect(uri, *address);
  });
}

const void* extension(const reel_host*, const char* id) {
  static const reel_host_log log{write_log};
  static const reel_host_secrets secrets{get_secret, release_secret};
  static const reel_host_folders folders{cache_folder, temporary_folder};
  static const reel_host_network network{may_ask, may_connect};
  static const reel_host_segmenters segmenters{segmenter_at};
  const std::string_view asked(id != nullptr ? id : "");
  if (asked == REEL_HOST_LOG) return &log;
  if (asked == REEL_HOST_SECRETS) return &secrets;
  if (asked == REEL_HOST_FOLDERS) return &folders;
  if (asked == REEL_HOST_SEGMENTERS) return &segmenters;
  return asked == REEL_HOST_NETWORK ? &network : nullptr;
}

}  // namespace

const reel_host* the_host(const std::string& version, const HostServices& given) {
  static const std::string text = version;
  static const reel_host host{REEL_ABI_MAJOR, REEL_ABI_MINOR, "Reelwork", text.c_str(), extension};
  static const bool once = (services() = given, true);
  static_cast<void>(once);
  return &host;
}

}  // namespace reel::catalog
