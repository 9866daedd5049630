#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "parts.hpp"
#include "reel/base/error.hpp"
#include "reel/base/log.hpp"
#include "reel/daemon/daemon.hpp"
#include "reel/http/api.hpp"
#include "reel/service/housekeeping.hpp"
#include "reel/service/reaper.hpp"
#include "reel/service/webhooks.hpp"

namespace reel::daemon {
namespace {

using namespace std::chrono_literals;

constexpr auto webhook_interval = 1s, queue_interval = 2s;
constexpr auto housekeeping_interval = 10min;

http::Options http_options(const service::ServerConfig& config) {
  http::Options options;
  options.address = config.address;
  options.port = static_cast<std::uint16_t>(config.port);
  options.unix_socket = config.socket;
  if (!config.certificate.empty()) options.tls = http::TlsFiles{config.certificate, config.key};
  options.hosts = service::served_hosts(config);
  options.cors_origins = config.cors_origins;
  options.trusted_proxies = config.trusted_proxies;
  options.handlers = static_cast<int>(config.handlers);
  return options;
}

/// Calls `action` every `interval` on a thread of its own, until it goes.
class Regularly {
 public:
  Regularly(std::string what, std::chrono::milliseconds interval, std::function<void()> action)
      : thread_([this, what = std::move(what), interval, action = std::move(action)](const std::stop_token& stop) {
          bool failed = false;  // so that a database that is away is said once
          while (!stop.stop_requested()) {
            try {
              action();
              failed = false;
            } catch (const std::exception& error) {
              if (!std::exchange(failed, true)) base::log(base::Level::warning, what + ": " + error.what());
            }
            std::unique_lock lock(mutex_);
            stopped_.wait_for(lock, stop, interval, [] { return false; });
          }
        }) {}

 private:
  std::mutex mutex_;
  std::condition_variable_any stopped_;
  std::jthread thread_;
};

}  // namespace

class Server::Impl {
 public:
  explicit Impl(const service::Config& config)
      : config_(config),
        database_(config.database_url, config.state_folder),
        files_(open_files(config, database_)),
        keys_(service::Keys::of_installation(config.state_folder)),
        setup_(prepare_children(config)),
        checker_(setup_),
        api_({config_, [this] { return database_.open(); }, [this] { return database_.listen(); }, keys_, checker_}),
        server_(options(), api_.router()) {
    api_.observe(&server_);
    url_ = url();
  }
  ~Impl() { api_.observe(nullptr); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void run();
  void stop();
  const std::string& where() const { return url_; }

 private:
  void work();
  http::Options options() {
    http::Options options = http_options(config_.server);
    options.served = api_.served();
    return options;
  }
  std::string url() const {
    if (config_.server.address.empty()) return "unix:" + config_.server.socket.string();
    const bool six = config_.server.address.find(':') != std::string::npos;
    return (config_.server.certificate.empty() ? "http://" : "https://") +
           (six ? '[' + config_.server.address + ']' : config_.server.address) + ':' + std::to_string(server_.port());
  }

  const service::Config config_;
  const store::Database database_;
  const service::MediaFiles files_;
  const service::Keys keys_;
  const service::RunnerSetup setup_;
  service::PipelineChecker checker_;
  http::Api api_;
  http::Server server_;
  std::string url_;
  std::mutex mutex_;  // guards the rest
  std::unique_ptr<service::Worker> worker_;
  bool stopped_ = false;
  std::exception_ptr fault_;  // of the worker; its thread's until that is joined
};

void Server::Impl::run() {
  const auto store = [this] { return database_.open(); };
  const service::WebhookSender sender(keys_, service::AddressPolicy({.internal = config_.server.internal}));
  const Regularly webhooks("webhooks", webhook_interval, [&, own = std::shared_ptr<service::Store>()]() mutable {
    if (!own) own = store();
    sender.send_due(*own);
  });
  // Where no worker is left, who was waited for would never end.
  const Regularly reaper(
      "queue", queue_interval,
      [&, own = std::shared_ptr<service::Store>(),
       reaper = service::Reaper(service::usual_lease, static_cast<int>(config_.worker.attempts))]() mutable {
        if (!own) own = store();
        reaper.look(*own);
      });
  const Regularly housekeeping(
      "housekeeping", housekeeping_interval, [&, own = std::shared_ptr<service::Store>()]() mutable {
        if (!own) own = store();
        service::keep_house(*own, files_, {.keep_days = static_cast<int>(config_.limits.keep_days)});
      });
  std::jthread works;
  if (config_.worker.in_server) {
    const std::lock_guard lock(mutex_);
    worker_ = make_worker(config_, setup_, database_, files_);
    if (stopped_) worker_->drain(patience);
    works = std::jthread([this] { work(); });
  }
  server_.run();
  if (works.joinable()) works.join();
  if (fault_) std::rethrow_exception(fault_);
}

/// A server whose worker cannot work is better restarted than left to look well.
void Server::Impl::work() try { worker_->run(); } catch (const std::exception& error) {
  base::log(base::Level::error, std::string("the worker cannot go on: ") + error.what());
  fault_ = std::current_exception();
  server_.stop();
}

void Server::Impl::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  if (worker_) worker_->drain(patience);
  server_.stop();
}

Server::Server(const service::Config& config) : impl_(std::make_unique<Impl>(config)) {}
Server::~Server() = default;
const std::string& Server::url() const { return impl_->where(); }
void Server::run() { impl_->run(); }
void Server::stop() { impl_->stop(); }

}  // namespace reel::daemon
