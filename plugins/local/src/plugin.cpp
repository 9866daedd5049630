#include <reel/sdk.hpp>

#include "sink.hpp"
#include "source.hpp"

REEL_PLUGIN((reel::PluginInfo{.id = "org.reelwork.local",
                              .name = "reel-local",
                              .vendor = "reel",
                              .version = "0.1.0",
                              .license = "LGPL-2.1-or-later",
                              .summary = "Reads and writes media files"}),
            reel::local::Source, reel::local::Sink);
