/// The commands that read recorded jobs back: jobs, logs.
#include <iostream>
#include <nlohmann/json.hpp>

#include "arguments.hpp"
#include "commands.hpp"
#include "reel/base/text.hpp"
#include "reel/service/store.hpp"
#include "reel/store/database.hpp"
#include "terminal.hpp"

namespace reel::cli {
namespace {

using nlohmann::json;

std::string progress_of(const service::Request& request) {
  if (request.state == service::RequestState::succeeded) return "100 %";
  if (request.progress.fraction < 0) return "";
  return std::to_string(static_cast<int>(request.progress.fraction * 100)) + " %";
}

json to_json(const service::Request& r) {
  json out{{"id", r.id},
           {"state", service::name(r.state)},
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

void print(const json& value) { std::cout << value.dump(2, ' ', false, json::error_handler_t::replace) << '\n'; }

void print_job(const service::Request& r) {
  const int width = terminal::width(terminal::Stream::output);
  std::vector<std::vector<std::string>> rows{{"state", std::string(service::name(r.state))},
                                             {"pipeline", r.pipeline_name},
                                             {"input", r.video_url},
                                             {"created", r.created_at}};
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

base::ExitCode jobs(Context& context, service::RequestId id, service::RequestFilter filter, bool as_json) {
  const store::Database database(context.config().database_url, context.config().state_folder);
  const auto store = database.open();
  if (id != 0) {
    const auto request = store->request(id);
    if (!request) throw base::InputError("there is no job " + std::to_string(id), "`reel jobs` lists them");
    if (as_json)
      print(to_json(*request));
    else
      print_job(*request);
    return base::ExitCode::done;
  }
  const auto found = store->requests(filter);
  if (as_json) {
    json all = json::array();
    for (const auto& request : found) all.push_back(to_json(request));
    print(all);
    return base::ExitCode::done;
  }
  if (found.empty() && filter.state) {
    std::cout << "No recorded job is in the state '" << service::name(*filter.state) << "'.\n";
    return base::ExitCode::done;
  }
  if (found.empty()) {
    std::cout << "No jobs are recorded yet. `reel run --record PIPELINE` records one.\n";
    return base::ExitCode::done;
  }
  std::vector<std::vector<std::string>> rows{{"job", "state", "", "created", "pipeline", "result"}};
  for (const auto& r : found)
    rows.push_back({std::to_string(r.id), std::string(service::name(r.state)), progress_of(r), r.created_at,
                    r.pipeline_name,
                    r.outcome.artifacts.empty() ? r.outcome.error : base::join_words(r.outcome.artifacts)});
  std::cout << terminal::table(rows, terminal::width(terminal::Stream::output));
  return base::ExitCode::done;
}

base::ExitCode logs(Context& context, service::RequestId id, bool as_json) {
  const store::Database database(context.config().database_url, context.config().state_folder);
  const auto store = database.open();
  if (!store->request(id)) throw base::InputError("there is no job " + std::to_string(id), "`reel jobs` lists them");
  constexpr int page = 1000;
  for (std::int64_t after = 0;;) {
    const auto lines = store->logs(id, after, page);
    for (const auto& line : lines) {
      if (as_json)
        std::cout << json{{"id", line.id},
                          {"timestamp", line.timestamp},
                          {"level", base::name(line.level)},
                          {"stage", line.stage},
                          {"message", line.message}}
                         .dump(-1, ' ', false, json::error_handler_t::replace)
                  << '\n';
      else
        std::cout << line.timestamp << "  " << base::name(line.level) << "  "
                  << (line.stage.empty() ? "" : line.stage + ": ") << base::printable(line.message) << '\n';
      after = line.id;
    }
    if (lines.size() < page) return base::ExitCode::done;
  }
}

}  // namespace

void add_jobs(CLI::App& app, Chosen& chosen) {
  auto* const command = app.add_subcommand("jobs", "List recorded jobs, newest first, or show one");
  struct State {
    service::RequestId id = 0;
    std::string state;
    int limit = 20;
    bool json = false;
  };
  const auto state = std::make_shared<State>();
  command->add_option("id", state->id, "Show this job only")->check(job_number())->type_name("ID");
  command->add_option("--state", state->state, "Only jobs in this state")
      ->check(one_of({"queued", "running", "succeeded", "failed", "cancelled"}))
      ->type_name("STATE");
  command->add_option("--limit", state->limit, "How many at most")->check(CLI::Range(1, 1000))->type_name("N");
  command->add_flag("--json", state->json, "As JSON");
  command->callback([state, &chosen] {
    chosen.action = [state](Context& c) {
      service::RequestFilter filter;
      filter.state = service::request_state(state->state);
      filter.limit = state->limit;
      return jobs(c, state->id, filter, state->json);
    };
  });
}

void add_logs(CLI::App& app, Chosen& chosen) {
  auto* const command = app.add_subcommand("logs", "Show the log of a recorded job");
  const auto id = std::make_shared<service::RequestId>(0);
  const auto as_json = std::make_shared<bool>(false);
  command->add_option("id", *id, "A job's number")->check(job_number())->type_name("ID")->required();
  command->add_flag("--json", *as_json, "As JSON, one object a line");
  command->callback([id, as_json, &chosen] { chosen.action = [=](Context& c) { return logs(c, *id, *as_json); }; });
}

}  // namespace reel::cli
