/// The configuration of an installation: `config/reel.yaml` documents every key.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "reel/base/log.hpp"
#include "reel/model/diagnostic.hpp"

namespace reel::service {

/// `server:`, of `reel serve`.
struct ServerConfig {
  std::string address = "127.0.0.1";  ///< empty: no TCP
  std::int64_t port = 8080;
  std::filesystem::path socket;           ///< a Unix socket; empty: none
  std::string public_url;                 ///< `https://reel.example.org`, without a path; empty: as the Host field says
  std::vector<std::string> hosts;         ///< that a Host field may name; none: any
  std::vector<std::string> cors_origins;  ///< whose pages may call
  std::vector<std::string> trusted_proxies;  ///< whose X-Forwarded-* count
  std::filesystem::path certificate, key;    ///< PEM; empty: no TLS
  std::int64_t handlers = 16;                ///< threads
  std::vector<std::string> allow_stages{"*"},
      deny_stages{"gst/*", "luma-edit", "photoshop"};  ///< of pipelines that are submitted
  std::vector<std::string>
      internal;  ///< hosts, addresses and networks that URLs of users may lead to though not public
};

/// The names that a Host field may have; none: any. A server that listens for its own machine alone answers to that machine's names and
/// to its public one only, or a page of a name that leads there could have a browser call it.
std::vector<std::string> served_hosts(const ServerConfig& server);

/// `log:`, of `reel serve` and `reel worker`.
struct LogConfig {
  bool json = false;  ///< one object a line, instead of text
  base::Level level = base::Level::warning;
};

/// `worker:`, of `reel worker` and of the worker in `reel serve`.
struct WorkerConfig {
  bool in_server = true;   ///< whether `reel serve` works, too
  std::int64_t slots = 0;  ///< requests at once; 0: as many as the machine has cores, at most 4
  std::int64_t attempts = 3;
  double memory_gigabytes = 4, disk_gigabytes = 100;  ///< of one run
  double hours = 0;                                   ///< of one run; 0: no limit
  std::int64_t silence_seconds = 120;                 ///< without a sign of life
  std::string user = "nobody";                        ///< that runs become where the worker is root
};

/// `accounts:`.
struct AccountsConfig {
  bool registration = true;  ///< whether anyone may make an account
  std::int64_t access_minutes = 15, session_days = 30;
};

/// `limits:`, of each user where the user has none of their own.
struct LimitsConfig {
  double storage_gigabytes = 50;
  double upload_gigabytes = 20;    ///< of one file
  std::int64_t upload_hours = 24;  ///< that an upload is kept without another part
  std::int64_t concurrent_jobs = 2, active_jobs = 100;
  std::int64_t provider_cents = 0;  ///< in 30 days
  std::int64_t requests_per_minute = 600, streams = 20;
  std::int64_t webhooks = 20, tokens = 50;
  std::int64_t keep_days = 30;  ///< finished requests, with their results and logs; 0: for ever
};

struct Config {
  std::vector<std::filesystem::path> plugin_folders;  ///< searched before the usual ones
  std::vector<std::string> allow_stages{"*"}, deny_stages;
  std::vector<std::string> allow_schemes{"*"}, deny_schemes;
  std::optional<std::string> database_url;  ///< none: a private cluster in the state folder
  std::filesystem::path state_folder;
  double cache_gigabytes = 4;  ///< that rendered spans may take in the state folder; 0: none are kept
  std::filesystem::path secrets_folder;
  std::string staging;  ///< an address where clips may lie for a while, so that services can fetch them; empty: nowhere
  ServerConfig server;
  WorkerConfig worker;
  AccountsConfig accounts;
  LimitsConfig limits;
  LogConfig log;
};

/// The file that applies: `chosen` if given, else `$REEL_CONFIG`, `$XDG_CONFIG_HOME/reelwork/reel.yaml` and
/// `/etc/reelwork/reel.yaml`, the first that exists; none otherwise.
std::optional<std::filesystem::path> find_config(const std::optional<std::filesystem::path>& chosen);

/// Reads a configuration. Faults go to `diagnosed`, at their places, as in pipelines; where there is no file,
/// all is default.
/// `$REEL_DATABASE_URL`, `$REEL_STATE` and `$REEL_CACHE_GIGABYTES` win over the file, so that no password needs to stand in it.
Config load_config(const std::optional<std::filesystem::path>& file, model::Diagnosed& diagnosed);

}  // namespace reel::service
