/// Where the clock of an MPEG stream stands when its media begin.
#pragma once

#include <string>

#include "reel/types.hpp"

namespace reel::local {

/// GStreamer's demuxers of MPEG transport and program streams count from the first reading of the stream's clock, which comes
/// up to seconds before the first picture or sound. This is how long before; 0 if it cannot be told. Reads the beginning of
/// the file. `media_type` is the file's: `video/mpegts`, `video/mpeg`; others give 0.
Time mpeg_origin(const std::string& path, const std::string& media_type);

}  // namespace reel::local
