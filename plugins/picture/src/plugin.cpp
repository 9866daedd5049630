#include "blur.hpp"
#include "chroma_key.hpp"
#include "color.hpp"
#include "denoise.hpp"
#include "lut.hpp"
#include "pixelate.hpp"
#include "sharpen.hpp"

REEL_PLUGIN((reel::PluginInfo{.id = "org.reelwork.picture",
                              .name = "reel-picture",
                              .vendor = "reel",
                              .version = "0.1.0",
                              .license = "LGPL-2.1-or-later",
                              .summary = "Blurring, pixelating, colour, sharpness, noise and keying of pictures"}),
            reel::picture::Blur, reel::picture::ChromaKey, reel::picture::ColorAdjust, reel::picture::Denoise,
            reel::picture::Lut, reel::picture::Pixelate, reel::picture::Sharpen);
