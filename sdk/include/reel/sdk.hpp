/// The Reelwork SDK: write a media stage as a struct of parameters, a table that describes them, and
/// process().
///
///   #include <reel/sdk.hpp>
///
///   struct Negative : reel::VideoFilter<Negative> {
///     static constexpr reel::StageInfo stage{.name = "acme-negative", .title = "Negative",
///         .summary = "Mixes a picture with its negative", .formats = "{ RGB, BGR }", .contract = "pointwise"};
///     struct Params { double amount = 1; };
///     static constexpr auto params = reel::params(
///         reel::param("amount", &Params::amount, "Share of the negative in the mix").range(0, 1).identity("0"));
///     void process(reel::VideoFrame& frame, const Params& p) { … }
///   };
///   REEL_PLUGIN((reel::PluginInfo{.id = "org.example.negative", .name = "acme-negative", .vendor = "acme",
///                                 .version = "1.0.0", .license = "MIT"}), Negative);
///
/// Header-only; needs GStreamer 1.22 and C++20. Everything here is licensed LGPL-2.1-or-later; since it is
/// headers only, a plugin may have any licence.
#pragma once

#include <concepts>
#include <string_view>

#include "reel/audio_filter.hpp"
#include "reel/element.hpp"
#include "reel/frame.hpp"
#include "reel/handles.hpp"
#include "reel/params.hpp"
#include "reel/plugin.h"
#include "reel/retime.hpp"
#include "reel/sink.hpp"
#include "reel/source.hpp"
#include "reel/stage.hpp"
#include "reel/types.hpp"
#include "reel/video_filter.hpp"

namespace reel {

struct PluginInfo {
  const char* id;      ///< unique, reverse DNS: `org.example.negative`
  const char* name;    ///< unique among GStreamer plugins: `acme-negative`
  const char* vendor;  ///< prefix of its stages' element factories: `acme`
  const char* version;
  const char* license;  ///< SPDX: `MIT`
  const char* summary = "A plugin for Reelwork";
  const char* url = "https://example.org/";
};

namespace detail {

/// GStreamer's name for a licence; it refuses plugins whose licence it does not know.
constexpr const char* gst_license(std::string_view spdx) {
  if (spdx.starts_with("LGPL")) return "LGPL";
  if (spdx.starts_with("GPL") || spdx.starts_with("AGPL")) return "GPL";
  if (spdx.starts_with("MPL")) return "MPL";
  if (spdx.starts_with("BSD")) return "BSD";
  if (spdx.starts_with("MIT")) return "MIT/X11";
  if (spdx.starts_with("0BSD")) return "0BSD";
  return "Proprietary";
}

/// A part of a plugin that is a table of functions instead of a stage.
template <class Part>
concept IsExtension = requires {
  { Part::extension_id } -> std::convertible_to<const char*>;
  { Part::table() } -> std::convertible_to<const void*>;
};

/// The name of a stage that could not be registered, or null.
template <class Part>
const char* register_part(GstPlugin* registrar) {
  if constexpr (IsExtension<Part>)
    return nullptr;
  else
    return Part::register_stage(registrar) ? nullptr : Part::stage.name;
}

template <class Part>
const void* table_of_part(std::string_view id) {
  if constexpr (IsExtension<Part>)
    return id == Part::extension_id ? Part::table() : nullptr;
  else
    return nullptr;
}

template <class... Parts>
const void* extension(const char* id) noexcept {
  const void* found = nullptr;
  if (id != nullptr) static_cast<void>(((found = table_of_part<Parts>(id)) || ...));
  return found;
}

template <class... Parts>
gboolean open(const reel_host* from, GstPlugin* registrar, GError** error) noexcept {
  host() = from;
  try {
    const char* failed = nullptr;
    static_cast<void>(((failed = register_part<Parts>(registrar)) || ...));
    if (failed == nullptr) return TRUE;
    g_set_error(error, GST_PLUGIN_ERROR, GST_PLUGIN_ERROR_MODULE, "the stage '%s' could not be registered", failed);
  } catch (const std::exception& e) {
    g_set_error(error, GST_PLUGIN_ERROR, GST_PLUGIN_ERROR_MODULE, "%s", e.what());
  } catch (...) {
    g_set_error_literal(error, GST_PLUGIN_ERROR, GST_PLUGIN_ERROR_MODULE, "the plugin threw while it was opened");
  }
  return FALSE;
}

template <class... Parts>
constexpr reel_plugin plugin_entry(const PluginInfo& i) {
  return {REEL_ABI_MAJOR, REEL_ABI_MINOR, i.id,  i.name,         i.vendor,           i.version,
          i.license,      i.summary,      i.url, open<Parts...>, extension<Parts...>};
}

template <class... Parts>
constexpr GstPluginDesc gst_desc(const PluginInfo& i) {
  return {GST_VERSION_MAJOR,
          GST_VERSION_MINOR,
          i.name,
          i.summary,
          [](GstPlugin* p) -> gboolean { return open<Parts...>(nullptr, p, nullptr); },
          i.version,
          gst_license(i.license),
          i.id,
          i.id,
          i.url,
          nullptr,
          {}};
}

}  // namespace detail
}  // namespace reel

#define REEL_EXPORT_ __attribute__((visibility("default")))

/// The two symbols of a plugin, once in each library: `REEL_PLUGIN(info, Part...)`. A part is a stage, or an extension: a class with
/// `static constexpr const char* extension_id` and `static const void* table()`, the table that <reel/extension/…> describes.
#define REEL_PLUGIN(info, ...)                                                           \
  extern "C" {                                                                           \
  REEL_EXPORT_ extern const reel_plugin reel_plugin_entry;                               \
  REEL_EXPORT_ extern GstPluginDesc gst_plugin_desc;                                     \
  const reel_plugin reel_plugin_entry = ::reel::detail::plugin_entry<__VA_ARGS__>(info); \
  GstPluginDesc gst_plugin_desc = ::reel::detail::gst_desc<__VA_ARGS__>(info);           \
  }                                                                                      \
  static_assert(true)
