#include "anonymize.hpp"
#include "object_removal.hpp"
#include "segmenter.hpp"
#include "stabilize.hpp"

REEL_PLUGIN((reel::PluginInfo{.id = "org.reelwork.object-removal",
                              .name = "reel-object-removal",
                              .vendor = "reel",
                              .version = "0.1.0",
                              .license = "LGPL-2.1-or-later",
                              .summary = "Takes objects and shake out of pictures, and hides faces and people"}),
            reel::removal::Anonymize, reel::removal::ObjectRemoval, reel::removal::Stabilize,
            reel::removal::OwnSegmenter);
