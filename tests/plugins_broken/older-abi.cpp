#include "wrong.hpp"

static gboolean open(const reel_host*, [[maybe_unused]] GstPlugin* plugin, [[maybe_unused]] GError** error) {
  return register_element(plugin, "older-thing");
}
EXPORT_ const reel_plugin reel_plugin_entry;
const reel_plugin reel_plugin_entry{
    0, 9, "org.example.older", "older", "older", "1.0.0", "MIT", "Is wrong", "", open, [](const char*) -> const void* {
      return nullptr;
    }};
