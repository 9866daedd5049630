/// What a run will do at least, found out without running it.
#pragma once

#include "reel/engine/media_check.hpp"
#include "reel/planner/plan.hpp"

namespace reel::engine {

/// Reads the source packet by packet and plans. Throws base::InputError where it cannot be read.
planner::Plan plan(const Prepared& prepared);

}  // namespace reel::engine
