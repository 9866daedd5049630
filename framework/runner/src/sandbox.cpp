#include "sandbox.hpp"

#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <iterator>

#include "calls.hpp"
#include "identity.hpp"
#include "landlock.hpp"
#include "reel/base/error.hpp"

namespace reel::runner {
namespace {

namespace fs = std::filesystem;

/// Sanitizers map more than any limit lets them.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool limits_memory = false;
#else
constexpr bool limits_memory = true;
#endif

bool limit(__rlimit_resource what, rlim_t soft, rlim_t hard) {
  rlimit now{};
  ::getrlimit(what, &now);
  const rlimit wanted{std::min(soft, now.rlim_max), std::min(hard, now.rlim_max)};
  return ::setrlimit(what, &wanted) == 0;
}

/// The kernel's limits stand behind those that the parent watches: memory is told better by it, so that it has some time to look.
bool set_limits(const service::RunnerLimits& limits) {
  constexpr rlim_t gigabyte = 1'000'000'000, most_threads = 4096;
  bool all = limit(RLIMIT_CORE, 0, 0);
  const auto files = static_cast<rlim_t>(std::max(64, limits.open_files));
  all = limit(RLIMIT_NOFILE, files, files) && all;
  all = limit(RLIMIT_NPROC, most_threads, most_threads) && all;
  if (limits.disk_bytes > 0) all = limit(RLIMIT_FSIZE, limits.disk_bytes, limits.disk_bytes) && all;
  const auto cpu = static_cast<rlim_t>(limits.cpu.count());
  // At the first the process may still say something; at the second it is over.
  if (cpu > 0) all = limit(RLIMIT_CPU, cpu, cpu + 2) && all;
  const rlim_t memory = limits.memory_bytes + limits.memory_bytes / 2 + gigabyte;
  if (limits_memory && limits.memory_bytes > 0) all = limit(RLIMIT_DATA, memory, memory) && all;
  return all;
}

/// What every program of this kind reads: libraries, GStreamer's plugins, fonts, what the processor is.
std::vector<fs::path> system_files() {
  return {"/usr",
          "/lib",
          "/lib64",
          "/etc/ld.so.cache",
          "/etc/ld.so.preload",
          "/etc/fonts",
          "/etc/alternatives",
          "/etc/localtime",
          "/etc/timezone",
          "/var/cache/fontconfig",
          "/proc/self",
          "/proc/cpuinfo",
          "/proc/meminfo",
          "/proc/stat",
          "/sys/devices/system/cpu",
          "/sys/devices/system/node",
          "/sys/fs/cgroup",
          "/dev/urandom",
          "/dev/random",
          "/dev/full"};
}

std::vector<fs::path> network_files() {
  return {"/etc/resolv.conf", "/etc/hosts",    "/etc/nsswitch.conf", "/etc/host.conf",
          "/etc/gai.conf",    "/etc/services", "/etc/ssl",           "/run/systemd/resolve"};
}

void make_folders(const std::vector<fs::path>& folders) {
  for (const fs::path& folder : folders) {
    std::error_code fault;
    fs::create_directories(folder, fault);
    if (fault) throw base::RunError("cannot make the folder " + folder.string() + ": " + fault.message());
  }
}

/// A namespace of its own has no network but a loopback that is down.
bool leave_network() { return ::unshare(CLONE_NEWNET) == 0; }

void must_reach(const std::vector<fs::path>& folders) {
  for (const fs::path& folder : folders)
    if (::access(folder.c_str(), W_OK | X_OK) != 0)
      throw base::RunError("the run cannot write to its folder " + folder.string() + ": " + std::strerror(errno),
                           "let the folders above it be entered: chmod a+x");
}

}  // namespace

service::RunnerSandbox shut_in(const service::RunnerSpec& spec, const Needs& needs) {
  service::RunnerSandbox holds;
  make_folders(needs.write);
  std::vector<fs::path> read = system_files();
  if (needs.network) std::ranges::copy(network_files(), std::back_inserter(read));
  std::ranges::copy(needs.read, std::back_inserter(read));
  Landlock files(read, needs.write);
  holds.limits = set_limits(spec.limits);
  const bool apart = !needs.network && leave_network();
  holds.no_new_privileges = ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
  // Files may belong to anybody: a process that sees no others may read those that it sees.
  if (::geteuid() == 0) holds.other_user = become(spec.setup.user, needs.write, files.possible());
  holds.files = files.enforce();
  // A change of user forgets it.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  must_reach(needs.write);
  holds.calls = filter_calls(needs.network);
  holds.network = !needs.network && (apart || holds.calls);
  return holds;
}

}  // namespace reel::runner
