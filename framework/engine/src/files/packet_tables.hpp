/// Packets by what a file's tables say of them, without what is in them. Private to the engine.
#pragma once

#include <string>

#include "files/av.hpp"

namespace reel::engine::av {

/// Opens a file, which is open as `input`, for its packets alone: instead of what is in them come zeros, which cost nothing to get. Their
/// streams have the same numbers and clocks, but are not described. Null where a file cannot be read so: it can if it lies elsewhere and
/// is an MP4 or MOV with one table for all.
Input open_tables(const AVFormatContext* input, const std::string& uri);

/// Whether such a file's tables promise what else only the packets tell: that none of them brings parameter sets of its own
/// (ISO 14496-15, 5.4.2 and 8.4.1: `avc1`, `hvc1`), or that each picture stands for itself.
bool told_by_tables(const AVCodecParameters& pictures);

}  // namespace reel::engine::av
