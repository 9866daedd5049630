/// How a camera was held, as its photographs tell.
#pragma once

#include <gst/video/video.h>

#include <string>

namespace reel::local {

/// How the picture of a JPEG file has to be turned to stand upright: GStreamer's decoder of such files does not say.
GstVideoOrientationMethod orientation_of_photo(const std::string& path);

}  // namespace reel::local
