/// Runs a pipeline.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "reel/base/error.hpp"
#include "reel/base/time.hpp"
#include "reel/engine/frame_notes.hpp"
#include "reel/engine/media_check.hpp"
#include "reel/engine/span_cache.hpp"
#include "reel/engine/verify.hpp"
#include "reel/planner/plan.hpp"

namespace reel::engine {

struct StageProgress {
  std::string id;
  std::string uses;
  std::uint64_t frames = 0;  ///< that left it (blocks of sound for a stage without pictures)
  base::Time position{0};    ///< on its output clock
  bool done = false;
};

struct Progress {
  std::uint64_t frames = 0;  ///< pictures that arrived at the main sink
  base::Time position{0};    ///< of the output
  std::optional<base::Time> duration;
  double fraction = -1;  ///< 0..1, or less than 0 while the total is unknown
  double frames_per_second = 0;
  std::optional<base::Time> remaining;  ///< wall clock
  std::vector<StageProgress> stages;
};

struct Artifact {
  std::string uri;
  std::string stage;
  std::uint64_t bytes = 0;
};

/// What a provider made for a stage.
struct MadeMedia {
  std::string stage, service;
  std::string id;               ///< at the service; empty: it was made for an earlier run
  std::optional<double> cents;  ///< that it cost this run, if that is known
};

struct Report {
  std::vector<Artifact> artifacts;
  std::vector<MadeMedia> made;  ///< before the run, by whoever prepared it
  std::uint64_t frames = 0;
  planner::Plan plan;                        ///< what was copied and what was rendered
  FrameNotes frame_notes;                    ///< of frames that were rendered, now or for an earlier run
  std::optional<Verification> verification;  ///< if it was asked for, and anything was copied
  base::Time media_duration{0};
  base::Time elapsed{0};
  double frames_per_second = 0;
  std::string to_json() const;
};

/// A run that failed, at a place in the YAML.
class StageError : public base::RunError {
 public:
  StageError(const std::string& what, std::string hint, std::string stage, model::Mark mark, std::string detail)
      : RunError(what, std::move(hint)), stage_(std::move(stage)), mark_(mark), detail_(std::move(detail)) {}
  const std::string& stage() const noexcept { return stage_; }
  model::Mark mark() const noexcept { return mark_; }
  /// GStreamer's own words, for those who know it.
  const std::string& detail() const noexcept { return detail_; }

 private:
  std::string stage_;
  model::Mark mark_;
  std::string detail_;
};

/// How much is rendered.
enum class RenderMode {
  automatic,  ///< what the pipeline changes; packets of all else are copied
  full,       ///< everything
  copy,       ///< nothing: a pipeline that needs it is refused
};

struct RunOptions {
  RenderMode render = RenderMode::automatic;
  std::shared_ptr<SpanCache> cache;  ///< where rendered spans are looked up and kept; none: nowhere
  bool verify = false;  ///< copied packets are kept only if verify() proves the result; else everything is rendered
  std::function<void(const Progress&)> on_progress;  ///< about 10 a second, on the thread of execute()
  std::function<std::string(const std::string&)> secret;
  base::Time stall_timeout = std::chrono::seconds(60);  ///< no buffer anywhere for so long: the run fails; 0: never
};

/// One run of one pipeline. execute() blocks; the other members may be called from any thread (not from a
/// signal handler).
class Run {
 public:
  Run(Prepared prepared, RunOptions options);
  ~Run();
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  /// Plays all to the end. Outputs appear at their targets by rename, when whole; if it throws, no target was
  /// touched and no temporary file is left. Throws StageError, base::Interrupted after stop().
  Report execute();

  void stop();  ///< ends soon and cleanly; execute() throws base::Interrupted
  void pause();
  void resume();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace reel::engine
