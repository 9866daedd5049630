/// What a plan takes for granted of packets that nobody has looked into: an index by tables alone. Private to the engine.
#pragma once

#include "files/file_index.hpp"
#include "files/sound_index.hpp"
#include "reel/planner/plan.hpp"

namespace reel::engine {

/// Looks into the packets with which the plan's spans begin. False: some are no such entries; the index knows that now, and it takes a
/// new plan. Always true of an index whose packets were all read.
bool confirm_entries(FileIndex& index, const planner::Plan& plan);

/// Looks into all packets that are decoded, and into those that a cut leaves behind of a group of pictures. Throws SpliceFault where
/// what was planned cannot be done.
void confirm_pictures(FileIndex& index, const planner::Plan& plan);

/// Looks into the packets of sound beside those that are rendered, which have to fit them. Throws SpliceFault.
void confirm_sound(SoundFile& sound, const planner::SoundPlan& plan);

}  // namespace reel::engine
