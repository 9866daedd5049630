#include "wrong.hpp"

static gboolean open(const reel_host*, GstPlugin* plugin, GError**) { return register_element(plugin, "good-thing"); }
EXPORT_ const reel_plugin reel_plugin_entry;
const reel_plugin reel_plugin_entry{REEL_ABI_MAJOR,
                                    REEL_ABI_MINOR,
                                    "org.example.good",
                                    "good",
                                    "good",
                                    "1.2.3",
                                    "MIT",
                                    "Is right",
                                    "https://example.org",
                                    open,
                                    [](const char* id) -> const void* { return id[0] == 'x' ? "extension" : nullptr; }};
