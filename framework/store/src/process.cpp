#include "process.hpp"

#include <pwd.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "file_descriptor.hpp"
#include "reel/base/error.hpp"

namespace reel::store {
namespace {

/// A file in memory: unlike a pipe it neither fills up nor waits for a daemon that keeps its end open.
FileDescriptor memory_file(const std::string& content) {
  FileDescriptor file(::memfd_create("reelwork", MFD_CLOEXEC));
  if (!file || ::write(file.get(), content.data(), content.size()) != static_cast<ssize_t>(content.size()))
    throw base::RunError(std::string("Cannot make a file in memory: ") + std::strerror(errno) + ".");
  ::lseek(file.get(), 0, SEEK_SET);
  return file;
}

std::string content_of(const FileDescriptor& file) {
  std::string content;
  std::array<char, 4096> buffer{};
  ::lseek(file.get(), 0, SEEK_SET);
  for (ssize_t n = 0; (n = ::read(file.get(), buffer.data(), buffer.size())) > 0;)
    content.append(buffer.data(), static_cast<std::size_t>(n));
  return content;
}

class SpawnActions {
 public:
  SpawnActions(const std::filesystem::path& folder, int input, int output) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addchdir_np(&actions_, folder.c_str());
    posix_spawn_file_actions_adddup2(&actions_, input, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, output, STDERR_FILENO);
  }
  ~SpawnActions() { posix_spawn_file_actions_destroy(&actions_); }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

/// A session of its own, and no blocked or ignored signals, whatever the host program has set.
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

std::vector<std::string> as_account(const std::vector<std::string>& arguments, const Account& account) {
  if (account.uid == ::geteuid()) return arguments;
  std::vector<std::string> result = {"setpriv", "--reuid=" + std::to_string(account.uid),
                                     "--regid=" + std::to_string(account.gid),
                                     account.name.empty() ? "--clear-groups" : "--init-groups"};
  result.insert(result.end(), arguments.begin(), arguments.end());
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

int wait_for(pid_t process) {
  int status = 0;
  while (::waitpid(process, &status, 0) < 0)
    if (errno != EINTR) throw base::RunError(std::string("Cannot wait for a program: ") + std::strerror(errno) + ".");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Account Account::current() {
  Account account{::geteuid(), ::getegid(), {}};
  if (const passwd* entry = ::getpwuid(account.uid)) account.name = entry->pw_name;
  return account;
}

Finished run(const std::vector<std::string>& arguments, const std::filesystem::path& folder, const Account& account,
             const std::string& input) {
  auto words = as_account(arguments, account);
  std::vector<std::string> environment = {"PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL=C"};
  const FileDescriptor in = memory_file(input);
  const FileDescriptor out = memory_file({});
  const SpawnActions actions(folder, in.get(), out.get());
  const SpawnAttributes attributes;
  pid_t process = 0;
  const int fault = ::posix_spawnp(&process, words[0].c_str(), actions.get(), attributes.get(), pointers(words).data(),
                                   pointers(environment).data());
  if (fault != 0)
    throw base::RunError("Cannot start " + words[0] + " in " + folder.string() + ": " + std::strerror(fault) + ".");
  const int status = wait_for(process);
  return {status, content_of(out)};
}

}  // namespace reel::store
