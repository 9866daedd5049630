#include "results.hpp"

#include <algorithm>
#include <new>

#include "reel/base/error.hpp"
#include "reel/base/log.hpp"
#include "reel/base/text.hpp"

namespace reel::runner {
namespace {

using service::RequestState;
using service::RunnerResult;

RunnerResult failure(std::string code, const std::string& error, const std::string& hint, const Names& names) {
  RunnerResult result;
  result.outcome.state = RequestState::failed;
  result.outcome.error_code = std::move(code);
  result.outcome.error = names.shown(base::redacted(base::with_hint(error, hint)));
  return result;
}

void place(RunnerResult& result, model::Mark mark) {
  result.outcome.error_line = static_cast<std::int64_t>(mark.line);
  result.outcome.error_column = static_cast<std::int64_t>(mark.column);
}

RunnerResult invalid(const model::Diagnosed& diagnosed, const Names& names) {
  const auto& all = diagnosed.diagnostics;
  const auto first = std::ranges::find(all, model::Severity::error, &model::Diagnostic::severity);
  const auto errors =
      static_cast<std::uint64_t>(std::ranges::count(all, model::Severity::error, &model::Diagnostic::severity));
  RunnerResult result = failure("invalid-pipeline", "the pipeline is wrong", "", names);
  if (first != all.end()) {
    const std::string more = errors > 1 ? " (and " + base::counted(errors - 1, "more fault") + ")" : "";
    result = failure("invalid-pipeline", first->message + more, first->hint, names);
    place(result, first->mark);
  }
  return result;
}

}  // namespace

service::RunnerProgress progress_of(const engine::Progress& p) {
  service::RunnerProgress progress;
  progress.record = {p.fraction, static_cast<std::int64_t>(p.frames), p.position, p.duration, p.frames_per_second};
  progress.remaining = p.remaining;
  for (const engine::StageProgress& s : p.stages)
    progress.stages.push_back(
        {s.id, s.uses, s.done ? "done" : "running", static_cast<std::int64_t>(s.frames), s.done ? 1.0 : -1.0});
  return progress;
}

RunnerResult succeeded(engine::Report report) {
  const auto name = [](const std::string& path) { return std::filesystem::path(path).filename().string(); };
  RunnerResult result;
  for (engine::Artifact& artifact : report.artifacts) {
    artifact.uri = name(artifact.uri);
    result.made.push_back({artifact.uri, artifact.stage, artifact.bytes});
  }
  if (report.verification) {
    report.verification->source = name(report.verification->source);
    report.verification->output = name(report.verification->output);
  }
  result.outcome.report_json = report.to_json();
  return result;
}

RunnerResult failed(const std::exception_ptr& error, const Names& names) {
  try {
    std::rethrow_exception(error);
  } catch (const InvalidPipeline& e) {
    return invalid(e.diagnosed, names);
  } catch (const engine::StageError& e) {
    if (!e.detail().empty()) base::log(base::Level::info, e.detail(), e.stage());
    RunnerResult result = failure("run-failed", e.what(), e.hint(), names);
    result.outcome.error_stage = e.stage();
    place(result, e.mark());
    return result;
  } catch (const base::Interrupted& e) {
    RunnerResult result = failure("interrupted", e.what(), e.hint(), names);
    result.outcome.state = RequestState::cancelled;
    return result;
  } catch (const base::TransientError& e) {
    RunnerResult result = failure("run-failed", e.what(), e.hint(), names);
    result.transient = true;
    return result;
  } catch (const base::Error& e) {
    return failure("run-failed", e.what(), e.hint(), names);
  } catch (const std::bad_alloc&) {
    return failure("memory-limit", "there was no memory left", "use smaller pictures, or have the limit raised", names);
  } catch (const std::exception& e) {
    return failure("run-failed", std::string("internal error: ") + e.what(), "this is a bug in Reelwork", names);
  } catch (...) {
    return failure("run-failed", "internal error", "this is a bug in Reelwork", names);
  }
}

}  // namespace reel::runner
