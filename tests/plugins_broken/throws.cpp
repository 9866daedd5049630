#include "wrong.hpp"

static gboolean open(const reel_host*, [[maybe_unused]] GstPlugin* plugin, [[maybe_unused]] GError** error) {
  throw 42;
}
EXPORT_ const reel_plugin reel_plugin_entry;
const reel_plugin reel_plugin_entry{REEL_ABI_MAJOR,
                                    REEL_ABI_MINOR,
                                    "org.example.throws",
                                    "throws",
                                    "throws",
                                    "1.0.0",
                                    "MIT",
                                    "Is wrong",
                                    "",
                                    open,
                                    [](const char*) -> const void* { return nullptr; }};
