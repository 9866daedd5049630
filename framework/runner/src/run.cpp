#include "reel/engine/run.hpp"

#include "reel/base/error.hpp"
#include "reel/base/log.hpp"
#include "results.hpp"
#include "stages.hpp"
#include "work.hpp"

namespace reel::runner {
namespace {

model::CheckOptions check_options(const service::RunJob& job, const Names& names) {
  model::CheckOptions options;
  options.set = job.params;
  options.has_secret = [&job](const std::string& name) { return job.secrets.contains(name); };
  options.resolve = [&names](const auto& stage, const auto& param, const std::string& text) {
    return names.resolve(stage, param, text);
  };
  return options;
}

engine::Prepared prepare(const service::RunJob& job, const catalog::Catalog& stages, const Names& names) {
  model::Diagnosed diagnosed;
  const auto pipeline = model::load_pipeline(job.name, job.yaml, stages, check_options(job, names), diagnosed);
  auto prepared = pipeline ? engine::prepare(*pipeline, diagnosed) : std::nullopt;
  if (!prepared) throw InvalidPipeline{std::move(diagnosed)};
  for (const model::Diagnostic& d : diagnosed.diagnostics) base::log(base::Level::warning, d.message);
  return *std::move(prepared);
}

engine::RunOptions run_options(const service::RunJob& job, Channel& channel) {
  engine::RunOptions options;
  options.stall_timeout = job.stall;
  if (job.span_cache && job.span_cache_bytes > 0)
    options.cache = std::make_shared<engine::SpanCache>(*job.span_cache, job.span_cache_bytes);
  options.secret = [&job](const std::string& name) {
    const auto secret = job.secrets.find(name);
    if (secret == job.secrets.end()) throw base::InputError("there is no secret '" + name + "'");
    return secret->second;
  };
  options.on_progress = [&channel](const engine::Progress& progress) { channel.send(progress_of(progress)); };
  return options;
}

}  // namespace

service::RunnerResult run(const service::RunJob& job, Workplace& place) {
  for (const auto& [name, value] : job.secrets) base::hide_in_logs(value);
  const auto stages = load_stages(place.spec.setup);
  const engine::Prepared prepared = prepare(job, *stages, place.names);
  place.stop.check();
  engine::Run run(prepared, run_options(job, place.channel));
  return succeeded(place.stop.execute(run));
}

}  // namespace reel::runner
