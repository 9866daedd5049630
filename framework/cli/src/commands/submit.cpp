/// `reel submit`: has a server run a pipeline, on files of this machine if need be.
#include <iostream>
#include <nlohmann/json.hpp>
#include <random>

#include "arguments.hpp"
#include "commands.hpp"
#include "job_view.hpp"
#include "reel/base/log.hpp"
#include "reel/base/text.hpp"
#include "remote/access.hpp"
#include "remote/download.hpp"
#include "remote/member.hpp"
#include "remote/problem.hpp"
#include "remote/upload.hpp"
#include "remote/watch.hpp"
#include "signals.hpp"
#include "terminal.hpp"

namespace reel::cli {
namespace {

using nlohmann::json;

struct SubmitArguments {
  std::string pipeline;
  Context::LoadOptions load;  // of which `set`
  std::vector<std::string> uploads;
  int priority = 0;
  bool wait = false, json = false;
  std::string progress = "auto";
  remote::FetchOptions fetch;
  remote::ServerOptions server;
};

/// `NAME=FILE`, all of them before anything is sent.
std::map<std::string, std::string> parse_uploads(const std::vector<std::string>& uploads) {
  auto files = parse_settings(uploads, "--upload", "NAME=FILE");
  for (const auto& [name, file] : files)
    if (std::error_code fault; !std::filesystem::is_regular_file(file, fault))
      throw base::InputError("--upload " + name + ": there is no file '" + base::printable(file) + "'");
  return files;
}

/// 128 bits by chance: a name that no other submission has.
std::string new_key() {
  std::random_device chance;
  std::string key;
  for (int i = 0; i < 4; ++i) {
    std::array<char, 9> digits{};
    std::snprintf(digits.data(), digits.size(), "%08x", chance());
    key += digits.data();
  }
  return key;
}

/// `reel logs 12 --follow --server https://…`, in quotes.
std::string command_for(const std::string& command, service::RequestId id, const std::string& origin) {
  return "`reel " + command + " " + std::to_string(id) + (command == "logs" ? " --follow" : "") + " --server " +
         origin + "`";
}

/// Becomes a job on the server.
class Submission {
 public:
  Submission(const SubmitArguments& arguments, remote::Client& client, ProgressView& view)
      : arguments_(arguments), client_(client), view_(view) {
    source_.file = arguments.pipeline == "-" ? "<stdin>" : arguments.pipeline;
    source_.text = read_pipeline(arguments.pipeline);
  }

  const model::Diagnosed& source() const { return source_; }

  service::Request submit() {
    const auto files = parse_uploads(arguments_.uploads);
    json params = json::object();
    for (const auto& [name, value] : parse_settings(arguments_.load.set)) params[name] = value;
    // Nobody wants to upload for an hour to be told of a typing error.
    if (!files.empty()) check(params);
    for (const auto& [name, file] : files) params[name] = "video:" + std::to_string(upload(file));
    const remote::Answer answer = client_.send(call(params));
    if (answer.status == 422) show(remote::problem_of(answer).faults);
    if (!answer.good()) remote::refuse(answer, client_.origin());
    return remote::request_of(remote::json_of(answer, client_.origin()), client_.origin());
  }

 private:
  remote::Call call(const json& params) const {
    json body{{"pipeline", source_.text}, {"params", params}};
    if (arguments_.priority != 0) body["priority"] = arguments_.priority;
    return {.method = "POST",
            .target = "/api/v1/requests",
            .headers = {{"Content-Type", "application/json"}, {"Idempotency-Key", new_key()}},
            .body = body.dump(-1, ' ', false, json::error_handler_t::replace)};
  }

  void check(const json& params) {
    const json found =
        client_.post({.target = "/api/v1/pipelines/check"}, {{"pipeline", source_.text}, {"params", params}});
    if (!remote::member<bool>(found, "valid", true))
      show(remote::faults_of(remote::member<json>(found, "diagnostics", json::array())));
  }

  std::int64_t upload(const std::filesystem::path& file) {
    const std::int64_t video = remote::upload(client_, file, view_);
    remote::await_inspection(client_, video, file.filename().string());
    return video;
  }

  /// Throws them, to be shown as `reel validate` shows them.
  void show(std::vector<model::Diagnostic> faults) {
    if (faults.empty()) return;
    source_.diagnostics = std::move(faults);
    throw InvalidInput{source_};
  }

