/// Channels of layers on their way into the file.
#pragma once

#include "format.hpp"
#include "output.hpp"
#include "reel/extension/exporter.h"

namespace reel::photoshop {

/// Writes one channel of a layer: PackBits at 8 bits, ZIP with prediction at 16, as Photoshop does. Returns how many bytes it took.
std::uint64_t write_channel(Output& output, const reel_pixels& pixels, unsigned channel, const Format& format);

/// The channel of a layer without pixels.
std::uint64_t write_empty_channel(Output& output);

}  // namespace reel::photoshop
