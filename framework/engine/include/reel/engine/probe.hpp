/// What a media file holds.
#pragma once

#include <string>

#include "reel/model/media.hpp"

namespace reel::engine {

/// Reads the headers (and as much more as needed) of a file or URI. Throws base::InputError: missing,
/// unreadable, empty, no media, with what was found and what to do.
model::MediaInfo probe(const std::string& uri);

/// Reads every packet of the default video stream. Throws like probe().
model::FrameIndex index_frames(const std::string& uri);

}  // namespace reel::engine