  const SubmitArguments& arguments_;
  remote::Client& client_;
  ProgressView& view_;
  model::Diagnosed source_;
};

/// The job as it ended. Nobody needs to wait for it, so ending that is no error of the job's.
service::Request await(remote::Client& client, service::RequestId id, ProgressView& view) {
  json last;
  const std::string on = "job " + std::to_string(id) + " goes on without being watched";
  const std::string hint = command_for("logs", id, client.origin()) + " watches it, " +
                           command_for("fetch", id, client.origin()) + " gets its results, " +
                           command_for("cancel", id, client.origin()) + " ends it";
  try {
    remote::watch(client, id, [&](const json& request) {
      last = request;
      if (remote::member<std::string>(request, "state") == "running") view.update(remote::progress_of(request));
    });
  } catch (const base::Interrupted&) {
    throw base::Interrupted(on, hint);
  } catch (const base::TransientError& e) {
    throw base::TransientError(std::string(e.what()) + "; " + on, hint);
  }
  return remote::request_of(last, client.origin());
}

/// Shown at its place, where it has one, as `reel run` does.
base::ExitCode failed(const service::Request& job, model::Diagnosed source, const std::string& origin) {
  const std::string what = job.outcome.error.empty() ? "the job failed without a reason" : job.outcome.error;
  const std::string hint = command_for("logs", job.id, origin) + " shows its log";
  if (job.state == service::RequestState::cancelled)
    throw base::Interrupted("job " + std::to_string(job.id) + " was cancelled", hint);
  if (job.outcome.error_line <= 0) throw base::RunError(what, hint);
  const model::Mark mark{static_cast<std::size_t>(job.outcome.error_line),
                         static_cast<std::size_t>(std::max<std::int64_t>(1, job.outcome.error_column))};
  source.diagnostics = {{model::Severity::error, job.outcome.error_code, mark, what, hint}};
  std::cerr << model::to_text(source, terminal::colors(terminal::Stream::error));
  return job.outcome.error_code == "invalid-pipeline" ? base::ExitCode::input_wrong : base::ExitCode::run_failed;
}

void get_results(remote::Client& client, service::RequestId id, const SubmitArguments& arguments, ProgressView& view) {
  try {
    for (const auto& file : remote::fetch(client, remote::artifacts_of(client, id), arguments.fetch, view))
      print_file(file, arguments.progress == "json");
  } catch (const base::Interrupted&) {
    throw base::Interrupted("interrupted", command_for("fetch", id, client.origin()) + " goes on where this stopped");
  }
}

base::ExitCode submit(const SubmitArguments& arguments) {
  remote::Stop stop;
  const Signals signals([&stop] { stop.ask(); });
  const bool fetch = !arguments.fetch.folder.empty();
  if (fetch) remote::check_targets({}, arguments.fetch);
  remote::Client client(remote::access_of(arguments.server), stop, remote::long_patience);
  const auto view = make_progress(arguments.progress, std::filesystem::path(arguments.pipeline).filename().string());
  const auto listener = log_through(*view, arguments.progress);
  Submission submission(arguments, client, *view);
  const service::Request job = submission.submit();
  if (arguments.json)
    print(to_json(job));
  else if (arguments.progress == "json")
    print_event({{"event", "job"}, {"id", job.id}});
  else
    std::cout << "job " << job.id << '\n';
  std::cout.flush();
  if (!arguments.wait && !fetch) return base::ExitCode::done;

  const service::Request ended = await(client, job.id, *view);
  if (ended.state != service::RequestState::succeeded) {
    view->failed(ended.outcome.error);
    return failed(ended, submission.source(), client.origin());
  }
  const remote::Answer report = client.send({.target = remote::path_of(job.id) + "/report"});
  view->done(report.good() && json::accept(report.body) ? report.body : "null");
  if (fetch) get_results(client, job.id, arguments, *view);
  return base::ExitCode::done;
}

}  // namespace

void add_submit(CLI::App& app, Chosen& chosen) {
  auto* const command = app.add_subcommand("submit", "Have a server run a pipeline");
  const auto arguments = std::make_shared<SubmitArguments>();
  add_pipeline_options(*command, arguments->pipeline, arguments->load);
  command->add_option("--upload", arguments->uploads, "Upload a file and set a param to it; may be repeated")
      ->type_name("NAME=FILE")
      ->allow_extra_args(false);
  command->add_option("--priority", arguments->priority, "-10 to 10: the higher, the sooner among your own jobs")
      ->check(CLI::Range(-10, 10))
      ->type_name("N");
  command->add_flag("--wait", arguments->wait, "Show the progress, and end as the job ends");
  command->add_option("-o,--output", arguments->fetch.folder, "Wait, and get the results into this folder")
      ->type_name("FOLDER");
  command->add_flag("--force", arguments->fetch.overwrite, "Overwrite files that are there");
  command->add_option("--progress", arguments->progress, "auto, plain, json or none")
      ->check(one_of({"auto", "plain", "json", "none"}))
      ->type_name("KIND");
  command->add_flag("--json", arguments->json, "Show the new job as JSON");
  remote::add_server_options(*command, arguments->server, "the one used last");
  command->callback([=, &chosen] { chosen.action = [=](Context&) { return submit(*arguments); }; });
}

}  // namespace reel::cli
