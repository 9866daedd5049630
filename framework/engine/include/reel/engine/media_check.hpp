/// Checks of a pipeline that need the media themselves.
#pragma once

#include <optional>
#include <vector>

#include "reel/model/media.hpp"
#include "reel/model/pipeline.hpp"
#include "reel/planner/timeline.hpp"

namespace reel::engine {

/// A pipeline with its media looked at.
struct Prepared {
  model::Pipeline pipeline;                            ///< frame numbers replaced by times
  std::vector<std::optional<model::MediaInfo>> media;  ///< for each stage, what a file source plays
  std::vector<planner::StageClock> clocks;
};

/// Probes the sources, replaces frame numbers, and checks what only the media can tell: sources that cannot
/// be read, ranges and keyframes past the end (a warning where only a part lies outside), stages that need a
/// picture or sound that is not there, targets that equal a source, unwritable targets. All faults go to
/// `diagnosed`, at their place in the YAML; the result is there only if there was no error.
std::optional<Prepared> prepare(const model::Pipeline& pipeline, model::Diagnosed& diagnosed);

}  // namespace reel::engine
