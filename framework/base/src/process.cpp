#include "reel/base/process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "reel/base/error.hpp"

namespace reel::base {
namespace {

class SpawnActions {
 public:
  explicit SpawnActions(const Program& program) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addchdir_np(&actions_, program.folder.c_str());
    int place = 0;
    for (const int descriptor : program.descriptors) posix_spawn_file_actions_adddup2(&actions_, descriptor, place++);
    posix_spawn_file_actions_addclosefrom_np(&actions_, place);
  }
  ~SpawnActions() { posix_spawn_file_actions_destroy(&actions_); }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

class SpawnAttributes {
 public:
  SpawnAttributes() {
    posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnAttributes() { posix_spawnattr_destroy(&attributes_); }
  SpawnAttributes(const SpawnAttributes&) = delete;
  SpawnAttributes& operator=(const SpawnAttributes&) = delete;
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

/// As the C interface takes them, which never writes there.
std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (const std::string& text : texts) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

[[noreturn]] void no_memory_file() {
  throw RunError(std::string("Cannot make a file in memory: ") + std::strerror(errno) + ".");
}

}  // namespace

pid_t start(const Program& program) {
  const SpawnActions actions(program);
  const SpawnAttributes attributes;
  pid_t process = 0;
  const int fault = ::posix_spawnp(&process, program.words[0].c_str(), actions.get(), attributes.get(),
                                   pointers(program.words).data(), pointers(program.environment).data());
  if (fault != 0)
    throw RunError("Cannot start " + program.words[0] + " in " + program.folder.string() + ": " + std::strerror(fault) +
                   ".");
  return process;
}

FileDescriptor memory_file(std::string_view content) {
  FileDescriptor file(::memfd_create("reelwork", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file || ::write(file.get(), content.data(), content.size()) != static_cast<ssize_t>(content.size()))
    no_memory_file();
  ::lseek(file.get(), 0, SEEK_SET);
  return file;
}

FileDescriptor sealed_memory_file(std::string_view content) {
  FileDescriptor file = memory_file(content);
  if (::fcntl(file.get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) != 0) no_memory_file();
  return file;
}

}  // namespace reel::base
