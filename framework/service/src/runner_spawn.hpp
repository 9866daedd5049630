/// Starts children. Private to the service.
#pragma once

#include <sys/types.h>

#include "reel/base/file_descriptor.hpp"
#include "reel/service/runner_job.hpp"

namespace reel::service {

/// A process that has been started, and our ends of its pipes. All are closed on exec, and never block.
struct SpawnedRunner {
  pid_t process = 0;            ///< it leads a session and a group of its own
  base::FileDescriptor handle;  ///< readable once it has ended
  base::FileDescriptor messages, output;
  base::FileDescriptor input;  ///< what comes behind the spec; none unless it was asked for
};

/// Starts `reel-runner` in its work folder, with a bare environment, and gives it the spec. It does not outlive this program, but it
/// may outlive the calling thread. Any thread. Throws base::RunError.
SpawnedRunner spawn_runner(RunnerSpec spec, bool with_input);

/// GStreamer's registry of an installation.
std::filesystem::path registry_of(const RunnerSetup& setup);

}  // namespace reel::service
