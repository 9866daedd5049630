/// PackBits, Apple's run-length code: what Photoshop calls RLE.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace reel::photoshop {

/// Appends the packed row.
void pack_bits(std::span<const std::uint8_t> row, std::vector<std::uint8_t>& into);

/// Fills the row. False if the packed bytes give more or less than that.
bool unpack_bits(std::span<const std::uint8_t> packed, std::span<std::uint8_t> row);

}  // namespace reel::photoshop
