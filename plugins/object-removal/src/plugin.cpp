#include "object_removal.hpp"

REEL_PLUGIN((reel::PluginInfo{.id = "org.reelwork.object-removal",
                              .name = "reel-object-removal",
                              .vendor = "reel",
                              .version = "0.1.0",
                              .license = "LGPL-2.1-or-later",
                              .summary = "Takes objects out of pictures"}),
            reel::removal::ObjectRemoval);
