/// Renders the packets of sound that a plan cannot copy. Private to the engine.
#pragma once

#include <functional>
#include <vector>

#include "files/sound_index.hpp"
#include "graph/player.hpp"
#include "graph/settings.hpp"
#include "reel/planner/plan.hpp"
#include "splice/spool.hpp"

namespace reel::engine {

struct SoundOptions {
  Spool& spool;  ///< takes what is encoded
  SecretSource secret;
  base::Time stall_timeout{0};
  std::function<void(double)> on_part;  ///< what part is done, from 0 to 1; about 10 a second
};

/// The packets of one span, in order.
using RenderedSound = std::vector<Spool::Place>;

/// Plays the part of the pipeline that makes the sound of each render span, and encodes it. A span grows by a few packets where that is
/// what it takes to fit to its neighbours; `plan` then says so. One for each render span, in their order. Throws StageError,
/// SpliceFault, base::Interrupted.
std::vector<RenderedSound> render_sound_spans(const Prepared& prepared, planner::SoundPlan& plan, const SoundFile& file,
                                              const Requests& requests, const SoundOptions& options);

/// The pipeline with its pictures taken out.
Prepared sound_of(const Prepared& prepared);

}  // namespace reel::engine
