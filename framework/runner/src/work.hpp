/// The kinds of jobs.
#pragma once

#include "channel.hpp"
#include "names.hpp"
#include "stop.hpp"

namespace reel::runner {

/// What every job works with.
struct Workplace {
  const service::RunnerSpec& spec;
  Channel& channel;
  Stop& stop;
  Names names;
};

/// Each throws base::Error or InvalidPipeline.
service::RunnerResult run(const service::RunJob& job, Workplace& place);
service::RunnerResult inspect(const service::InspectJob& job, Workplace& place);

/// Read questions and write answers, a line each, until the input ends.
void answer_questions(Workplace& place);
void provide(const service::ProvideJob& job, Workplace& place);

}  // namespace reel::runner
