#include <reel/sdk.hpp>

#include "freeze.hpp"
#include "speed.hpp"

REEL_PLUGIN((reel::PluginInfo{.id = "org.reelwork.speed",
                              .name = "reel-speed",
                              .vendor = "reel",
                              .version = "0.1.0",
                              .license = "GPL-2.0-or-later",
                              .summary = "Faster and slower, with the pitch kept, and freeze frames"}),
            reel::speed::Speed, reel::speed::Freeze);
