/// The colour profile of documents that bring none.
#pragma once

#include <cstdint>
#include <span>

namespace reel::photoshop {

/// An ICC profile of sRGB, always the same bytes.
std::span<const std::uint8_t> srgb_profile();

}  // namespace reel::photoshop
