#include "reel/engine/run.hpp"

#include "reel/base/error.hpp"
#include "reel/base/log.hpp"
#include "reel/engine/provided.hpp"
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

void play_made(const service::RunJob& job, const catalog::Catalog& stages, model::Pipeline& pipeline) {
  for (const engine::ProvidedStage& provided : engine::provided_stages(pipeline))
    if (const auto made = job.made.find(pipeline.stages[provided.stage].id); made != job.made.end())
      engine::play_instead(pipeline, provided.stage, made->second, stages);
}

std::vector<service::WantedMedia> wanted(const model::Pipeline& pipeline) {
  std::vector<service::WantedMedia> all;
  for (const engine::ProvidedStage& provided : engine::provided_stages(pipeline)) {
    const model::Stage& stage = pipeline.stages[provided.stage];
    all.push_back({stage.id, stage.traits.name, provided.request.stage, provided.request.params, provided.fresh});
  }
  return all;
}

engine::Prepared prepare(const service::RunJob& job, const catalog::Catalog& stages, const Names& names) {
  model::Diagnosed diagnosed;
  auto pipeline = model::load_pipeline(job.name, job.yaml, stages, check_options(job, names), diagnosed);
  if (pipeline) play_made(job, stages, *pipeline);
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
  if (service::RunnerResult result; !(result.wanted = wanted(prepared.pipeline)).empty()) return result;
  engine::Run run(prepared, run_options(job, place.channel));
  return succeeded(place.stop.execute(run));
}

}  // namespace reel::runner
