/// What servers and workers are made of, as the configuration says.
#pragma once

#include <chrono>
#include <memory>

#include "reel/service/config.hpp"
#include "reel/service/worker.hpp"
#include "reel/store/database.hpp"

namespace reel::daemon {

/// What runs when a program is told to stop may end in this time; then it goes back to the queue.
constexpr std::chrono::seconds patience{30};

/// Throws base::InputError if the state folder belongs to another database.
service::MediaFiles open_files(const service::Config& config, const store::Database& database);

/// Children of this installation. Their registry of GStreamer's elements is made if it is missing: that takes seconds.
service::RunnerSetup prepare_children(const service::Config& config);

std::unique_ptr<service::Worker> make_worker(const service::Config& config, const service::RunnerSetup& setup,
                                             const store::Database& database, const service::MediaFiles& files);

}  // namespace reel::daemon
