#include "runner_spawn.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>

#include "reel/base/error.hpp"
#include "reel/base/process.hpp"

extern char** environ;

namespace reel::service {
namespace {

namespace fs = std::filesystem;
using base::FileDescriptor;

[[noreturn]] void cannot_start(const std::string& what) {
  throw base::RunError("cannot start a child: " + what + ": " + std::strerror(errno),
                       "check the limits of processes and open files of this machine");
}

/// A child is killed when the *thread* that made it ends (PR_SET_PDEATHSIG). So one thread makes them all, and lives as long as the
/// program.
class Spawner {
 public:
  static Spawner& instance() {
    static auto* const spawner = new Spawner;  // never destroyed: its thread is not joined
    return *spawner;
  }
  pid_t run(std::function<pid_t()> work) {
    std::packaged_task<pid_t()> task(std::move(work));
    auto result = task.get_future();
    {
      const std::lock_guard lock(mutex_);
      tasks_.push_back(std::move(task));
    }
    wake_.notify_one();
    return result.get();
  }

 private:
  Spawner() {
    std::thread([this] {
      for (;;) next()();
    }).detach();
  }
  std::packaged_task<pid_t()> next() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return !tasks_.empty(); });
    auto task = std::move(tasks_.front());
    tasks_.pop_front();
    return task;
  }
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::packaged_task<pid_t()>> tasks_;
};

struct Pipe {
  FileDescriptor read, write;
  enum class Kind { pipe, socket };
  /// Who writes to a socket that nobody reads any more can do without a signal.
  explicit Pipe(Kind kind = Kind::pipe) {
    std::array<int, 2> ends{};
    const int fault = kind == Kind::pipe ? ::pipe2(ends.data(), O_CLOEXEC)
                                         : ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data());
    if (fault != 0) cannot_start("no pipe");
    read = FileDescriptor(ends[0]);
    write = FileDescriptor(ends[1]);
  }
};

void never_block(const FileDescriptor& fd) { ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) | O_NONBLOCK); }

fs::path program_of(const RunnerSetup& setup) {
  if (!setup.program.empty()) return setup.program;
  std::error_code fault;
  return fs::read_symlink("/proc/self/exe", fault).parent_path() / "reel-runner";
}

/// What a child has to know of this program's environment: where plugins and models are, and how sanitizers behave.
bool passes(std::string_view variable) {
  constexpr std::array names{
      "REEL_PLUGIN_PATH=", "REEL_MODELS=", "GST_PLUGIN_PATH=", "GST_PLUGIN_SYSTEM_PATH=", "ASAN_OPTIONS=",
      "UBSAN_OPTIONS=",    "TZ=",          "LD_LIBRARY_PATH="};
  return std::ranges::any_of(names, [&](std::string_view name) { return variable.starts_with(name); });
}

std::string data_home() {
  if (const char* const data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data != '\0') return data;
  const char* const home = std::getenv("HOME");
  return home != nullptr ? std::string(home) + "/.local/share" : "/nonexistent";
}

std::vector<std::string> environment_of(const RunnerSpec& spec) {
  const std::string folder = spec.work_folder.string();
  const bool makes_registry = std::holds_alternative<RegistryJob>(spec.job);
  std::vector<std::string> result{"PATH=/usr/bin:/bin",
                                  "LANG=C.UTF-8",
                                  "HOME=" + folder,
                                  "TMPDIR=" + folder,
                                  "XDG_CACHE_HOME=" + folder,
                                  "XDG_RUNTIME_DIR=" + folder,
                                  "XDG_DATA_HOME=" + data_home(),
                                  "GST_REGISTRY=" + registry_of(spec.setup).string(),
                                  std::string("GST_REGISTRY_UPDATE=") + (makes_registry ? "yes" : "no"),
                                  "GST_REGISTRY_FORK=no",
                                  "NO_AT_BRIDGE=1"};
  const auto* const provide = std::get_if<ProvideJob>(&spec.job);
  const std::string own = provide != nullptr ? provide->variables : "";
  for (char** variable = environ; *variable != nullptr; ++variable)
    if (passes(*variable) || (!own.empty() && std::string_view(*variable).starts_with(own)))
      result.emplace_back(*variable);
  return result;
}

}  // namespace

fs::path registry_of(const RunnerSetup& setup) { return setup.registry_folder / "gstreamer.registry"; }

SpawnedRunner spawn_runner(RunnerSpec spec, bool with_input) {
  spec.parent = ::getpid();
  Pipe messages;
  Pipe output;
  std::optional<Pipe> input;
  FileDescriptor job;
  if (with_input)
    input.emplace(Pipe::Kind::socket);
  else
    job = base::sealed_memory_file(to_line(spec) + '\n');
  const base::Program program{.words = {program_of(spec.setup).string()},
                              .environment = environment_of(spec),
                              .folder = spec.work_folder,
                              .descriptors = {input ? input->read.get() : job.get(), output.write.get(),
                                              output.write.get(), messages.write.get()}};
  static_assert(runner_messages_fd == 3);
  SpawnedRunner child;
  child.process = Spawner::instance().run([&] { return base::start(program); });
  child.handle = FileDescriptor(static_cast<int>(::syscall(SYS_pidfd_open, child.process, 0)));
  child.messages = std::move(messages.read);
  child.output = std::move(output.read);
  if (input) child.input = std::move(input->write);
  for (const FileDescriptor* fd : {&child.messages, &child.output, &child.input})
    if (*fd) never_block(*fd);
  return child;
}

}  // namespace reel::service
