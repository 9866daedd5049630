/// Why a child ended, in words. Private to the service.
#pragma once

#include <sys/resource.h>

#include <chrono>
#include <optional>
#include <string>

#include "reel/service/runner_job.hpp"

namespace reel::service {

/// Why a child had to be killed.
enum class KilledFor { memory, disk, wall, silence, bad_answer, stopped };

/// All that is known of a child that has ended.
struct RunnerEnd {
  int status = 0;  ///< as waitpid() gives it
  rusage usage{};
  std::optional<KilledFor> killed_for;
  std::string bad_answer;              ///< what was wrong with it
  std::optional<RunnerResult> result;  ///< what it said itself
  std::optional<RunnerCrash> crash;
  bool stop_asked = false;
};

/// What happened, but for the log. `limits` are those that it had.
RunnerResult verdict(const RunnerEnd& end, const RunnerLimits& limits);

/// `signal 11 (segmentation fault)`
std::string signal_words(int signal);

}  // namespace reel::service
