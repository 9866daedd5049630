#include "decoder.hpp"
#include "exporter.hpp"
#include "stage.hpp"

REEL_PLUGIN((reel::PluginInfo{.id = "org.reelwork.photoshop",
                              .name = "reel-photoshop",
                              .vendor = "reel",
                              .version = "0.1.0",
                              .license = "LGPL-2.1-or-later",
                              .summary = "Photoshop documents"}),
            reel::photoshop::Photoshop, reel::photoshop::PhotoshopExporter, reel::photoshop::Decoder);
