/// The parts of prepare(): what only the media can tell. Private to the engine.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reel/engine/media_check.hpp"

namespace reel::engine {

/// Adds diagnostics.
class Faults {
 public:
  explicit Faults(model::Diagnosed& diagnosed) : diagnosed_(diagnosed) {}
  void error(model::Mark mark, std::string code, std::string message, std::string hint = {}) {
    add(model::Severity::error, mark, std::move(code), std::move(message), std::move(hint));
  }
  void warning(model::Mark mark, std::string code, std::string message, std::string hint = {}) {
    add(model::Severity::warning, mark, std::move(code), std::move(message), std::move(hint));
  }
  bool any_error() const { return errors_ > 0; }

 private:
  void add(model::Severity severity, model::Mark mark, std::string code, std::string message, std::string hint);
  model::Diagnosed& diagnosed_;
  int errors_ = 0;
};

using Media = std::vector<std::optional<model::MediaInfo>>;

std::vector<std::optional<base::Time>> durations(const Media& media);

/// The setting that names what a source reads or a sink writes, if its text is known before the run.
const model::Setting* address(const model::Stage& stage);

/// Replaces frame numbers by the times of the pictures they count: the n-th of the stage's input.
void replace_frame_numbers(model::Pipeline& pipeline, const Media& media, Faults& faults);

/// `during`, ranges, keyframes and times against what reaches the stage.
void check_times(const model::Pipeline& pipeline, const std::vector<planner::StageClock>& clocks, Faults& faults);

/// What providers would refuse, as far as they can tell without asking. Once the clocks are known, only what depends on them is looked at.
void check_provided(const Prepared& prepared, Faults& faults);

/// Stages whose kind of media is not there.
void check_kinds(const model::Pipeline& pipeline, const Media& media, Faults& faults);

/// What sinks would write to: no folder, not writable, a source of this pipeline, the same file twice.
void check_targets(const model::Pipeline& pipeline, Faults& faults);

}  // namespace reel::engine
