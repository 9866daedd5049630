/// Takes requests from the queue and has them done by children.
#pragma once

#include <chrono>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "reel/service/media_files.hpp"
#include "reel/service/reaper.hpp"
#include "reel/service/runner.hpp"
#include "reel/service/store.hpp"

namespace reel::service {

struct WorkerOptions {
  int slots = 1;  ///< requests at once
  std::chrono::milliseconds lease = usual_lease;
  std::chrono::milliseconds pause_patience{120'000};  ///< a run that is paused for longer makes room for others
  int most_attempts = 3;
  int user_limit = 0;  ///< requests of one user at once, where the user has no limit; 0: any number
  /// Before a second attempt; each further one waits four times as long, up to 10 min.
  std::chrono::milliseconds first_pause{5'000};
  /// What the files of users without a quota of their own may take, results among them.
  std::int64_t storage_bytes = std::numeric_limits<std::int64_t>::max();
  std::uint64_t span_cache_bytes = 4'000'000'000;  ///< for each user; 0: rendered spans are not kept
  RunnerSetup setup;
  RunnerLimits limits;
  std::int64_t provider_cents = 0;  ///< that a user without a quota may spend on providers in 30 days
  /// For providers: the installation's secrets whose names begin so. None: there are none.
  std::function<std::map<std::string, std::string>(const std::string& beginning)> secrets;
  std::vector<std::string> internal;  ///< for providers: as AddressPolicySettings
};

/// One worker of an installation. Several may run, in one process or many, on one machine or many that share the state folder.
/// A database that is away for a while stops nothing: what runs goes on, and is recorded when it is back.
class Worker {
 public:
  using OpenStore = std::function<std::unique_ptr<Store>()>;
  using OpenListener = std::function<std::unique_ptr<Listener>()>;

  Worker(OpenStore store, OpenListener listener, MediaFiles files, WorkerOptions options);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Works until drain(), and until all that runs has ended. Blocks. Throws base::RunError if children cannot be started at
  /// all.
  void run();
  /// Takes no more requests; what runs may go on for `patience`, then goes back to the queue. Any thread.
  void drain(std::chrono::milliseconds patience);
  const std::string& name() const;  ///< as in WorkerRecord

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace reel::service
