#include <poll.h>
#include <sys/wait.h>

#include <cerrno>

#include "reel/base/error.hpp"
#include "reel/base/text.hpp"
#include "reel/service/runner.hpp"
#include "runner_lines.hpp"
#include "runner_spawn.hpp"

namespace reel::service {

namespace fs = std::filesystem;

void prepare_runner(const RunnerSetup& setup) {
  std::error_code fault;
  fs::create_directories(setup.registry_folder, fault);
  if (fault)
    throw base::RunError("cannot make the folder " + setup.registry_folder.string() + ": " + fault.message(),
                         "check that its parent is writable");
  RunnerSpec spec;
  spec.job = RegistryJob{};
  spec.setup = setup;
  spec.work_folder = setup.registry_folder;
  const SpawnedRunner child = spawn_runner(spec, false);
  LineReader output(child.output.get(), 1000);
  std::string last;
  const auto keep = [&last](std::string_view line) { last = base::printable(line); };
  while (!output.ended()) {
    pollfd ready{child.output.get(), POLLIN, 0};
    ::poll(&ready, 1, -1);
    output.read(keep);
  }
  int status = 0;
  while (::waitpid(child.process, &status, 0) < 0 && errno == EINTR) {
  }
  // GStreamer lets only its owner read it; children may be somebody else.
  fs::permissions(registry_of(setup), fs::perms{0644}, fault);
  if (status != 0)
    throw base::RunError("GStreamer's plugins could not be looked through" + (last.empty() ? "" : ": " + last),
                         "run `reel doctor`");
}

}  // namespace reel::service
