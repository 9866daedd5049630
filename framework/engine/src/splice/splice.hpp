/// Runs a pipeline by rendering what it changes and copying the rest. Private to the engine.
#pragma once

#include <optional>
#include <string>

#include "files/sound_index.hpp"
#include "graph/player.hpp"
#include "graph/progress.hpp"
#include "reel/engine/plan.hpp"
#include "reel/engine/run.hpp"
#include "source_parts.hpp"
#include "splice/picture_encoder.hpp"

namespace reel::engine {

/// A plan with what it takes to carry it out.
struct Splice {
  planner::Plan plan;
  std::optional<FileIndex> index;  ///< of the pictures, set where some stay
  std::optional<SoundFile> sound;  ///< set where sound is spliced
  std::size_t source = 0, sink = 0;
  std::string muxer;
  PictureFormat format;
  bool leave_out = false;  ///< copied packets need not come here
};

/// Whether a stage sees or hears everything once before the real pass.
bool measures_first(const model::Stage& stage);

Splice plan_splice(const Prepared& prepared);

/// A file beside its target, for the run to publish.
struct SplicedFile {
  std::string stage, temporary, target;
  std::optional<base::Time> length;  ///< of the pictures, where all were rendered
  SourceParts missing{};             ///< that is yet to be put into it
  FrameNotes frame_notes{};
};

/// Brings the plan up to what was done. Throws StageError, SpliceFault, base::Interrupted; no file is left then.
SplicedFile run_splice(const Prepared& prepared, Splice& splice, const RunOptions& options, const Requests& requests,
                       const std::function<void(double fraction, std::size_t rendered)>& on_progress);

}  // namespace reel::engine
