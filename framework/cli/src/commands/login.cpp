/// The commands that begin and end the use of a server: login, logout.
#include <unistd.h>

#include <array>
#include <iostream>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "reel/base/log.hpp"
#include "reel/base/text.hpp"
#include "remote/access.hpp"
#include "remote/member.hpp"
#include "remote/password.hpp"
#include "remote/problem.hpp"
#include "remote/servers.hpp"

namespace reel::cli {
namespace {

using nlohmann::json;
using remote::Client;
using remote::member;

std::string host_name() {
  std::array<char, 65> name{};
  return gethostname(name.data(), name.size() - 1) == 0 && name[0] != '\0' ? name.data() : "a program";
}

std::string token_path(std::int64_t id) { return "/api/v1/auth/tokens/" + std::to_string(id); }

/// A session by password, which ends with this object. Tokens can be made and removed in it only.
class Session {
 public:
  Session(const std::string& origin, const std::string& email, remote::Stop& stop)
      : client_(open(origin, email, stop), stop) {}
  ~Session() {
    try {
      client_.post({.target = "/api/v1/auth/logout"}, nullptr);
    } catch (const std::exception& e) {
      base::log(base::Level::info, e.what());  // it expires
    }
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  remote::KnownServer make_token(const std::string& email) {
    const json made =
        client_.post({.target = "/api/v1/auth/tokens", .repeatable = false}, {{"name", "reel on " + host_name()}});
    remote::KnownServer server{client_.origin(), email, member<std::string>(made, "secret"),
                               member<std::int64_t>(member<json>(made, "token", json::object()), "id")};
    if (server.token.empty()) remote::misunderstood(client_.origin(), "expected an API token");
    base::hide_in_logs(server.token);
    return server;
  }
  void remove_token(std::int64_t id) {
    const auto answer = client_.send({.method = "DELETE", .target = token_path(id)});
    if (!answer.good() && answer.status != 404) remote::refuse(answer, client_.origin());
  }

 private:
  static remote::Access open(const std::string& origin, const std::string& email, remote::Stop& stop) {
    const std::string password = remote::ask_password("password of " + base::printable(email) + " at " + origin + ": ");
    Client nobody({origin, ""}, stop);
    const remote::Answer answer =
        nobody.send({.method = "POST",
                     .target = "/api/v1/auth/login",
                     .headers = {{"Content-Type", "application/json"}},
                     .body = json{{"email", email}, {"password", password}, {"deliver", "body"}}.dump(
                         -1, ' ', false, json::error_handler_t::replace)});
    const remote::Problem problem = remote::problem_of(answer);
    if (answer.status == 401 && !problem.detail.empty())
      throw base::InputError(origin + ": " + problem.detail, problem.hint);
    if (!answer.good()) remote::refuse(answer, origin);
    const std::string token = member<std::string>(remote::json_of(answer, origin), "access_token");
    if (token.empty()) remote::misunderstood(origin, "expected an access token");
    base::hide_in_logs(token);
    return {origin, token};
  }

  Client client_;
};

base::ExitCode login(const remote::ServerOptions& options, std::string email) {
  remote::Stop stop;
  remote::ServerFile file;
  const std::string origin = remote::chosen_server(options);
  remote::check_confidential(origin, options.plain_http);
  const auto before = file.find(origin);
  if (email.empty() && before) email = before->email;
  if (email.empty()) email = remote::ask_line("e-mail address of your account at " + origin + ": ", "use --email");
  Session session(origin, email, stop);
  remote::KnownServer server = session.make_token(email);
  server.plain_http = options.plain_http;
  file.keep(server);
  if (before && before->email == email && before->token_id != 0) session.remove_token(before->token_id);
  std::cout << "logged in to " << origin << " as " << base::printable(email) << "; the token is kept in "
            << file.path().string() << '\n';
  return base::ExitCode::done;
}

/// True: the server does not take the token any more. A server may let a token remove itself; else that takes the password.
bool removed_by_itself(const remote::KnownServer& server, remote::Stop& stop) {
  Client client({server.origin, server.token}, stop);
  const remote::Answer answer = client.send({.method = "DELETE", .target = token_path(server.token_id)});
  if (answer.good() || answer.status == 401 || answer.status == 404) return true;
  if (answer.status == 403) return false;
  remote::refuse(answer, server.origin);
}

base::ExitCode logout(const remote::ServerOptions& options, bool here_only) {
  remote::Stop stop;
  remote::ServerFile file;
  const std::string origin = remote::chosen_server(options);
  const auto server = file.find(origin);
  if (!server) throw base::InputError("you are not logged in to " + origin);
  base::hide_in_logs(server->token);
  remote::check_confidential(origin, options.plain_http || server->plain_http);
  if (!here_only && !removed_by_itself(*server, stop))
    Session(origin, server->email, stop).remove_token(server->token_id);
  file.forget(origin);
  std::cout << "logged out of " << origin << (here_only ? ", here only: the token can still be used" : "") << '\n';
  return base::ExitCode::done;
}

}  // namespace

void add_login(CLI::App& app, Chosen& chosen) {
  auto* const command = app.add_subcommand("login", "Log in to a server: make an API token there and keep it");
  const auto server = std::make_shared<remote::ServerOptions>();
  const auto email = std::make_shared<std::string>();
  remote::add_server_options(*command, *server, "the one used last");
  command->add_option("--email", *email, "Of the account; else of the last login, else it is asked for")
      ->type_name("E-MAIL");
  command->footer("The password is taken from $REEL_PASSWORD, from the terminal, or from standard input.");
  command->callback([=, &chosen] { chosen.action = [=](Context&) { return login(*server, *email); }; });
}

void add_logout(CLI::App& app, Chosen& chosen) {
  auto* const command = app.add_subcommand("logout", "Log out of a server: remove the token there and here");
  const auto server = std::make_shared<remote::ServerOptions>();
  const auto here_only = std::make_shared<bool>(false);
  remote::add_server_options(*command, *server, "the one used last");
  command->add_flag("--here-only", *here_only, "Leave the token on the server, which may be gone");
  command->callback([=, &chosen] { chosen.action = [=](Context&) { return logout(*server, *here_only); }; });
}

}  // namespace reel::cli
