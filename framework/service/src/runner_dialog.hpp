/// A child that stays and answers questions, one a line. Private to the service.
#pragma once

#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "reel/base/error.hpp"
#include "reel/base/log.hpp"
#include "reel/base/stop.hpp"
#include "reel/service/runner_job.hpp"
#include "runner_lines.hpp"
#include "runner_spawn.hpp"

namespace reel::service {

/// Of a question: whether it was understood, or even done, nobody knows.
class NoAnswer : public base::TransientError {
 public:
  using TransientError::TransientError;
};

/// For one thread at a time. The child is started on first use, and anew when it has ended.
class RunnerDialog {
 public:
  struct Hooks {
    std::function<void()> on_start = [] {};                                          ///< before a new child
    std::function<void(const base::LogLine&)> on_log = [](const base::LogLine&) {};  ///< of what it says meanwhile
  };

  /// `failure` begins the messages of what ask() throws. `spec.limits.silence` is the time for an answer; 0: an hour.
  RunnerDialog(RunnerSpec spec, std::string failure, Hooks hooks);
  /// Kills the child.
  ~RunnerDialog();
  RunnerDialog(const RunnerDialog&) = delete;
  RunnerDialog& operator=(const RunnerDialog&) = delete;

  /// Throws NoAnswer, base::Interrupted: after both, the child is gone. base::RunError: there can be no child.
  nlohmann::json ask(const nlohmann::json& question, base::StopFlag stop = nullptr);
  /// As ask().
  [[noreturn]] void no_answer(const std::string& why) const;

 private:
  void start();
  bool has_ended() const;
  int end();
  void send(std::string_view text);
  nlohmann::json receive();
  void take(std::string_view line);
  void wait_for(const base::FileDescriptor& fd, short events);

  RunnerSpec spec_;
  std::string failure_;
  Hooks hooks_;
  std::optional<SpawnedRunner> child_;
  std::optional<LineReader> messages_, output_;
  std::optional<nlohmann::json> answer_;
  std::string fault_;
  std::chrono::steady_clock::time_point deadline_;
  base::StopFlag stop_ = nullptr;
};

}  // namespace reel::service
