/// `reel db`: the database that jobs are kept in.
#include <iostream>
#include <nlohmann/json.hpp>

#include "arguments.hpp"
#include "commands.hpp"
#include "reel/store/database.hpp"
#include "reel/store/postgres.hpp"

namespace reel::cli {
namespace {

/// Nothing of the URL but host and name of the database: it may hold a password.
std::string which(const Context& context, const store::MigrationStatus& status) {
  if (context.config().database_url) return status.database;
  return "private database in " + (context.config().state_folder / "postgres").string();
}

void print_text(const std::string& database, const store::MigrationStatus& status) {
  std::cout << database << ": schema version " << status.applied << " of " << status.available
            << (status.applied < status.available ? "; `reel db migrate` brings it up to date\n" : ", up to date\n");
}

void print_json(const std::string& database, const store::MigrationStatus& status) {
  std::cout << nlohmann::ordered_json{{"database", database},
                                      {"schema_version", status.applied},
                                      {"newest_version", status.available}}
                   .dump(2, ' ', false, nlohmann::json::error_handler_t::replace)
            << '\n';
}

void add_status(CLI::App& app, Chosen& chosen) {
  auto* const command = app.add_subcommand("status", "Say which database it is, and which version its schema has");
  const auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "As JSON");
  command->callback([json, &chosen] {
    chosen.action = [json](Context& context) {
      const service::Config& config = context.config();
      const store::Database database(config.database_url, config.state_folder, store::Schema::leave);
      const auto status = store::migration_status(database.url());
      (*json ? print_json : print_text)(which(context, status), status);
      return base::ExitCode::done;
    };
  });
}

void add_migrate(CLI::App& app, Chosen& chosen) {
  auto* const command = app.add_subcommand(
      "migrate", "Bring the schema up to date; what is in the database stays. Any command that needs it does the same");
  command->callback([&chosen] {
    chosen.action = [](Context& context) {
      const service::Config& config = context.config();
      const store::Database database(config.database_url, config.state_folder, store::Schema::leave);
      const auto status = store::migrate(database.url());
      print_text(which(context, status), status);
      return base::ExitCode::done;
    };
  });
}

}  // namespace

void add_db(CLI::App& app, Chosen& chosen) {
  auto* const command = app.add_subcommand("db", "The database that jobs are kept in, and the version of its schema");
  command->require_subcommand(1);
  add_status(*command, chosen);
  add_migrate(*command, chosen);
}

}  // namespace reel::cli
