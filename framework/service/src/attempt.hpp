/// One attempt at a request: a child, its record, and what becomes of what it made.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <thread>

#include "output_folder.hpp"
#include "reel/service/recorder.hpp"
#include "reel/service/worker.hpp"

namespace reel::service {

/// What all attempts of a worker share; outlives them.
struct AttemptContext {
  Worker::OpenStore open;
  MediaFiles files;
  WorkerOptions options;
  std::function<void()> over;  ///< called by an attempt's thread as its last act
};

/// On a thread of its own from construction on. It ends by itself, and its destructor waits for that.
class Attempt {
 public:
  Attempt(Claim claim, const AttemptContext& context);
  ~Attempt();
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;

  const ClaimKey& key() const { return claim_.key; }
  void order(Order order);  ///< any thread; followed within a fraction of a second
  void hand_back();         ///< stops, and the request goes back to the queue
  bool over() const { return over_; }

 private:
  void run();
  RunnerResult perform(Store& store, Recorder& recorder);
  RunnerResult fault_of_worker(const std::exception& error) const;
  RunnerProcess::Job job(Store& store) const;
  std::map<std::string, std::filesystem::path> inputs(Store& store) const;
  std::filesystem::path original(const Video& video) const;
  RunnerResult make_media(Store& store, Recorder& recorder, RunJob& job, const std::vector<WantedMedia>& wanted);
  RunnerResult play(const RunnerProcess::Job& job, Recorder& recorder);
  RunnerResult watch(RunnerProcess child);
  void follow_orders(RunnerProcess& child);
  /// `output`: null where nothing can have been made.
  void settle(Store& store, RunnerResult result, const OutputFolder* output, Recorder& recorder);
  void finish(Store& store, RunnerResult& result, const OutputFolder* output, Recorder& recorder);
  void put_in_place(Store& store, RunnerResult& result, const OutputFolder& output);
  void need_room(Store& store, const std::vector<RunnerArtifact>& made) const;
  void finish_inspection(Store& store, const RunnerResult& result, const OutputFolder* output);
  bool paused_for_long() const;
  void release(Store& store, std::chrono::milliseconds delay, const std::string& why, bool uncounted);
  std::filesystem::path output_folder() const { return folder_ / "out"; }

  const Claim claim_;
  const AttemptContext& context_;
  const std::filesystem::path folder_;  ///< the child's own, removed at the end
  std::atomic<Order> order_ = Order::go_on;
  std::atomic<bool> hand_back_ = false, over_ = false;
  std::atomic<bool> stop_ = false;  ///< for what is not a child: cancelled, lost or handed back
  bool stopping_ = false;           // this and the next are the thread's own
  std::optional<std::chrono::steady_clock::time_point> paused_since_;
  std::thread thread_;
};

}  // namespace reel::service
