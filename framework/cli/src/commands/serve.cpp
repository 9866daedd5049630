/// `reel serve` and `reel worker`: the control plane.
#include <algorithm>
#include <iostream>
#include <memory>
#include <mutex>

#include "commands.hpp"
#include "reel/base/log.hpp"
#include "reel/daemon/daemon.hpp"
#include "signals.hpp"

namespace reel::cli {
namespace {

/// Something that runs until a signal stops it.
template <class Program>
class Stoppable {
 public:
  // The handler is there before any thread is made, so that all of them leave the signals to it.
  Stoppable() : signals_([this] { stop(); }) {}

  void run(std::unique_ptr<Program> program) {
    {
      const std::lock_guard lock(mutex_);
      program_ = std::move(program);
      if (stopped_) program_->stop();
    }
    program_->run();
    const std::lock_guard lock(mutex_);
    program_.reset();
  }

 private:
  void stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    if (program_) program_->stop();
  }

  std::mutex mutex_;  // guards what follows
  std::unique_ptr<Program> program_;
  bool stopped_ = false;
  const Signals signals_;
};

/// As the configuration says; `-v` says more.
void set_log(const service::LogConfig& log) {
  base::set_stderr_json(log.json);
  const base::Level chosen = base::stderr_level();
  base::set_stderr_level(chosen < base::Level::warning ? std::min(chosen, log.level) : log.level);
}

}  // namespace

void add_serve(CLI::App& app, Chosen& chosen) {
  auto* const command = app.add_subcommand("serve", "Run the control plane: HTTP API, queue and a worker");
  struct Arguments {
    std::optional<std::string> address;
    std::optional<int> port;
    bool no_worker = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  command
      ->add_option("--address", arguments->address, "Where to listen, instead of the configuration's `server: address`")
      ->type_name("ADDRESS");
  command->add_option("--port", arguments->port, "Port to listen on; 0: any free one")
      ->check(CLI::Range(0, 65535))
      ->type_name("PORT");
  command->add_flag("--no-worker", arguments->no_worker, "Leave the work to `reel worker`");
  command->callback([arguments, &chosen] {
    chosen.action = [arguments](Context& context) {
      service::Config config = context.config();
      set_log(config.log);
      if (arguments->address) config.server.address = *arguments->address;
      if (arguments->port) config.server.port = *arguments->port;
      if (arguments->no_worker) config.worker.in_server = false;
      Stoppable<daemon::Server> program;
      auto server = std::make_unique<daemon::Server>(config);
      std::cout << "listening on " << server->url()
                << std::endl;  // NOLINT(performance-avoid-endl): whoever started us waits
      program.run(std::move(server));
      return base::ExitCode::done;
    };
  });
}

void add_worker(CLI::App& app, Chosen& chosen) {
  auto* const command = app.add_subcommand("worker", "Run requests of a control plane");
  command->callback([&chosen] {
    chosen.action = [](Context& context) {
      set_log(context.config().log);
      Stoppable<daemon::Worker> program;
      auto worker = std::make_unique<daemon::Worker>(context.config());
      std::cout << "working as " << worker->name() << std::endl;  // NOLINT(performance-avoid-endl): as above
      program.run(std::move(worker));
      return base::ExitCode::done;
    };
  });
}

}  // namespace reel::cli
