/// Where GStreamer's clock of a file stands when its media begin.
#pragma once

#include <string>

#include "reel/types.hpp"

namespace reel::local {

/// The stream time of the first picture or sound: what users see counts from it. 0 for kinds of files that count from there
/// anyway, or if it cannot be told. Reads the beginning of the file. `media_type` is the file's, as `video/mpegts`.
///
/// GStreamer's demuxers of MPEG transport and program streams count from the first reading of the stream's clock, which comes
/// up to seconds before. MP4 and MOV have a clock of their own, on which an edit list may delay everything.
Time media_origin(const std::string& uri, const std::string& media_type);

}  // namespace reel::local
