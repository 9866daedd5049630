#include "reel/service/config.hpp"

#include <unistd.h>

#include <fstream>
#include <sstream>

#include "config_reader.hpp"
#include "reel/base/error.hpp"
#include "reel/base/text.hpp"
#include "reel/model/document.hpp"

namespace reel::service {
namespace {

namespace fs = std::filesystem;

fs::path xdg(const char* variable, const char* fallback) {
  const auto value = environment(variable);
  return (value ? fs::path(*value) : home() / fallback) / "reelwork";
}

/// As root the cluster's files must be reachable for the unprivileged user that runs PostgreSQL.
fs::path default_state_folder() {
  return geteuid() == 0 ? fs::path("/var/lib/reelwork") : xdg("XDG_STATE_HOME", ".local/state");
}

std::string read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in)
    throw base::InputError("cannot read the configuration " + file.string(),
                           "check that the file exists and that you may read it");
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

ConfigReader::Handler allow_and_deny(ConfigReader& reader, std::vector<std::string>& allow,
                                     std::vector<std::string>& deny) {
  return reader.section({{"allow", reader.texts(allow)}, {"deny", reader.texts(deny)}});
}

constexpr std::int64_t many = 1'000'000'000;

ConfigReader::Table server_settings(ConfigReader& reader, ServerConfig& server) {
  return {{"address", reader.text(server.address)},
          {"port", reader.integer(server.port, 0, 65535)},
          {"socket", reader.path(server.socket)},
          {"public-url", reader.origin(server.public_url, true)},
          {"hosts", reader.texts(server.hosts)},
          {"cors-origins", reader.origins(server.cors_origins)},
          {"trusted-proxies", reader.texts(server.trusted_proxies)},
          {"tls", reader.section({{"certificate", reader.path(server.certificate)}, {"key", reader.path(server.key)}})},
          {"handlers", reader.integer(server.handlers, 1, 1000)},
          {"policy", reader.section({{"stages", allow_and_deny(reader, server.allow_stages, server.deny_stages)}})},
          {"internal", reader.texts(server.internal)}};
}

ConfigReader::Table worker_settings(ConfigReader& reader, WorkerConfig& worker) {
  return {{"in-server", reader.flag(worker.in_server)},
          {"slots", reader.integer(worker.slots, 0, 1000)},
          {"attempts", reader.integer(worker.attempts, 1, 100)},
          {"memory-gigabytes", reader.number(worker.memory_gigabytes)},
          {"disk-gigabytes", reader.number(worker.disk_gigabytes)},
          {"hours", reader.number(worker.hours)},
          {"silence-seconds", reader.integer(worker.silence_seconds, 1, many)},
          {"user", reader.text(worker.user)}};
}

ConfigReader::Table accounts_settings(ConfigReader& reader, AccountsConfig& accounts) {
  return {{"registration", reader.choice(accounts.registration, "closed", "open")},
          {"access-minutes", reader.integer(accounts.access_minutes, 1, 1440)},
          {"session-days", reader.integer(accounts.session_days, 1, 3650)}};
}

ConfigReader::Table limits_settings(ConfigReader& reader, LimitsConfig& limits) {
  return {{"storage-gigabytes", reader.number(limits.storage_gigabytes)},
          {"upload-gigabytes", reader.number(limits.upload_gigabytes)},
          {"upload-hours", reader.integer(limits.upload_hours, 1, 8760)},
          {"concurrent-jobs", reader.integer(limits.concurrent_jobs, 1, many)},
          {"active-jobs", reader.integer(limits.active_jobs, 1, many)},
          {"provider-cents", reader.integer(limits.provider_cents, 0, many)},
          {"requests-per-minute", reader.integer(limits.requests_per_minute, 1, many)},
          {"streams", reader.integer(limits.streams, 1, many)},
          {"webhooks", reader.integer(limits.webhooks, 0, many)},
          {"tokens", reader.integer(limits.tokens, 0, many)},
          {"keep-days", reader.integer(limits.keep_days, 0, 36500)}};
}

ConfigReader::Table settings(ConfigReader& reader, Config& config) {
  return {{"plugins", reader.section({{"folders", reader.paths(config.plugin_folders)}})},
          {"policy", reader.section({{"stages", allow_and_deny(reader, config.allow_stages, config.deny_stages)},
                                     {"schemes", allow_and_deny(reader, config.allow_schemes, config.deny_schemes)}})},
          {"database", reader.section({{"url", reader.text(config.database_url)}})},
          {"state", reader.path(config.state_folder)},
          {"cache", reader.section({{"gigabytes", reader.number(config.cache_gigabytes)}})},
          {"secrets", reader.path(config.secrets_folder)},
          {"staging", reader.text(config.staging)},
          {"server", reader.section(server_settings(reader, config.server))},
          {"worker", reader.section(worker_settings(reader, config.worker))},
          {"accounts", reader.section(accounts_settings(reader, config.accounts))},
          {"limits", reader.section(limits_settings(reader, config.limits))},
          {"log", reader.section({{"format", reader.choice(config.log.json, "text", "json")},
                                  {"level", reader.level(config.log.level)}})}};
}

/// Of `https://host:port`; brackets stay.
std::string host_of(const std::string& origin) {
  const std::string host = origin.substr(origin.find("://") + 3);
  const auto colon = host.rfind(':');
  const bool is_port = colon != host.npos && host.find(']', colon) == host.npos;
  return is_port ? host.substr(0, colon) : host;
}

}  // namespace

std::vector<std::string> served_hosts(const ServerConfig& server) {
  const bool own_machine = server.address.starts_with("127.") || server.address == "::1";
  if (!server.hosts.empty() || !own_machine) return server.hosts;
  std::vector<std::string> names{"localhost", "127.0.0.1", "[::1]", server.address};
  if (!server.public_url.empty()) names.push_back(host_of(server.public_url));
  return names;
}

std::optional<fs::path> find_config(const std::optional<fs::path>& chosen) {
  if (chosen) return chosen;
  if (const auto named = environment("REEL_CONFIG")) return *named;
  for (const fs::path& file : {xdg("XDG_CONFIG_HOME", ".config") / "reel.yaml", fs::path("/etc/reelwork/reel.yaml")}) {
    std::error_code ignored;
    if (fs::exists(file, ignored)) return file;
  }
  return std::nullopt;
}

Config load_config(const std::optional<fs::path>& file, model::Diagnosed& diagnosed) {
  Config config;
  config.state_folder = default_state_folder();
  config.secrets_folder = xdg("XDG_CONFIG_HOME", ".config") / "secrets";
  if (file) {
    const model::Document document = model::parse_document(file->string(), read_file(*file), diagnosed);
    ConfigReader reader(diagnosed, fs::absolute(*file).parent_path());
    reader.map(document.root, settings(reader, config));
  }
  if (const auto url = environment("REEL_DATABASE_URL")) config.database_url = url;
  if (const auto state = environment("REEL_STATE")) config.state_folder = fs::absolute(*state);
  if (const auto size = environment("REEL_CACHE_GIGABYTES"); size && !read_number(*size, config.cache_gigabytes))
    throw base::InputError("REEL_CACHE_GIGABYTES is '" + base::printable(*size) + "', which is no number",
                           "set it to a number of gigabytes, 0 to keep nothing");
  return config;
}

}  // namespace reel::service
