/// Which packets of sound can stay. Private to the planner.
#pragma once

#include "path.hpp"
#include "reel/planner/plan.hpp"

namespace reel::planner {

/// Spans of the sound, in words only where a join is the reason. `length` is that of the source.
///
/// At a cut, what was removed is hardly ever a whole number of packets. So each piece of the source moves by the nearest
/// whole number instead, counted from its exact place each time, so that the error does not add up. Sound is then off by
/// at most half a packet, and every packet that lies wholly in a piece is one of the source's.
SoundPlan plan_sound_parts(const model::SoundIndex& index, const Path& path, base::Time crossfade, base::Time length);

}  // namespace reel::planner
