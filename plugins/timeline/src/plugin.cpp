#include <reel/sdk.hpp>

#include "cut.hpp"
#include "fade.hpp"
#include "transition.hpp"

REEL_PLUGIN((reel::PluginInfo{.id = "org.reelwork.timeline",
                              .name = "reel-timeline",
                              .vendor = "reel",
                              .version = "0.1.0",
                              .license = "LGPL-2.1-or-later",
                              .summary = "Cutting, fading and joining pictures with their sound"}),
            reel::timeline::Cut, reel::timeline::Fade, reel::timeline::Transition);
