#include "play.hpp"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <mutex>
#include <utility>

#include "arguments.hpp"
#include "media_made.hpp"
#include "progress.hpp"
#include "reel/base/log.hpp"
#include "reel/base/text.hpp"
#include "reel/engine/describe.hpp"
#include "reel/engine/run.hpp"
#include "reel/service/recorder.hpp"
#include "reel/store/database.hpp"
#include "signals.hpp"
#include "terminal.hpp"

namespace reel::cli {
namespace {

std::string source_uri(const model::Pipeline& pipeline) {
  for (const model::Stage& stage : pipeline.stages) {
    if (stage.traits.role != model::StageRole::source) continue;
    const auto text = [&](const char* name) {
      const model::Setting* const setting = stage.setting(name);
      const auto* const value = setting != nullptr ? std::get_if<std::string>(&setting->value) : nullptr;
      return value != nullptr ? base::redacted(*value) : std::string();
    };
    if (const std::string uri = text("uri"); !uri.empty()) return uri;
    const std::string prompt = text("prompt");
    return stage.traits.name + (prompt.empty() ? "" : ":" + prompt);
  }
  return {};
}

service::NewRequest new_request(service::Store& store, const model::Pipeline& pipeline,
                                const std::optional<std::string>& prompt) {
  service::NewRequest request;
  request.user = store.accounts().local_user();
  request.video_url = source_uri(pipeline);
  request.prompt = prompt;
  request.pipeline_name = pipeline.name.empty() ? std::filesystem::path(pipeline.file).stem().string() : pipeline.name;
  request.pipeline_yaml = pipeline.text;
  for (const model::Stage& stage : pipeline.stages) request.stages.push_back(stage.id);
  return request;
}

/// The job of a run in the database, if it was asked for.
class Record {
 public:
  Record(const service::Config& config, const engine::Prepared& prepared, const std::optional<std::string>& prompt)
      : database_(config.database_url, config.state_folder),
        recorder_([this] { return database_.open(); }, new_request(*database_.open(), prepared.pipeline, prompt)),
        listener_([this](const base::LogLine& line) {
          if (line.level >= base::Level::info) recorder_.log(line);
        }) {}

  service::RequestId id() const { return recorder_.id(); }

  void progress(const engine::Progress& p) {
    service::ProgressRecord record;
    record.fraction = p.fraction;
    record.frames = static_cast<std::int64_t>(p.frames);
    record.position = p.position;
    record.duration = p.duration;
    record.frames_per_second = p.frames_per_second;
    stages_.clear();
    for (const engine::StageProgress& s : p.stages)
      stages_.push_back(
          {s.id, s.uses, s.done ? "done" : "running", static_cast<std::int64_t>(s.frames), s.done ? 1.0 : -1.0});
    recorder_.progress(record, stages_);
  }

  void succeeded(const engine::Report& report) {
    service::Outcome outcome;
    for (const engine::Artifact& artifact : report.artifacts) outcome.artifacts.push_back(artifact.uri);
    outcome.report_json = report.to_json();
    for (auto& stage : stages_) stage.state = "done", stage.fraction = 1;
    service::ProgressRecord record{1.0, static_cast<std::int64_t>(report.frames), report.media_duration,
                                   report.media_duration, report.frames_per_second};
    recorder_.progress(record, stages_);
    finish(outcome);
  }

  void failed(const base::Error& error) {
    service::Outcome outcome;
    const bool stopped = dynamic_cast<const base::Interrupted*>(&error) != nullptr;
    outcome.state = stopped ? service::RequestState::cancelled : service::RequestState::failed;
    outcome.error = base::redacted(error.what());
    outcome.error_code = stopped ? "interrupted" : "run-failed";
    base::LogLine last{stopped ? base::Level::warning : base::Level::error, "", outcome.error};
    if (const auto* const at = dynamic_cast<const engine::StageError*>(&error)) {
      last.stage = at->stage();
      if (at->mark().line > 0) last.message += " (line " + std::to_string(at->mark().line) + " of the pipeline)";
      if (!at->detail().empty()) recorder_.log({base::Level::debug, at->stage(), base::redacted(at->detail())});
      outcome.error_stage = at->stage();
      outcome.error_line = static_cast<std::int64_t>(at->mark().line);
      outcome.error_column = static_cast<std::int64_t>(at->mark().column);
      for (auto& stage : stages_)
        if (stage.id == at->stage()) stage.state = "failed";
    }
    recorder_.log(last);
    finish(outcome);
  }

 private:
  void finish(const service::Outcome& outcome) {
    const std::string missing = recorder_.finish(outcome);
    if (!missing.empty()) std::cerr << "warning: " << missing << '\n';
  }

