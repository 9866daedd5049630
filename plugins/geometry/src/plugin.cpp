#include "crop.hpp"
#include "rotate.hpp"
#include "scale.hpp"

REEL_PLUGIN((reel::PluginInfo{.id = "org.reelwork.geometry",
                              .name = "reel-geometry",
                              .vendor = "reel",
                              .version = "0.1.0",
                              .license = "LGPL-2.1-or-later",
                              .summary = "Cropping, scaling and turning pictures"}),
            reel::geometry::Crop, reel::geometry::Scale, reel::geometry::Rotate);
