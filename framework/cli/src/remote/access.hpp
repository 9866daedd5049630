/// Which server a command speaks to, and as whom.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "remote/client.hpp"

namespace reel::cli::remote {

struct ServerOptions {
  std::string server;  ///< as the user wrote it; empty: not at all
  bool plain_http = false;
};

/// `--server` and `--plain-http`. `without` says what stands in for a missing `--server`.
void add_server_options(CLI::App& command, ServerOptions& options, const std::string& without);

/// `--server`, else `$REEL_SERVER`; none: neither.
std::optional<std::string> named_server(const ServerOptions& options);
/// The origin: of the named server, else of the one that this user used last. Throws base::InputError if there is none.
std::string chosen_server(const ServerOptions& options);
/// Throws base::InputError if others could read what is sent and the user has not agreed to that.
void check_confidential(const std::string& origin, bool agreed);

/// The chosen server with `$REEL_TOKEN`, or else with the token that `reel login` keeps. Throws base::InputError without one.
Access access_of(const ServerOptions& options);

}  // namespace reel::cli::remote
