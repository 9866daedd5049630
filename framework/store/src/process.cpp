#include "process.hpp"

#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "reel/base/error.hpp"
#include "reel/base/process.hpp"

namespace reel::store {
namespace {

std::string content_of(const base::FileDescriptor& file) {
  std::string content;
  std::array<char, 4096> buffer{};
  ::lseek(file.get(), 0, SEEK_SET);
  for (ssize_t n = 0; (n = ::read(file.get(), buffer.data(), buffer.size())) > 0;)
    content.append(buffer.data(), static_cast<std::size_t>(n));
  return content;
}

std::vector<std::string> as_account(const std::vector<std::string>& arguments, const Account& account) {
  if (account.uid == ::geteuid()) return arguments;
  std::vector<std::string> result = {"setpriv", "--reuid=" + std::to_string(account.uid),
                                     "--regid=" + std::to_string(account.gid),
                                     account.name.empty() ? "--clear-groups" : "--init-groups"};
  result.insert(result.end(), arguments.begin(), arguments.end());
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
  const base::FileDescriptor in = base::memory_file(input);
  const base::FileDescriptor out = base::memory_file({});
  const int status =
      wait_for(base::start({.words = as_account(arguments, account),
                            .environment = {"PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL=C"},
                            .folder = folder,
                            .descriptors = {in.get(), out.get(), out.get()}}));
  return {status, content_of(out)};
}

}  // namespace reel::store
