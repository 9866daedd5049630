/// What a packet of AAC says of the shape of its sound. Private to the engine.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace reel::engine::aac {

/// Each packet reaches over its neighbours by a window: long ones fade over a whole packet, short ones, for sudden sounds,
/// over an eighth. Two packets fit together only where both fade alike.
struct Windows {
  bool long_before = false, long_behind = false;
  bool kaiser = false;  ///< the Kaiser-Bessel-derived shape, else the sine
  bool common = false;  ///< all this holds for both channels
};

/// Of the first channel of a packet without ADTS header; nothing where it is no such packet.
std::optional<Windows> windows_of(std::span<const std::uint8_t> packet);

}  // namespace reel::engine::aac
