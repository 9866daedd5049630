/// Times as GStreamer has them.
#pragma once

#include <reel/sdk.hpp>

namespace reel::timeline {

inline GstClockTime clock_time(Time t) { return static_cast<GstClockTime>(t.count()); }

}  // namespace reel::timeline
