/// The control plane as a program: what `reel serve` and `reel worker` run.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "reel/service/config.hpp"

namespace reel::daemon {

/// The server: HTTP API, events, webhooks, housekeeping and, unless the configuration says otherwise, a worker.
class Server {
 public:
  /// Starts or joins the database, brings its schema up to date, and listens, but answers nothing yet. Throws base::InputError for a
  /// configuration that cannot be, base::RunError for what is missing or taken.
  explicit Server(const service::Config& config);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  const std::string& url() const;  ///< where it listens: `http://127.0.0.1:8080`, `unix:/run/reelwork/http.sock`
  /// Serves until stop(), and until what runs has ended or was handed back. Once.
  void run();
  /// Any thread.
  void stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// A worker alone, beside a server on the same database and state folder.
class Worker {
 public:
  explicit Worker(const service::Config& config);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  const std::string& name() const;
  void run();
  void stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace reel::daemon
