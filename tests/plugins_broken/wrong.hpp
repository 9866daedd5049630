/// The parts of a plugin, by hand, so that each can be wrong.
#pragma once

#include "reel/plugin.h"

#define EXPORT_ extern "C" __attribute__((visibility("default")))

/// An element that does nothing but be there.
inline gboolean register_element(GstPlugin* plugin, const char* name) {
  return gst_element_register(plugin, name, GST_RANK_NONE, g_type_from_name("GstBin"));
}
