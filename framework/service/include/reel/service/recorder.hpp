/// Writes one run to a Store while it happens.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "reel/service/store.hpp"

namespace reel::service {

/// Creates the request and starts it, or goes on with one that a worker has claimed; then passes progress and log
/// lines on: from any thread, never blocking the caller, in batches (a few writes a second at most) on a thread of its own that owns the Store.
/// A database that goes away during the run does not stop the run: lines are kept (up to 64 MB) and written
/// when it is back, each exactly once; what could not be written by finish() is said in its result.
class Recorder {
 public:
  using OpenStore = std::function<std::unique_ptr<Store>()>;

  /// Throws what OpenStore or the first writes throw: a run that cannot be recorded does not begin.
  /// `request.user` 0 means the local user.
  Recorder(OpenStore open, const NewRequest& request);
  /// Writes under the attempt of `claim`, so that nothing but its log lines arrives once the lease was lost.
  Recorder(OpenStore open, const Claim& claim);
  /// A recorder that dies before finish() records the request as failed, or leaves() it to its lease where it was claimed; as
  /// finish() does, it waits for that.
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  RequestId id() const;
  void progress(const ProgressRecord& progress, std::vector<StageRecord> stages);  ///< The newest counts.
  void log(const base::LogLine& line);
  /// Blocks until all is written, at most about `patience`: a database that is away gets that long to come
  /// back. Returns what could not be recorded, in words, or empty. What comes after the first call is
  /// ignored.
  std::string finish(const Outcome& outcome, std::chrono::milliseconds patience = std::chrono::seconds(10));
  /// As finish(), but without an outcome: the request stays as it is, for the caller to release.
  std::string leave(std::chrono::milliseconds patience = std::chrono::seconds(10));

 private:
  class Worker;
  /// What is recorded: the request, and its attempt if it was claimed.
  struct Subject {
    RequestId request = 0;
    std::optional<int> attempt{};
  };
  using Begin = std::function<Subject(Store&)>;
  Recorder(OpenStore open, Begin begin);
  std::shared_ptr<Worker> worker_;  // shared with its thread, which outlives us when a database hangs
  std::thread thread_;
  Subject subject_;
};

}  // namespace reel::service
