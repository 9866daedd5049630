#include "reel/engine/run.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "artifacts.hpp"
#include "checks/checks.hpp"
#include "exports.hpp"
#include "files/local_file.hpp"
#include "graph/failures.hpp"
#include "graph/player.hpp"
#include "graph/progress.hpp"
#include "reel/base/log.hpp"
#include "reel/base/text.hpp"
#include "reel/catalog/storage.hpp"
#include "reel/engine/describe.hpp"
#include "reel/plugin.h"
#include "splice/span_renderer.hpp"
#include "splice/splice.hpp"
#include "staging.hpp"

namespace reel::engine {
namespace {

using std::chrono::steady_clock;

/// A result so much shorter than planned is worth a word.
constexpr double short_share = 0.95;

/// What has to be rendered after all; empty: nothing.
std::string why_not_copied(const planner::Plan& plan) {
  using planner::Treatment;
  if (plan.pictures == Treatment::render) return plan.pictures_reason;
  if (std::ranges::any_of(plan.spans, &planner::Span::encoded)) return "pictures have to be rendered";
  const bool sound = plan.sound == Treatment::render || (plan.sound == Treatment::splice && plan.parts.rendered > 0);
  return sound ? plan.sound_reason : "";
}

/// What a log is read for: what went in, what came out.
void log_inputs(const Prepared& prepared) {
  for (std::size_t i = 0; i < prepared.pipeline.stages.size(); ++i)
    if (prepared.media[i])
      base::log(base::Level::info, "reads " + media_words(*prepared.media[i]), prepared.pipeline.stages[i].id);
}

void log_outputs(const Report& report) {
  for (const Artifact& a : report.artifacts)
    base::log(base::Level::info,
              "wrote " + a.uri + ", " + base::format_bytes(a.bytes) + ": " + std::to_string(report.frames) +
                  " frames, " + base::format_duration(report.media_duration) + ", made in " +
                  base::format_duration(report.elapsed),
              a.stage);
}

}  // namespace

struct Run::State {
  Prepared whole;  ///< with the stages that write documents of what is played
  Staging staging;
  Prepared prepared;
  RunOptions options;
  Requests requests;
  std::size_t shown;  ///< the stage whose frames and position are the run's
  Progress last;

  State(Prepared p, RunOptions o)
      : whole(std::move(p)),
        staging(whole.pipeline),
        prepared(without_exporters(whole)),
        options(std::move(o)),
        shown(main_sink(prepared.pipeline).value_or(0)) {}

