/// `reel admin`: users, workers and the queue of a control plane, on its database.
#include <iostream>
#include <nlohmann/json.hpp>

#include "arguments.hpp"
#include "commands.hpp"
#include "reel/base/text.hpp"
#include "reel/service/accounts.hpp"
#include "reel/service/store.hpp"
#include "reel/store/database.hpp"
#include "remote/password.hpp"
#include "terminal.hpp"

namespace reel::cli {
namespace {

using service::User;

constexpr int page = 100;
constexpr double gigabyte = 1e9;

/// The configured database, for one command.
class Control {
 public:
  explicit Control(Context& context)
      : database_(context.config().database_url, context.config().state_folder), store_(database_.open()) {}
  service::AccountStore& accounts() { return store_->accounts(); }
  service::QueueStore& queue() { return store_->queue(); }

  User user(const std::string& email) {
    auto found = accounts().user_of(email);
    if (!found) throw base::InputError("there is no user " + base::printable(email), "`reel admin users` lists them");
    return *std::move(found);
  }

 private:
  store::Database database_;
  std::unique_ptr<service::Store> store_;
};

std::string amount(const std::optional<std::int64_t>& value, bool bytes = false) {
  if (!value) return "default";
  return bytes ? base::format_bytes(static_cast<std::uint64_t>(*value)) : std::to_string(*value);
}

base::ExitCode list_users(Context& context) {
  Control control(context);
  std::vector<std::vector<std::string>> rows{{"id", "email", "role", "state", "storage", "jobs", "provider cents"}};
  for (auto users = control.accounts().users(0, page); !users.empty();
       users = control.accounts().users(users.back().id, page))
    for (const User& user : users)
      rows.push_back({std::to_string(user.id), user.email, std::string(name(user.role)),
                      user.disabled ? "disabled" : "active", amount(user.quota.storage_bytes, true),
                      amount(user.quota.concurrent_jobs), amount(user.quota.provider_cents)});
  std::cout << terminal::table(rows, terminal::width(terminal::Stream::output));
  return base::ExitCode::done;
}

base::ExitCode add_user(Context& context, const std::string& email, service::Role role) {
  const std::string password = remote::ask_password("Password of the new user: ");
  Control control(context);
  service::Accounts accounts(service::Keys::of_installation(context.config().state_folder));
  const auto id = accounts.register_user(control.accounts(), email, password, {}, role);
  std::cout << "made user " << id << ", " << base::printable(email) << '\n';
  return base::ExitCode::done;
}

struct Change {
  std::string email, role, storage, jobs, cents;
  bool disable = false, enable = false;
};

/// `default` or a number of 0 or more, of `unit`.
std::optional<std::int64_t> quota(const std::string& text, double unit) {
  if (text == "default") return std::nullopt;
  return static_cast<std::int64_t>(std::stod(text) * unit);
}

CLI::Validator quota_value() {
  return {[](std::string& text) {
            if (text == "default") return std::string();
            std::size_t end = 0;
            double value = -1;
            try {
              value = std::stod(text, &end);
            } catch (const std::exception&) {
              end = 0;
            }
            return end == text.size() && value >= 0 && value < 1e12
                       ? std::string()
                       : "expected a number or `default`, not '" + text + "'";
          },
          "NUMBER"};
}

base::ExitCode change_user(Context& context, const Change& change) {
  Control control(context);
  User user = control.user(change.email);
  if (!change.role.empty()) control.accounts().set_role(user.id, *service::role(change.role));
  if (change.disable || change.enable) control.accounts().set_disabled(user.id, change.disable);
  if (!change.storage.empty()) user.quota.storage_bytes = quota(change.storage, gigabyte);
  if (!change.jobs.empty()) user.quota.concurrent_jobs = quota(change.jobs, 1);
  if (!change.cents.empty()) user.quota.provider_cents = quota(change.cents, 1);
  control.accounts().set_quota(user.id, user.quota);
  std::cout << "changed " << base::printable(user.email) << '\n';
  return base::ExitCode::done;
}

base::ExitCode workers(Context& context) {
  Control control(context);
  std::vector<std::vector<std::string>> rows{{"name", "running", "slots", "state", "seen"}};
  for (const service::WorkerRecord& worker : control.queue().workers())
    rows.push_back({worker.name, std::to_string(worker.running), std::to_string(worker.slots),
                    worker.drain ? "draining" : "working", worker.seen_at});
  std::cout << terminal::table(rows, terminal::width(terminal::Stream::output));
  return base::ExitCode::done;
}

base::ExitCode drain(Context& context, const std::string& name, bool undo) {
  Control control(context);
  const int hit = control.queue().ask_to_drain(name, !undo);
  if (hit == 0 && !name.empty())
    throw base::InputError("there is no worker " + base::printable(name), "`reel admin workers` lists them");
  std::cout << base::counted(static_cast<std::uint64_t>(hit), "worker")
            << (undo ? " may take requests again\n" : " will finish what runs and take no more\n");
  return base::ExitCode::done;
}

base::ExitCode queue(Context& context) {
  Control control(context);
  const service::QueueFigures figures = control.queue().figures();
  std::cout << "queued " << figures.queued << ", running " << figures.running << ", waiting for another try "
            << figures.waiting << "; the oldest has waited "
            << base::format_duration(std::chrono::nanoseconds(static_cast<std::int64_t>(figures.oldest_seconds * 1e9)))
            << '\n';
  return base::ExitCode::done;
}

void add_users(CLI::App& app, Chosen& chosen) {
  app.add_subcommand("users", "List the users with their quotas")->callback([&chosen] { chosen.action = list_users; });

  auto* const add =
      app.add_subcommand("add-user", "Make an account; the password comes from the terminal or $REEL_PASSWORD");
  const auto email = std::make_shared<std::string>();
  const auto admin = std::make_shared<bool>(false);
  add->add_option("email", *email, "E-mail address")->required()->type_name("EMAIL");
  add->add_flag("--admin", *admin, "An administrator");
  add->callback([email, admin, &chosen] {
    chosen.action = [email, admin](Context& context) {
      return add_user(context, *email, *admin ? service::Role::admin : service::Role::user);
    };
  });
}

void add_change(CLI::App& app, Chosen& chosen) {
  auto* const command = app.add_subcommand("set-user", "Change role, quotas or state of a user");
  const auto change = std::make_shared<Change>();
  command->add_option("email", change->email, "E-mail address")->required()->type_name("EMAIL");
  command->add_option("--role", change->role, "user or admin")->check(one_of({"user", "admin"}))->type_name("ROLE");
  command->add_option("--storage", change->storage, "Gigabytes that the user may store, or `default`")
      ->check(quota_value());
  command->add_option("--jobs", change->jobs, "Requests that may run at once, or `default`")->check(quota_value());
  command->add_option("--provider-cents", change->cents, "What paid providers may cost in 30 days, or `default`")
      ->check(quota_value());
  auto* const disable =
      command->add_flag("--disable", change->disable, "End the user's sessions and let nobody log in");
  command->add_flag("--enable", change->enable, "Undo --disable")->excludes(disable);
  command->callback(
      [change, &chosen] { chosen.action = [change](Context& context) { return change_user(context, *change); }; });
}

void add_drain(CLI::App& app, Chosen& chosen) {
  app.add_subcommand("workers", "List the workers")->callback([&chosen] { chosen.action = workers; });
  app.add_subcommand("queue", "Say how many requests wait and run")->callback([&chosen] { chosen.action = queue; });

  auto* const command = app.add_subcommand("drain", "Let workers finish what runs and take no more");
  const auto name = std::make_shared<std::string>();
  const auto undo = std::make_shared<bool>(false);
  command->add_option("name", *name, "One worker; without it all of them")->type_name("WORKER");
  command->add_flag("--undo", *undo, "Let them take requests again");
  command->callback([name, undo, &chosen] {
    chosen.action = [name, undo](Context& context) { return drain(context, *name, *undo); };
  });
}

}  // namespace

void add_admin(CLI::App& app, Chosen& chosen) {
  auto* const command = app.add_subcommand("admin", "Users, workers and the queue of a control plane");
  command->require_subcommand(1);
  add_users(*command, chosen);
  add_change(*command, chosen);
  add_drain(*command, chosen);
}

}  // namespace reel::cli
