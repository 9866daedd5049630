/// `reel fetch`: gets what a job on a server made.
#include <iostream>
#include <nlohmann/json.hpp>

#include "arguments.hpp"
#include "commands.hpp"
#include "job_view.hpp"
#include "remote/access.hpp"
#include "remote/download.hpp"
#include "signals.hpp"

namespace reel::cli {
namespace {

struct FetchArguments {
  service::RequestId id = 0;
  remote::FetchOptions fetch{.folder = "."};
  remote::ServerOptions server;
  std::string progress = "auto";
};

/// Throws unless the job has come to a good end.
void check_state(const service::Request& job, const std::string& origin) {
  const std::string name = "job " + std::to_string(job.id) + " at " + origin;
  if (!service::is_final(job.state))
    throw base::InputError(name + " has not ended: it is " + state_in_words(job),
                           "`reel logs " + std::to_string(job.id) + " --follow --server " + origin + "` waits for it");
  if (job.state != service::RequestState::succeeded)
    throw base::InputError(
        name + " has made nothing: it " + (job.state == service::RequestState::failed ? "failed" : "was cancelled"),
        "`reel retry " + std::to_string(job.id) + " --server " + origin + "` does it again");
}

base::ExitCode fetch(const FetchArguments& arguments) {
  remote::Stop stop;
  const Signals signals([&stop] { stop.ask(); });
  remote::Client client(remote::access_of(arguments.server), stop, remote::long_patience);
  check_state(remote::request_of(client.get(remote::path_of(arguments.id)), client.origin()), client.origin());
  const auto artifacts = remote::artifacts_of(client, arguments.id);
  if (artifacts.empty())
    throw base::RunError("job " + std::to_string(arguments.id) + " has no results any more",
                         "servers remove old ones; `reel retry` makes them again");
  const auto view = make_progress(arguments.progress, "job " + std::to_string(arguments.id));
  const auto listener = log_through(*view, arguments.progress);
  try {
    for (const auto& file : remote::fetch(client, artifacts, arguments.fetch, *view))
      print_file(file, arguments.progress == "json");
  } catch (const base::Interrupted&) {
    throw base::Interrupted("interrupted", "the same command goes on where this one stopped");
  }
  return base::ExitCode::done;
}

}  // namespace

void add_fetch(CLI::App& app, Chosen& chosen) {
  auto* const command = app.add_subcommand("fetch", "Get the results of a job from a server");
  const auto arguments = std::make_shared<FetchArguments>();
  command->add_option("id", arguments->id, "A job's number")->check(job_number())->type_name("ID")->required();
  command->add_option("-o,--output", arguments->fetch.folder, "Where to; the current folder if left out")
      ->type_name("FOLDER");
  command->add_flag("--force", arguments->fetch.overwrite, "Overwrite files that are there");
  command->add_option("--progress", arguments->progress, "auto, plain, json or none")
      ->check(one_of({"auto", "plain", "json", "none"}))
      ->type_name("KIND");
  remote::add_server_options(*command, arguments->server, "the one used last");
  command->callback([=, &chosen] { chosen.action = [=](Context&) { return fetch(*arguments); }; });
}

}  // namespace reel::cli
