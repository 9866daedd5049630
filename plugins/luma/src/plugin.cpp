#include "provider.hpp"
#include "stages.hpp"

REEL_PLUGIN((reel::PluginInfo{.id = "org.reelwork.luma",
                              .name = "reel-luma",
                              .vendor = "reel",
                              .version = "0.1.0",
                              .license = "LGPL-2.1-or-later",
                              .summary = "Clips made by Luma's Dream Machine and Agents"}),
            reel::luma::Luma, reel::luma::LumaEdit, reel::luma::LumaProvider);
