/// Results in the parent's words.
#pragma once

#include <exception>

#include "names.hpp"
#include "reel/engine/run.hpp"
#include "reel/model/diagnostic.hpp"
#include "reel/service/runner_job.hpp"

namespace reel::runner {

/// A pipeline that is wrong.
struct InvalidPipeline {
  model::Diagnosed diagnosed;
};

service::RunnerProgress progress_of(const engine::Progress& progress);

service::RunnerResult succeeded(engine::Report report);

/// What the exception says. Unknown ones are bugs of ours, and say so.
service::RunnerResult failed(const std::exception_ptr& error, const Names& names);

}  // namespace reel::runner
