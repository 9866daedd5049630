#include "job.hpp"

#include <gst/gst.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string>

#include "reel/base/error.hpp"
#include "reel/base/log.hpp"
#include "results.hpp"
#include "sandbox.hpp"
#include "stages.hpp"
#include "work.hpp"

namespace reel::runner {
namespace {

using service::RunnerSpec;

service::RunnerSpec read_job() {
  std::string line;
  std::getline(std::cin, line);
  return service::read_spec(line);
}

/// Whoever waits for the result must not be outlived. What was before may have come too late.
void end_with_parent(const RunnerSpec& spec) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (spec.parent != 0 && ::getppid() != spec.parent) std::_Exit(static_cast<int>(base::ExitCode::interrupted));
}

Needs needs_of(const RunnerSpec& spec) {
  Needs needs;
  needs.read = plugin_folders(spec.setup);
  needs.read.push_back(spec.setup.registry_folder);
  needs.read.push_back(catalog::models_folder());
  needs.write.push_back(spec.work_folder);
  if (const auto* const inspect = std::get_if<service::InspectJob>(&spec.job)) {
    needs.read.push_back(inspect->file);
    needs.write.push_back(inspect->output_folder);
  }
  if (const auto* const run = std::get_if<service::RunJob>(&spec.job)) {
    for (const auto* const files : {&run->inputs, &run->made})
      for (const auto& [name, path] : *files) needs.read.push_back(path);
    needs.write.push_back(run->output_folder);
    if (run->span_cache) needs.write.push_back(*run->span_cache);
    needs.network = run->network;
  }
  if (const auto* const provide = std::get_if<service::ProvideJob>(&spec.job)) {
    needs.write.push_back(provide->output_folder);
    needs.network = true;
  }
  return needs;
}

/// What was made is for messages: it has no name in a pipeline.
Names::Files files_of(const service::RunJob& run) {
  Names::Files files{run.inputs, run.output_folder, run.network};
  for (const auto& [stage, path] : run.made) files.inputs.try_emplace("what '" + stage + "' made", path);
  return files;
}

Names names_of(const RunnerSpec& spec) {
  Names::Files files;
  if (const auto* const run = std::get_if<service::RunJob>(&spec.job)) files = files_of(*run);
  if (const auto* const inspect = std::get_if<service::InspectJob>(&spec.job))
    files = {{{inspect->name, inspect->file}}, inspect->output_folder, false};
  return {std::move(files), policy_of(spec.setup)};
}

service::RunnerResult perform(Workplace& place) {
  try {
    if (const auto* const job = std::get_if<service::RunJob>(&place.spec.job)) return run(*job, place);
    if (const auto* const job = std::get_if<service::InspectJob>(&place.spec.job)) return inspect(*job, place);
    if (const auto* const job = std::get_if<service::ProvideJob>(&place.spec.job))
      provide(*job, place);
    else
      answer_questions(place);
    return {};
  } catch (...) {
    return failed(std::current_exception(), place.names);
  }
}

[[noreturn]] void do_it(const RunnerSpec& spec, Channel& channel) {
  channel.send(shut_in(spec, needs_of(spec)));
  tell_of_crashes();
  Stop stop;
  stop.listen();
  Workplace place{spec, channel, stop, names_of(spec)};
  const base::LogListener listener(
      [&place](const base::LogLine& line) {
        if (line.level >= base::Level::info)
          place.channel.send(base::LogLine{line.level, line.stage, place.names.shown(line.message)});
      },
      base::LogListener::Stderr::instead);
  const service::RunnerResult result = perform(place);
  channel.send(result);
  // What is left of the program may still use all of this.
  std::_Exit(result.outcome.state == service::RequestState::succeeded ? 0 : 1);
}

}  // namespace

void do_job() {
  Channel channel;
  try {
    const RunnerSpec spec = read_job();
    end_with_parent(spec);
    if (!std::holds_alternative<service::RegistryJob>(spec.job)) do_it(spec, channel);
    gst_init(nullptr, nullptr);
    std::_Exit(0);
  } catch (...) {
    const service::RunnerResult result = failed(std::current_exception(), Names({}, {}));
    std::cerr << result.outcome.error << std::endl;
    channel.send(result);
  }
  std::_Exit(static_cast<int>(base::ExitCode::input_wrong));
}

}  // namespace reel::runner
