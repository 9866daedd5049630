#include "parts.hpp"

#include <algorithm>
#include <thread>

#include "reel/service/secrets.hpp"

namespace reel::daemon {
namespace {

constexpr double gigabyte = 1e9;
constexpr std::int64_t most_slots_by_itself = 4;

std::uint64_t bytes(double gigabytes) { return static_cast<std::uint64_t>(gigabytes * gigabyte); }

int slots(const service::WorkerConfig& worker) {
  if (worker.slots > 0) return static_cast<int>(worker.slots);
  return static_cast<int>(std::clamp<std::int64_t>(std::thread::hardware_concurrency(), 1, most_slots_by_itself));
}

}  // namespace

service::MediaFiles open_files(const service::Config& config, const store::Database& database) {
  service::MediaFiles files(config.state_folder);
  files.tie_to(database.open()->installation());
  return files;
}

service::RunnerSetup prepare_children(const service::Config& config) {
  service::RunnerSetup setup;
  setup.plugin_folders = config.plugin_folders;
  setup.allow_stages = config.server.allow_stages;
  setup.deny_stages = config.server.deny_stages;
  setup.registry_folder = config.state_folder / "registry";
  setup.user = config.worker.user;
  service::prepare_runner(setup);
  return setup;
}

std::unique_ptr<service::Worker> make_worker(const service::Config& config, const service::RunnerSetup& setup,
                                             const store::Database& database, const service::MediaFiles& files) {
  service::WorkerOptions options;
  options.slots = slots(config.worker);
  options.most_attempts = static_cast<int>(config.worker.attempts);
  options.user_limit = static_cast<int>(config.limits.concurrent_jobs);
  options.storage_bytes = static_cast<std::int64_t>(config.limits.storage_gigabytes * gigabyte);
  options.span_cache_bytes = bytes(config.cache_gigabytes);
  options.setup = setup;
  options.limits.memory_bytes = bytes(config.worker.memory_gigabytes);
  options.limits.disk_bytes = bytes(config.worker.disk_gigabytes);
  options.limits.wall = std::chrono::duration_cast<std::chrono::seconds>(
      std::chrono::duration<double, std::ratio<3600>>(config.worker.hours));
  options.limits.silence = std::chrono::seconds(config.worker.silence_seconds);
  options.provider_cents = config.limits.provider_cents;
  options.secrets = [folder = config.secrets_folder](const std::string& beginning) {
    return service::secrets_beginning(folder, beginning);
  };
  options.internal = config.server.internal;
  return std::make_unique<service::Worker>([&database] { return database.open(); },
                                           [&database] { return database.listen(); }, files, options);
}

}  // namespace reel::daemon
