/// Network abstraction layer units, which H.264 and H.265 share (ITU-T H.264, clause 7.3.1 and annex B; ISO 14496-15). Private to
/// the engine.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "codecs/bits.hpp"

namespace reel::engine::nal {

/// How units stand in a packet: each behind its length in so many bytes, or, if 0, each behind a start code.
using Framing = std::size_t;
inline constexpr Framing start_codes = 0;

/// The units of a packet; nothing if it is not made of units, to the byte.
std::optional<std::vector<Bytes>> units_of(Bytes packet, Framing framing);
/// Appends a unit. False: too long for its length to be written.
bool append_unit(Buffer& packet, Bytes unit, Framing framing);

/// Without, and with, the bytes that keep start codes from appearing by chance.
Buffer unescaped(Bytes unit);
Buffer escaped(Bytes plain);

}  // namespace reel::engine::nal