  store::Database database_;
  service::Recorder recorder_;
  std::vector<service::StageRecord> stages_;
  base::LogListener listener_;
};

void write_report(const std::filesystem::path& file, const engine::Report& report) {
  const std::filesystem::path temporary = file.string() + ".part";
  std::ofstream out(temporary);
  if (!(out << report.to_json() << '\n') || !out.flush())
    throw base::RunError("cannot write the report " + file.string(), "check that its folder exists and has room");
  std::filesystem::rename(temporary, file);
}

/// A fault at a stage, shown like a fault of the YAML.
void print_fault(const engine::Prepared& prepared, const engine::StageError& error) {
  model::Diagnosed diagnosed{prepared.pipeline.file, prepared.pipeline.text, {}};
  diagnosed.diagnostics.push_back(
      {model::Severity::error, "run-failed", error.mark(), base::redacted(error.what()), base::redacted(error.hint())});
  std::cerr << model::to_text(diagnosed, terminal::colors(terminal::Stream::error));
  if (!error.detail().empty()) base::log(base::Level::debug, error.detail(), error.stage());
}

void print_summary(const engine::Report& report) {
  for (const engine::Artifact& artifact : report.artifacts)
    std::cerr << artifact.uri << ": " << base::format_duration(report.media_duration) << ", "
              << base::format_bytes(artifact.bytes) << ", made in " << base::format_duration(report.elapsed) << '\n';
  for (const engine::MadeMedia& made : report.made)
    std::cerr << made.stage << ": made by " << made.service
              << (made.id.empty() ? ", for an earlier run"
                  : made.cents    ? ", for about " + base::format_dollars(*made.cents)
                                  : "")
              << '\n';
  for (const engine::FrameNotes::Doubt& d : report.frame_notes.doubts())
    std::cerr << d.stage << ": not sure of " << d.frames << " of " << d.of << " frames; look at "
              << base::format_moment(d.worst) << '\n';
  if (report.verification) std::cerr << report.verification->verdict() << '\n';
}

}  // namespace

void add_play_options(CLI::App& command, RunArguments& arguments) {
  command.add_option("--progress", arguments.progress, "auto, plain, json or none")
      ->check(one_of({"auto", "plain", "json", "none"}))
      ->type_name("KIND");
  command
      .add_option("--render", arguments.render,
                  "auto: what the pipeline changes, the rest is copied; full: everything; copy: nothing, or fail")
      ->check(one_of({"auto", "full", "copy"}))
      ->type_name("HOW");
  command.add_flag("--no-cache", arguments.no_cache,
                   "Render anew what an earlier run has rendered already, and keep nothing; see `reel cache`");
  command.add_flag("--verify", arguments.verify,
                   "Prove that what was copied is the source's before the result appears; see `reel verify`");
  command.add_option("--report", arguments.report, "Write the figures of the run as JSON")->type_name("FILE");
  command.add_flag("--dry-run", arguments.dry_run, "Check everything and say what would happen, but run nothing");
  command.add_flag("--record", arguments.record,
                   "Keep the job, its progress and its log in PostgreSQL; see `reel jobs`");
  command.add_option("--budget", arguments.budget, "Ask no provider for anything that costs more than so many dollars")
      ->check(CLI::NonNegativeNumber)
      ->type_name("DOLLARS");
}

base::ExitCode play(engine::Prepared prepared, Context& context, const RunArguments& arguments) {
  if (!arguments.report.empty()) check_target(arguments.report, files_of(prepared.pipeline, true));
  if (arguments.dry_run) {
    std::cout << engine::explain_text(prepared) << "\nNothing was run: --dry-run.\n";
    return base::ExitCode::done;
  }
  std::mutex mutex;
  engine::Run* running = nullptr;  // guarded by `mutex`
  std::atomic<bool> stop_asked{false};
  // Before any thread is made, so that all of them leave the signals to this one.
  const Signals signals([&] {
    const std::lock_guard lock(mutex);
    stop_asked = true;
    if (running != nullptr) running->stop();
  });

  std::optional<Record> record;
  if (arguments.record) record.emplace(context.config(), prepared, arguments.prompt);
  if (record) std::cerr << "job " << record->id() << '\n';
  const auto view =
      make_progress(arguments.progress, prepared.pipeline.name.empty() ? arguments.pipeline : prepared.pipeline.name);
  const auto listener = log_through(*view, arguments.progress);

  engine::RunOptions options;
  options.render = arguments.render == "full"   ? engine::RenderMode::full
                   : arguments.render == "copy" ? engine::RenderMode::copy
                                                : engine::RenderMode::automatic;
  if (!arguments.no_cache && context.config().cache_gigabytes > 0) options.cache = context.span_cache();
  options.verify = arguments.verify;
  options.secret = [&context](const std::string& name) { return context.secret(name); };
  options.on_progress = [&](const engine::Progress& progress) {
    view->update(progress);
    if (record) record->progress(progress);
  };
  try {
    std::vector<engine::MadeMedia> made;
    prepared = with_media_made(
        std::move(prepared), context,
        {arguments.budget, options, *view, &stop_asked, record ? std::optional(record->id()) : std::nullopt}, made);
    engine::Run run(prepared, options);
    {
      const std::lock_guard lock(mutex);
      running = &run;
      if (stop_asked) run.stop();
    }
    struct Clear {
      std::mutex& mutex;
      engine::Run*& running;
      ~Clear() {
        const std::lock_guard lock(mutex);
        running = nullptr;
      }
    } const clear{mutex, running};
    engine::Report report = run.execute();
    report.made = std::move(made);
    view->done(report.to_json());
    if (record) record->succeeded(report);
    if (!arguments.report.empty()) write_report(arguments.report, report);
    if (arguments.progress != "none" && arguments.progress != "json") print_summary(report);
    return base::ExitCode::done;
  } catch (const base::Error& error) {
    view->failed(base::redacted(error.what()));
    if (record) record->failed(error);
    const auto* const at = dynamic_cast<const engine::StageError*>(&error);
    if (at == nullptr) throw;
    print_fault(prepared, *at);
    return base::ExitCode::run_failed;
  } catch (const InvalidInput& error) {
    const auto& first = error.diagnosed.diagnostics.front();
    view->failed(base::redacted(first.message));
    if (record) record->failed(base::InputError(first.message, first.hint));
    throw;
  }
}

}  // namespace reel::cli
