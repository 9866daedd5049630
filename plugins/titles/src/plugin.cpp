#include "overlay.hpp"
#include "text.hpp"
#include "watermark.hpp"

REEL_PLUGIN((reel::PluginInfo{.id = "org.reelwork.titles",
                              .name = "reel-titles",
                              .vendor = "reel",
                              .version = "0.1.0",
                              .license = "LGPL-2.1-or-later",
                              .summary = "Text, watermarks and pictures in pictures"}),
            reel::titles::Text, reel::titles::Watermark, reel::titles::Overlay);