  std::unique_ptr<Graph> new_graph(const Measurements& measured) const {
    return std::make_unique<Graph>(prepared, GraphOptions{options.secret, measured, true});
  }
  PlayHooks hooks(ProgressMeter& meter);
  Measurements measure_all(double& start, double share);
  void measure(std::size_t stage, Measurements& measured, ProgressMeter& meter);
  Report play(const Measurements& measured, ProgressMeter& meter);
  Report splice(Splice& splice);
  bool lies_beside_its_source(const Splice& splice) const;
  Verification prove(const Splice& splice, const SplicedFile& made) const;
  Report execute();
  void keep_what_exists() const;
  Report splice_or_render(Splice& splice);
  Report render_all();
  Report write_documents_alone();
  std::vector<Artifact> publish(PendingFiles& files);
  std::optional<Splice> choose() const;
  void check_end(Graph& graph, const std::vector<std::string>& finished) const;
  void compare_with_plan() const;
};

PlayHooks Run::State::hooks(ProgressMeter& meter) {
  PlayHooks hooks;
  hooks.stall_timeout = options.stall_timeout;
  hooks.on_tick = [this, &meter](Graph& graph) {
    last = meter.measure(graph);
    if (requests.pause) meter.forget_speed();
    if (options.on_progress) options.on_progress(last);
  };
  return hooks;
}

/// Runs the graph up to a stage that wants to measure first, and throws what it gives away.
void Run::State::measure(std::size_t index, Measurements& measured, ProgressMeter& meter) {
  const model::Stage& stage = prepared.pipeline.stages[index];
  auto graph = new_graph(measured);
  const auto kinds = output_kinds(prepared.pipeline, prepared.media);
  for (const Kind kind : both_kinds)
    if (takes(stage.traits, kind) && kinds[index].has(kind))
      graph->want_output({index, kind}, gst::sunk(gst_element_factory_make("fakesink", nullptr)));
  graph->assemble();
  Player player(std::move(graph), prepared, requests);
  PlayHooks with_result = hooks(meter);
  with_result.on_element_message = [&](GstMessage* message) {
    const GstStructure* const found = gst_message_get_structure(message);
    if (gst_structure_has_name(found, REEL_MESSAGE_MEASURED) == FALSE) return;
    if (gst::stage_of(GST_MESSAGE_SRC(message)) != static_cast<int>(index)) return;
    measured[index] = std::shared_ptr<GstStructure>(gst_structure_copy(found), gst::Release{});
  };
  base::log(base::Level::info, "measuring before the real pass", stage.id);
  player.play(with_result);
}

Measurements Run::State::measure_all(double& start, double share) {
  Measurements measured;
  for (std::size_t i = 0; i < prepared.pipeline.stages.size(); ++i) {
    if (!measures_first(prepared.pipeline.stages[i])) continue;
    ProgressMeter meter(prepared, i, start, share);
    measure(i, measured, meter);
    start += share;
  }
  return measured;
}

/// An end is only good if something came to it.
void Run::State::check_end(Graph& graph, const std::vector<std::string>& finished) const {
  for (const auto& [index, element] : graph.elements()) {
    const model::Stage& stage = prepared.pipeline.stages[index];
    if (stage.traits.role != model::StageRole::sink) continue;
    const StageCounters* const c = graph.counters(index);
    if (c->frames_in == 0)
      throw stage_error(
          stage, c->counts_pictures ? "no picture reached '" + stage.id + "'" : "no sound reached '" + stage.id + "'",
          "the input may be damaged, or the stages before leave nothing of it");
    if (has_property(element, "commit") && std::ranges::find(finished, stage.id) == finished.end())
      throw stage_error(stage, "'" + stage.id + "' ended without a finished file", "");
  }
}

void Run::State::compare_with_plan() const {
  if (!last.duration || *last.duration < std::chrono::seconds(1)) return;
  if (base::seconds(last.position) >= short_share * base::seconds(*last.duration)) return;
  base::log(base::Level::warning,
            "the result lasts " + base::format_duration(last.position) + ", but " +
                base::format_duration(*last.duration) + " were expected: the input may be damaged or cut short",
            prepared.pipeline.stages[shown].id);
}

Report Run::State::play(const Measurements& measured, ProgressMeter& meter) {
  auto graph = new_graph(measured);
  for (std::size_t i = 0; i < prepared.pipeline.stages.size(); ++i)
    if (prepared.pipeline.stages[i].traits.role == model::StageRole::sink) graph->want_sink(i);
  graph->assemble();
  PendingFiles files;
  std::vector<std::string> finished;
  Player player(std::move(graph), prepared, requests);
  PlayHooks with_files = hooks(meter);
  with_files.on_element_message = [&](GstMessage* message) {
    const GstStructure* const found = gst_message_get_structure(message);
    if (gst_structure_has_name(found, "reel-artifact") == FALSE) return;
    const char *const temporary = gst_structure_get_string(found, "temporary"), *const target =
                                                                                    gst_structure_get_string(found,
                                                                                                             "target");
    if (temporary == nullptr || target == nullptr) return;
    finished.emplace_back(gst::stage_id_of(GST_MESSAGE_SRC(message)));
    files.add(finished.back(), temporary, staging.destination(target));
  };
  player.play(with_files);
  check_end(player.graph(), finished);
  // A stop that came with the end still counts: nothing has appeared yet.
  Report report;
  // A sink that is closed takes back what was not published.
  report.artifacts = publish(files);
  report.frame_notes = player.frame_notes();
  last = meter.measure(player.graph());
  player.close();
  return report;
}

/// Documents are made of what is played, and appear with it.
std::vector<Artifact> Run::State::publish(PendingFiles& files) {
  const ExportOptions how{options.secret, &requests.stop,
                          [this](const std::string& file) { return staging.destination(file); }};
  for (const std::size_t stage : exporter_stages(whole.pipeline)) write_documents(whole, stage, files, how);
  if (requests.stop) throw base::Interrupted("stopped before the end; no target was touched");
  keep_what_exists();
  return files.publish(&requests.stop);
}

/// Nothing else is wanted of the media.
Report Run::State::write_documents_alone() {
  PendingFiles files;
  Report report;
  report.artifacts = publish(files);
  return report;
}

Report Run::State::render_all() {
  const auto passes = 1 + std::ranges::count_if(prepared.pipeline.stages, measures_first);
  const double share = 1.0 / static_cast<double>(passes);
  double start = 0;
  const Measurements measured = measure_all(start, share);
  ProgressMeter meter(prepared, shown, start, share);
  Report report = play(measured, meter);
  compare_with_plan();
  return report;
}

/// Sinks that may not overwrite: before anything is done for them, and again before they appear.
void Run::State::keep_what_exists() const {
  for (const model::Stage& stage : prepared.pipeline.stages) {
    const model::Setting* const overwrite = stage.setting("overwrite");
    const model::Setting* const target = address(stage);
    if (stage.traits.role != model::StageRole::sink || target == nullptr || overwrite == nullptr ||
        overwrite->value != model::Value(false))
      continue;
    const std::string place = staging.destination(std::get<std::string>(target->value));
    if (is_elsewhere(place) ? catalog::is_stored(place) : std::filesystem::exists(local_path(place)))
      throw stage_error(stage, base::printable(place) + " exists already, and 'overwrite' is off",
                        "choose another name, or remove it first");
  }
}

Report Run::State::execute() {
  keep_what_exists();
  if (!main_sink(prepared.pipeline)) return write_documents_alone();
  auto splice = choose();
  return splice ? splice_or_render(*splice) : render_all();
}

/// How to keep what the pipeline does not change; nothing where all is rendered.
std::optional<Splice> Run::State::choose() const {
  if (options.render == RenderMode::full) return std::nullopt;
  Splice splice = plan_splice(prepared);
  const planner::Plan& plan = splice.plan;
  const std::string obstacle = why_not_copied(plan);
  if (options.render == RenderMode::copy && !obstacle.empty())
    throw base::RunError("this pipeline cannot be run by copying alone: " + obstacle, "run it with --render auto");
  if (plan.full()) {
    base::log(base::Level::info,
              "renders everything: " + (plan.pictures_reason.empty() ? plan.sound_reason : plan.pictures_reason));
    return std::nullopt;
  }
  base::log(base::Level::info,
            (plan.pictures == planner::Treatment::render
                 ? "renders all pictures: " + plan.pictures_reason
                 : "copies " + std::to_string(plan.copied) + " pictures and renders " + std::to_string(plan.rendered)) +
                (plan.sound_reason.empty() ? "" : "; sound: " + plan.sound_reason));
  return splice;
}

/// Whether what is copied may get from source to target without coming here: then nobody can prove it here.
bool Run::State::lies_beside_its_source(const Splice& splice) const {
  const model::Setting* const uri = address(prepared.pipeline.stages[splice.sink]);
  if (uri == nullptr || options.verify) return false;
  const std::string target = staging.destination(std::get<std::string>(uri->value));
  const std::string scheme = base::scheme_of(target);
  return is_elsewhere(target) && scheme == base::scheme_of(prepared.media[splice.source]->uri) &&
         catalog::can_store_ranges(scheme);
}

/// Before the file appears under its name.
Verification Run::State::prove(const Splice& splice, const SplicedFile& made) const {
  base::log(base::Level::info, "verifying the result");
  VerifyOptions how;
  how.plan = splice.plan;
  how.stop = &requests.stop;
  Verification verification = verify(prepared.media[splice.source]->uri, made.temporary, how);
  verification.output = staging.destination(made.target);
  if (verification.proven()) return verification;
  const Difference& first = verification.differences.front();
  const std::string what =
      "what was copied cannot be proven: at " + base::format_moment(first.at) + ", " + first.check + ": " + first.what;
  if (options.render == RenderMode::copy)
    throw stage_error(prepared.pipeline.stages[splice.sink], what, "run it with --render full");
  throw SpliceFault(what);
}

Report Run::State::splice(Splice& splice) {
  const auto began = steady_clock::now();
  const auto& length = prepared.clocks[shown].input_duration;
  last.duration = length;
  for (const model::Stage& stage : prepared.pipeline.stages) last.stages.push_back({stage.id, stage.traits.name});
  const auto show = [&](double fraction, std::size_t rendered) {
    last.fraction = fraction;
    last.frames = rendered;
    for (StageProgress& stage : last.stages) stage.frames = rendered;
    const double elapsed = std::chrono::duration<double>(steady_clock::now() - began).count();
    last.frames_per_second = elapsed > 0 ? static_cast<double>(rendered) / elapsed : 0;
    if (length) last.position = std::chrono::duration_cast<base::Time>(*length * fraction);
    if (fraction > 0.01)
      last.remaining =
          std::chrono::duration_cast<base::Time>(std::chrono::duration<double>(elapsed * (1 - fraction) / fraction));
    if (options.on_progress) options.on_progress(last);
  };
  PendingFiles files;
  splice.leave_out = lies_beside_its_source(splice);
  const SplicedFile made = run_splice(prepared, splice, options, requests, show);
  files.add(made.stage, made.temporary, staging.destination(made.target), made.missing);
  Report report;
  if (options.verify) report.verification = prove(splice, made);
  report.artifacts = publish(files);
  report.plan = splice.plan;
  report.frame_notes = made.frame_notes;
  if (!splice.plan.spans.empty()) last.frames = splice.plan.copied + splice.plan.rendered;
  for (StageProgress& stage : last.stages) stage.frames = last.frames;
  if (!splice.plan.spans.empty())
    last.position = splice.plan.spans.back().output.end;
  else if (made.length || length)
    last.position = made.length ? *made.length : *length;
  if (made.length) compare_with_plan();
  return report;
}

Report Run::State::splice_or_render(Splice& splice) {
  try {
    return this->splice(splice);
  } catch (const SpliceFault& fault) {
    if (options.render == RenderMode::copy) throw;
    base::log(base::Level::warning, std::string(fault.what()) + "; everything is rendered instead");
  }
  last = {};
  return render_all();
}

Run::Run(Prepared prepared, RunOptions options)
    : state_(std::make_unique<State>(std::move(prepared), std::move(options))) {
  gst::init();
}
Run::~Run() = default;

Report Run::execute() {
  const auto began = steady_clock::now();
  State& s = *state_;
  log_inputs(s.prepared);
  Report report = s.execute();
  if (s.options.verify && !report.verification)
    base::log(base::Level::warning, "everything was rendered, so there is nothing of the source to verify");
  s.last.fraction = 1;
  s.last.remaining = base::Time{0};
  for (StageProgress& stage : s.last.stages) stage.done = true;
  if (s.options.on_progress) s.options.on_progress(s.last);
  report.frames = s.last.frames;
  report.media_duration = s.last.position;
  report.elapsed = steady_clock::now() - began;
  const double elapsed = base::seconds(report.elapsed);
  report.frames_per_second = elapsed > 0 ? static_cast<double>(report.frames) / elapsed : 0;
  log_outputs(report);
  for (const FrameNotes::Doubt& d : report.frame_notes.doubts())
    base::log(base::Level::info,
              "not sure of " + std::to_string(d.frames) + " of " + std::to_string(d.of) + " frames, least of all at " +
                  base::format_moment(d.worst),
              d.stage);
  return report;
}

void Run::stop() { state_->requests.stop = true; }
void Run::pause() { state_->requests.pause = true; }
void Run::resume() { state_->requests.pause = false; }

std::string Report::to_json() const {
  nlohmann::ordered_json json;
  json["artifacts"] = nlohmann::json::array();
  for (const Artifact& a : artifacts)
    json["artifacts"].push_back(nlohmann::ordered_json{{"uri", a.uri}, {"stage", a.stage}, {"bytes", a.bytes}});
  for (const MadeMedia& m : made) {
    auto& one = json["made"].emplace_back(nlohmann::ordered_json{{"stage", m.stage}, {"service", m.service}});
    if (!m.id.empty()) one["id"] = m.id;
    if (m.cents) one["cents"] = *m.cents;
  }
  json["frames"] = frames;
  if (verification) json["verification"] = nlohmann::ordered_json::parse(verification->to_json());
  if (!frame_notes.empty()) json["frame_notes"] = nlohmann::ordered_json::parse(frame_notes.to_json());
  if (frame_notes.left_out() > 0) json["frame_notes_left_out"] = frame_notes.left_out();
  if (!plan.full()) json["plan"] = nlohmann::ordered_json::parse(planner::to_json(plan));
  json["media_seconds"] = base::seconds(media_duration);
  json["elapsed_seconds"] = base::seconds(elapsed);
  json["frames_per_second"] = frames_per_second;
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace reel::engine
