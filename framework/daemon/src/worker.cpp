#include "parts.hpp"
#include "reel/daemon/daemon.hpp"

namespace reel::daemon {
class Worker::Impl {
 public:
  explicit Impl(const service::Config& config)
      : database(config.database_url, config.state_folder),
        worker(make_worker(config, prepare_children(config), database, open_files(config, database))) {}

  const store::Database database;
  const std::unique_ptr<service::Worker> worker;
};

Worker::Worker(const service::Config& config) : impl_(std::make_unique<Impl>(config)) {}
Worker::~Worker() = default;
const std::string& Worker::name() const { return impl_->worker->name(); }
void Worker::run() { impl_->worker->run(); }
void Worker::stop() { impl_->worker->drain(patience); }

}  // namespace reel::daemon
