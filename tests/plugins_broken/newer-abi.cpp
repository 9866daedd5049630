#include "wrong.hpp"

static gboolean open(const reel_host*, [[maybe_unused]] GstPlugin* plugin, [[maybe_unused]] GError** error) {
  return register_element(plugin, "newer-thing");
}
EXPORT_ const reel_plugin reel_plugin_entry;
const reel_plugin reel_plugin_entry{REEL_ABI_MAJOR,
                                    REEL_ABI_MINOR + 1,
                                    "org.example.newer",
                                    "newer",
                                    "newer",
                                    "1.0.0",
                                    "MIT",
                                    "Is wrong",
                                    "",
                                    open,
                                    [](const char*) -> const void* { return nullptr; }};
