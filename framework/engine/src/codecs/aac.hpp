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
  friend bool operator==(const Windows&, const Windows&) = default;
};

/// Of the first channel of a packet without ADTS header; nothing where it is no such packet.
std::optional<Windows> windows_of(std::span<const std::uint8_t> packet);

/// Makes a packet of which windows_of() knows say that it fades out by that shape.
void set_shape(std::span<std::uint8_t> packet, bool kaiser);

enum class Side { before, behind };

/// Changes the sound under a long window's half, and as little of it as can be, so that a packet whose encoder fades by one
/// shape holds what one that fades by the other would: then it cancels out against a neighbour of that other shape.
/// `samples` are one packet's worth, interleaved; `kaiser` is the encoder's shape. Two shapes differ by a tenth at most, so what is heard
/// of the change is nothing: it is undone by the neighbour.
void fold_alike(std::span<float> samples, int channels, Side side, bool kaiser);

}  // namespace reel::engine::aac
