#include <reel/sdk.hpp>

#include "mix.hpp"
#include "normalize.hpp"
#include "volume.hpp"

REEL_PLUGIN((reel::PluginInfo{.id = "org.reelwork.sound",
                              .name = "reel-sound",
                              .vendor = "reel",
                              .version = "0.1.0",
                              .license = "LGPL-2.1-or-later",
                              .summary = "Volume and loudness of sound, and mixing"}),
            reel::sound::Volume, reel::sound::Mute, reel::sound::Normalize, reel::sound::Mix);
