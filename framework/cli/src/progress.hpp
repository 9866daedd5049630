/// How a run shows where it is.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "reel/base/log.hpp"
#include "reel/engine/run.hpp"

namespace reel::cli {

/// All members are called on one thread but log(), which may be called on any.
class ProgressView {
 public:
  virtual ~ProgressView() = default;
  virtual void update(const engine::Progress&) {}
  virtual void log(const base::LogLine&) {}
  virtual void done(const engine::Report&) {}
  virtual void failed(const std::string& /*what*/) {}
};

/// `auto`: a live line on a terminal, plain lines elsewhere; `plain`, `json` (one object a line, on standard
/// output), `none`. A pipeline's `name` stands before its progress.
std::unique_ptr<ProgressView> make_progress(const std::string& kind, const std::string& name);

/// `0:12 of 0:28, 43 %, 51 frames/s, 9 s left`
std::string progress_text(const engine::Progress& progress);

}  // namespace reel::cli
