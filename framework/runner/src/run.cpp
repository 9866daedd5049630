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

engine::Prepared checked(const model::Pipeline& pipeline, model::Diagnosed& diagnosed) {
  auto prepared = engine::prepare(pipeline, diagnosed);
  if (!prepared) throw InvalidPipeline{std::move(diagnosed)};
  return *std::move(prepared);
}

engine::Prepared prepare(const service::RunJob& job, const catalog::Catalog& stages, const Names& names) {
  model::Diagnosed diagnosed;
  const auto pipeline = model::load_pipeline(job.name, job.yaml, stages, check_options(job, names), diagnosed);
  if (!pipeline) throw InvalidPipeline{std::move(diagnosed)};
  auto prepared = checked(*pipeline, diagnosed);
  for (const model::Diagnostic& d : diagnosed.diagnostics) base::log(base::Level::warning, d.message);
  return prepared;
}

/// With what was made for the run in the places of the stages that it was made for.
engine::Prepared with_media_made(engine::Prepared prepared, const service::RunJob& job,
                                 const catalog::Catalog& stages) {
  for (;;) {
    model::Pipeline pipeline = prepared.pipeline;
    const auto provided = engine::provided_stages(prepared);
    const auto made = provided.empty() ? job.made.end() : job.made.find(pipeline.stages[provided.front().stage].id);
    if (made == job.made.end()) return prepared;
    engine::play_instead(pipeline, provided.front().stage, made->second, stages);
    model::Diagnosed diagnosed{pipeline.file, pipeline.text, {}};
    prepared = checked(pipeline, diagnosed);
  }
}

std::vector<service::WantedMedia> wanted(const engine::Prepared& prepared) {
  std::vector<service::WantedMedia> all;
  for (const engine::ProvidedStage& provided : engine::provided_stages(prepared)) {
    const model::Stage& stage = prepared.pipeline.stages[provided.stage];
    if (provided.request.input)
      throw engine::StageError("'" + stage.traits.name + "' changes a clip that its service has to fetch from the web",
                               "run it with `reel run` and `staging:`, and upload the result", stage.id, stage.mark,
                               "");
    all.push_back({stage.id, stage.traits.name, provided.request.stage, provided.request.params, provided.fresh});
  }
  return all;
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
  const engine::Prepared prepared = with_media_made(prepare(job, *stages, place.names), job, *stages);
  place.stop.check();
  if (service::RunnerResult result; !(result.wanted = wanted(prepared)).empty()) return result;
  engine::Run run(prepared, run_options(job, place.channel));
  return succeeded(place.stop.execute(run));
}

}  // namespace reel::runner
