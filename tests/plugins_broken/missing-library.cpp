#include "wrong.hpp"

extern "C" int gone();
static gboolean open(const reel_host*, GstPlugin*, GError**) { return gone(); }
EXPORT_ const reel_plugin reel_plugin_entry;
const reel_plugin reel_plugin_entry{
    REEL_ABI_MAJOR, REEL_ABI_MINOR, "org.example.missing", "missing", "missing", "1.0.0", "MIT", "", "", open, nullptr};
