#include "remote/access.hpp"

#include <cstdlib>

#include "reel/base/log.hpp"
#include "reel/base/text.hpp"
#include "remote/origin.hpp"
#include "remote/servers.hpp"

namespace reel::cli::remote {
namespace {

std::optional<std::string> environment(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

/// What is used without being named the next time. Not worth failing for.
void remember(ServerFile& file, const std::string& origin) {
  try {
    const auto usual = file.usual_server();
    if (!usual || usual->origin != origin) file.set_last_used(origin);
  } catch (const base::RunError& e) {
    base::log(base::Level::info, e.what());
  }
}

}  // namespace

void add_server_options(CLI::App& command, ServerOptions& options, const std::string& without) {
  command.add_option("--server", options.server, "Address of a Reelwork server; else $REEL_SERVER, else " + without)
      ->type_name("URL");
  command.add_flag("--plain-http", options.plain_http,
                   "Speak http to another machine, although everyone on the way can read what is sent");
}

std::optional<std::string> named_server(const ServerOptions& options) {
  return options.server.empty() ? environment("REEL_SERVER") : options.server;
}

std::string chosen_server(const ServerOptions& options) {
  if (const auto named = named_server(options)) return origin_of(*named);
  if (const auto usual = ServerFile().usual_server()) return usual->origin;
  throw base::InputError("no server is named", "use --server URL, or set REEL_SERVER");
}

void check_confidential(const std::string& origin, bool agreed) {
  if (agreed || is_confidential(origin)) return;
  throw base::InputError("everyone on the way to " + origin + " could read the token and all files",
                         "use https, or agree by --plain-http");
}

Access access_of(const ServerOptions& options) {
  const std::string origin = chosen_server(options);
  ServerFile file;
  const auto known = file.find(origin);
  check_confidential(origin, options.plain_http || (known && known->plain_http));
  auto token = environment("REEL_TOKEN");
  if (!token && known) {
    token = known->token;
    remember(file, origin);
  }
  if (!token)
    throw base::InputError("you are not logged in to " + origin, "`reel login --server " + origin + "` does it");
  base::hide_in_logs(*token);
  if (base::printable(*token) != *token)
    throw base::InputError("the token holds characters that no token has", "check REEL_TOKEN, or log in again");
  return {origin, *token};
}

}  // namespace reel::cli::remote
