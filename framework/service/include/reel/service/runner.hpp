/// Jobs done by children: `reel-runner`, one process a job, watched until nothing of it is left.
///
/// Uploaded media and plugins of others are hostile. A child that crashes, hangs, eats memory or answers rubbish costs its own
/// job: its result says what happened, and nobody else notices.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>
#include <vector>

#include "reel/base/log.hpp"
#include "reel/service/runner_job.hpp"

namespace reel::service {

/// Once at the start of a program that has children: makes sure that they find what they need (GStreamer's registry). Takes a few
/// seconds the first time. Throws base::RunError.
void prepare_runner(const RunnerSetup& setup);

/// Called by poll(), on its thread.
struct RunnerEvents {
  std::function<void(const RunnerSandbox&)> on_started;
  std::function<void(const RunnerProgress&)> on_progress;  ///< about 10 a second
  std::function<void(const base::LogLine&)> on_log;        ///< bounded: of a flood only the beginning comes
};

/// One child. An object is for one thread, but any one; several objects can be held by one thread: wait for their descriptors with
/// poll(2), then call poll() of those that are readable.
class RunnerProcess {
 public:
  using Job = std::variant<RunJob, InspectJob>;

  /// Starts the child. `work_folder` exists, is empty and private to this job: all that the child may write, with its temporary
  /// files; it is the caller's to remove it afterwards. Throws base::RunError if the child cannot be started.
  RunnerProcess(const RunnerSetup& setup, const Job& job, const std::filesystem::path& work_folder,
                const RunnerLimits& limits, RunnerEvents events = {});
  /// Kills what still runs.
  ~RunnerProcess();
  RunnerProcess(RunnerProcess&&) noexcept;
  RunnerProcess& operator=(RunnerProcess&&) noexcept;

  /// Becomes readable whenever poll() has something to do, a few times a second at least.
  int descriptor() const;
  /// Reads what the child said, calls the events, holds it against its limits. Never blocks. True once the child has ended.
  bool poll();
  /// Polls to the end.
  const RunnerResult& wait();
  /// Once poll() has returned true; null before.
  const RunnerResult* result() const;

  /// Asks the child to end soon and cleanly; after `patience` it is killed. The outcome is then `cancelled`, unless the child was
  /// done already.
  void stop(std::chrono::milliseconds patience);
  void pause();  ///< The child stands still until resume().
  void resume();
  int process() const;  ///< its number, for logs

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// A child that stays and answers questions about stages, pipelines and prompts, so that nobody pays for the loading of plugins each time.
/// It is started on first use, and anew when it has ended. Any thread; questions wait for each other, but not for long: then they
/// throw base::TransientError. What there is (stages, schema, plugins) is asked once for each child.
class PipelineChecker {
 public:
  explicit PipelineChecker(RunnerSetup setup, RunnerLimits limits = {});
  ~PipelineChecker();

  struct Question {
    std::string name;  ///< of the text in messages
    std::string yaml;
    std::map<std::string, std::string> params;
    bool require_params = true;
    std::vector<std::string> inputs;   ///< URIs that may be used, as in RunJob
    std::vector<std::string> secrets;  ///< names of those that there are
  };
  /// Without media: `{"valid", "diagnostics": [… as model::to_json()], "name", "description", "params": [{"name", "type",
  /// "description", "default", "choices"}], "stages": [{"id", "uses", "line"}], "uris": [… of sources], "network": whether it needs
  /// it, "dot"}`; all behind `diagnostics` only where it is valid. Throws base::TransientError if there is no answer.
  nlohmann::json check(const Question& question);

  struct Prompt {
    std::string text;
    nlohmann::json media;                              ///< as `reel probe --json`, or null: there are none yet
    nlohmann::json regions = nlohmann::json::array();  ///< as prompt::drawn_of()
    std::string input, output, pipeline;               ///< as prompt::Ask
  };
  /// What is understood of it: as prompt::to_json(). Throws base::InputError where regions or the pipeline are at fault,
  /// base::TransientError if there is no answer.
  nlohmann::json read(const Prompt& prompt);
  nlohmann::json stages();   ///< every stage with its parameters, as `reel inspect --json`
  nlohmann::json schema();   ///< JSON Schema of the language
  nlohmann::json plugins();  ///< as `reel plugins --json --all`

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace reel::service
