/// The grain of what was filled.
#pragma once

#include <cstdint>

#include "filler.hpp"

namespace reel::removal {

/// Adds to a patch what it lacks of the grain of the plane around it, where it is smoother than the smoothest parts of those surroundings: a
/// guess has none, and a mean of several pictures has less. `depth`: bits of the plane's samples. The same `seed`, the same grain.
void add_grain(Patch& patch, const cv::Mat& plane, int depth, std::uint64_t seed);

}  // namespace reel::removal
