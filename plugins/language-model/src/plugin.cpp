#include <reel/sdk.hpp>

#include "planner.hpp"

REEL_PLUGIN((reel::PluginInfo{.id = "org.reelwork.language-model",
                              .name = "reel-language-model",
                              .vendor = "reel",
                              .version = "0.1.0",
                              .license = "LGPL-2.1-or-later",
                              .summary = "Pipelines of prompts, by a language model that speaks the OpenAI chat API"}),
            reel::language_model::ChatPlanner);
