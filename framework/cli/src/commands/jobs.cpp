/// The commands that read recorded jobs back, from this machine's database or from a server: jobs, logs.
#include <iostream>
#include <nlohmann/json.hpp>

#include "arguments.hpp"
#include "commands.hpp"
#include "job_source.hpp"
#include "job_view.hpp"
#include "reel/store/database.hpp"
#include "remote/access.hpp"
#include "remote/requests.hpp"
#include "signals.hpp"

namespace reel::cli {
namespace {

using nlohmann::json;

class LocalJobs final : public JobSource {
 public:
  explicit LocalJobs(const service::Config& config)
      : database_(config.database_url, config.state_folder), store_(database_.open()) {}

  service::Request find(service::RequestId id) override {
    auto request = store_->requests().find(id);
    if (!request) throw base::InputError("there is no job " + std::to_string(id), "`reel jobs` lists them");
    return *std::move(request);
  }
  std::vector<service::Request> list(const service::RequestFilter& filter) override {
    return store_->requests().list(filter);
  }
  Lines logs(service::RequestId id, const std::string& after) override {
    constexpr int page = 1000;
    Lines out{store_->requests().logs(id, after.empty() ? 0 : std::stoll(after), page), after, false};
    out.more = out.lines.size() >= page;
    if (!out.lines.empty()) out.next = std::to_string(out.lines.back().id);
    return out;
  }
  std::string how_to_begin() const override { return "`reel run --record PIPELINE` records one."; }

 private:
  store::Database database_;
  std::unique_ptr<service::Store> store_;
};

/// Calls `action` with the jobs of the named server, else with those of this machine.
template <class F>
base::ExitCode with_jobs(Context& context, const remote::ServerOptions& server, remote::Stop& stop,
                         std::chrono::milliseconds patience, F action) {
  if (!remote::named_server(server)) {
    LocalJobs jobs(context.config());
    return action(jobs);
  }
  remote::Client client(remote::access_of(server), stop, patience);
  remote::RemoteJobs jobs(client);
  return action(jobs);
}

base::ExitCode show_job(JobSource& source, service::RequestId id, bool as_json) {
  const service::Request job = source.find(id);
  if (as_json)
    print(to_json(job));
  else
    print_job(job);
  return base::ExitCode::done;
}

base::ExitCode show_jobs(JobSource& source, const service::RequestFilter& filter, bool as_json) {
  const auto found = source.list(filter);
  if (as_json) {
    json all = json::array();
    for (const auto& job : found) all.push_back(to_json(job));
    print(all);
  } else if (!found.empty()) {
    print_jobs(found);
  } else if (filter.state) {
    std::cout << "No recorded job is in the state '" << service::name(*filter.state) << "'.\n";
  } else {
    std::cout << "No jobs are recorded yet. " << source.how_to_begin() << '\n';
  }
  return base::ExitCode::done;
}

base::ExitCode show_log(JobSource& source, service::RequestId id, bool follow, bool as_json, remote::Stop& stop) {
  constexpr std::chrono::milliseconds pause{1000};
  std::string after;
  for (;;) {
    // Asked first: what an ended job has logged is all there by then.
    const bool ended = service::is_final(source.find(id).state);
    for (bool more = true; more;) {
      const auto page = source.logs(id, after);
      for (const auto& line : page.lines) print_line(line, as_json);
      after = page.next;
      more = page.more;
    }
    std::cout.flush();
    if (ended || !follow) return base::ExitCode::done;
    stop.wait(pause);
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
    remote::ServerOptions server;
  };
  const auto state = std::make_shared<State>();
  command->add_option("id", state->id, "Show this job only")->check(job_number())->type_name("ID");
  command->add_option("--state", state->state, "Only jobs in this state")
      ->check(one_of({"queued", "running", "succeeded", "failed", "cancelled"}))
      ->type_name("STATE");
  command->add_option("--limit", state->limit, "How many at most")->check(CLI::Range(1, 1000))->type_name("N");
  command->add_flag("--json", state->json, "As JSON");
  remote::add_server_options(*command, state->server, "this machine's own jobs");
  command->callback([state, &chosen] {
    chosen.action = [state](Context& context) {
      remote::Stop stop;
      return with_jobs(context, state->server, stop, remote::short_patience, [&](JobSource& source) {
        if (state->id != 0) return show_job(source, state->id, state->json);
        service::RequestFilter filter;
        filter.state = service::request_state(state->state);
        filter.limit = state->limit;
        return show_jobs(source, filter, state->json);
      });
    };
  });
}

void add_logs(CLI::App& app, Chosen& chosen) {
  auto* const command = app.add_subcommand("logs", "Show the log of a recorded job");
  struct State {
    service::RequestId id = 0;
    bool follow = false, json = false;
    remote::ServerOptions server;
  };
  const auto state = std::make_shared<State>();
  command->add_option("id", state->id, "A job's number")->check(job_number())->type_name("ID")->required();
  command->add_flag("-f,--follow", state->follow, "Go on until the job has ended");
  command->add_flag("--json", state->json, "As JSON, one object a line");
  remote::add_server_options(*command, state->server, "this machine's own jobs");
  command->callback([state, &chosen] {
    chosen.action = [state](Context& context) {
      remote::Stop stop;
      std::optional<Signals> signals;
      if (state->follow) signals.emplace([&stop] { stop.ask(); });
      const std::chrono::milliseconds patience = state->follow ? remote::long_patience : remote::short_patience;
      return with_jobs(context, state->server, stop, patience, [&](JobSource& source) {
        return show_log(source, state->id, state->follow, state->json, stop);
      });
    };
  });
}

}  // namespace reel::cli
