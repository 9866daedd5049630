/// The walls around a child, which it puts up itself.
#pragma once

#include <filesystem>
#include <vector>

#include "reel/service/runner_job.hpp"

namespace reel::runner {

/// What a job needs of the machine.
struct Needs {
  std::vector<std::filesystem::path> read;   ///< files, and folders with all below
  std::vector<std::filesystem::path> write;  ///< folders, with all below; made if they are missing
  bool network = false;
};

/// Before the first thread, plugin and byte of media. Every wall that this machine has material for; which ones stand is the result.
/// Throws base::RunError where a job could not be done behind them (its folder cannot be reached).
service::RunnerSandbox shut_in(const service::RunnerSpec& spec, const Needs& needs);

}  // namespace reel::runner
