#include "job_view.hpp"

#include <iostream>
#include <nlohmann/json.hpp>

#include "reel/base/text.hpp"
#include "terminal.hpp"

namespace reel::cli {
namespace {

using nlohmann::json;

std::string progress_of(const service::Request& job) {
  if (job.state == service::RequestState::succeeded) return "100 %";
  if (job.progress.fraction < 0) return "";
  return std::to_string(static_cast<int>(job.progress.fraction * 100)) + " %";
}

}  // namespace

json to_json(const service::Request& r) {
  json out{{"id", r.id},
           {"state", service::name(r.state)},
           {"paused", r.paused},
           {"pipeline", r.pipeline_name},
           {"video", r.video_url},
           {"attempts", r.attempts},
           {"created_at", r.created_at},
           {"started_at", r.started_at},
           {"completed_at", r.completed_at},
           {"frames", r.progress.frames},
           {"fraction", r.progress.fraction},
           {"artifacts", r.outcome.artifacts},
           {"stages", json::array()}};
  // A list has neither.
  if (r.prompt) out["prompt"] = *r.prompt;
  if (!r.pipeline_yaml.empty()) out["yaml"] = r.pipeline_yaml;
  if (!r.outcome.error.empty())
    out["error"] = {{"message", r.outcome.error},
                    {"code", r.outcome.error_code},
                    {"stage", r.outcome.error_stage},
                    {"line", r.outcome.error_line},
                    {"column", r.outcome.error_column}};
  for (const auto& s : r.stages)
    out["stages"].push_back({{"id", s.id}, {"uses", s.uses}, {"state", s.state}, {"frames", s.frames}});
  return out;
}

json to_json(const service::LogRecord& line) {
  json out{{"timestamp", line.timestamp},
           {"level", base::name(line.level)},
           {"stage", line.stage},
           {"message", line.message}};
  if (line.id != 0) out["id"] = line.id;  // a server does not say it
  return out;
}

void print(const json& value) { std::cout << value.dump(2, ' ', false, json::error_handler_t::replace) << '\n'; }

void print_event(const json& value) { std::cout << value.dump(-1, ' ', false, json::error_handler_t::replace) << '\n'; }

std::string state_in_words(const service::Request& job) {
  std::string words(service::name(job.state));
  if (service::is_final(job.state)) return words;
  if (job.cancel_asked) return words + ", being cancelled";
  return job.paused ? words + ", paused" : words;
}

void print_job(const service::Request& r) {
  const int width = terminal::width(terminal::Stream::output);
  std::vector<std::vector<std::string>> rows{{"state", state_in_words(r)}, {"pipeline", r.pipeline_name}};
  if (!r.video_url.empty()) rows.push_back({"input", r.video_url});
  rows.push_back({"created", r.created_at});
  if (!r.started_at.empty()) rows.push_back({"started", r.started_at});
  if (!r.completed_at.empty()) rows.push_back({"completed", r.completed_at});
  rows.push_back({"frames", std::to_string(r.progress.frames)});
  for (const std::string& artifact : r.outcome.artifacts) rows.push_back({"made", artifact});
  if (!r.outcome.error.empty()) rows.push_back({"error", r.outcome.error});
  std::cout << terminal::strong("job " + std::to_string(r.id)) << '\n' << terminal::table(rows, width);
  for (const auto& stage : r.stages)
    std::cout << "  " << stage.id << ": " << stage.state
              << (stage.frames > 0 ? ", " + std::to_string(stage.frames) + " frames" : "") << '\n';
}

void print_jobs(const std::vector<service::Request>& jobs) {
  std::vector<std::vector<std::string>> rows{{"job", "state", "", "created", "pipeline", "result"}};
  for (const auto& r : jobs)
    rows.push_back({std::to_string(r.id), state_in_words(r), progress_of(r), r.created_at, r.pipeline_name,
                    r.outcome.artifacts.empty() ? r.outcome.error : base::join_words(r.outcome.artifacts)});
  std::cout << terminal::table(rows, terminal::width(terminal::Stream::output));
}

void print_line(const service::LogRecord& line, bool as_json) {
  if (as_json)
    print_event(to_json(line));
  else
    std::cout << line.timestamp << "  " << base::name(line.level) << "  "
              << (line.stage.empty() ? "" : line.stage + ": ") << base::printable(line.message) << '\n';
}

void print_file(const std::filesystem::path& file, bool as_event) {
  if (as_event)
    print_event({{"event", "file"}, {"path", file.string()}});
  else
    std::cout << file.string() << '\n';
}

}  // namespace reel::cli
