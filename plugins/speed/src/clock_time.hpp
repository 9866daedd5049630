/// Times as GStreamer has them.
#pragma once

#include <reel/sdk.hpp>

namespace reel::speed {

/// Sound within so much of where it should be goes on without a gap: containers round timestamps.
inline constexpr Time tolerance = std::chrono::milliseconds(40);

inline GstClockTime clock_time(Time t) { return static_cast<GstClockTime>(t.count()); }
inline Time nanoseconds(GstClockTime t) { return Time{static_cast<std::int64_t>(t)}; }

}  // namespace reel::speed
