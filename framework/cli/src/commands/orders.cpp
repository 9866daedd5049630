/// The commands that change what a server does with a job: cancel, retry, pause, resume.
#include <iostream>
#include <nlohmann/json.hpp>

#include "arguments.hpp"
#include "commands.hpp"
#include "job_view.hpp"
#include "remote/access.hpp"
#include "remote/requests.hpp"

namespace reel::cli {
namespace {

struct Order {
  const char* name;
  const char* description;
  bool repeatable;  ///< doing it twice does no more than doing it once
};

struct OrderArguments {
  service::RequestId id = 0;
  bool json = false;
  remote::ServerOptions server;
};

base::ExitCode give(const Order& order, const OrderArguments& arguments) {
  remote::Stop stop;
  remote::Client client(remote::access_of(arguments.server), stop);
  const auto answer = client.post(
      {.target = remote::path_of(arguments.id) + "/" + order.name, .repeatable = order.repeatable}, nullptr);
  const service::Request job = remote::request_of(answer, client.origin());
  if (arguments.json)
    print(to_json(job));
  else
    std::cout << "job " << job.id
              << (job.id == arguments.id ? "" : " does job " + std::to_string(arguments.id) + " again") << ": "
              << state_in_words(job) << '\n';
  return base::ExitCode::done;
}

void add(CLI::App& app, Chosen& chosen, const Order& order) {
  auto* const command = app.add_subcommand(order.name, order.description);
  const auto arguments = std::make_shared<OrderArguments>();
  command->add_option("id", arguments->id, "A job's number")->check(job_number())->type_name("ID")->required();
  command->add_flag("--json", arguments->json, "Show the job as JSON");
  remote::add_server_options(*command, arguments->server, "the one used last");
  command->callback([=, &chosen] { chosen.action = [=](Context&) { return give(order, *arguments); }; });
}

}  // namespace

void add_orders(CLI::App& app, Chosen& chosen) {
  add(app, chosen, {"cancel", "Cancel a job on a server", true});
  add(app, chosen, {"retry", "Have a server do a job again, as a new one", false});
  add(app, chosen, {"pause", "Hold a job on a server", true});
  add(app, chosen, {"resume", "Let a held job on a server go on", true});
}

}  // namespace reel::cli
