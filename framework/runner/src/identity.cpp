#include "identity.hpp"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <memory>

#include "reel/base/error.hpp"
#include "reel/base/file_descriptor.hpp"

namespace reel::runner {
namespace {

namespace fs = std::filesystem;

/// By its descriptor, and never through a link: whoever may write beside it could lead us elsewhere.
void give(const fs::path& folder, const passwd& user) {
  const base::FileDescriptor opened(::open(folder.c_str(), O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!opened || ::fchown(opened.get(), user.pw_uid, user.pw_gid) != 0)
    throw base::RunError("cannot give " + folder.string() + " to the user " + user.pw_name);
}

struct FreeCapabilities {
  void operator()(_cap_struct* set) const { ::cap_free(set); }
};

/// Of all that root may, at most this is left.
bool keep_only(bool may_read_all) {
  const std::unique_ptr<_cap_struct, FreeCapabilities> set(::cap_init());
  constexpr std::array<cap_value_t, 1> reading{CAP_DAC_READ_SEARCH};
  if (may_read_all)
    for (const cap_flag_t flag : {CAP_PERMITTED, CAP_EFFECTIVE})
      ::cap_set_flag(set.get(), flag, reading.size(), reading.data(), CAP_SET);
  return ::cap_set_proc(set.get()) == 0;
}

}  // namespace

bool become(const std::string& name, const std::vector<fs::path>& folders, bool may_read_all) {
  const std::string wanted = name.empty() ? "nobody" : name;
  const passwd* const user = ::getpwnam(wanted.c_str());
  if (user == nullptr)
    throw base::RunError("there is no user '" + wanted + "' for runs to become", "adduser --system " + wanted);
  for (const fs::path& folder : folders) give(folder, *user);
  ::prctl(PR_SET_KEEPCAPS, may_read_all ? 1 : 0);
  if (::setgroups(0, nullptr) != 0 || ::setresgid(user->pw_gid, user->pw_gid, user->pw_gid) != 0 ||
      ::setresuid(user->pw_uid, user->pw_uid, user->pw_uid) != 0)
    return false;
  // Where even that is not allowed, nothing is left.
  return keep_only(may_read_all) || keep_only(false);
}

}  // namespace reel::runner
