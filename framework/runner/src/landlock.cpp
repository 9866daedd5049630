#include "landlock.hpp"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace reel::runner {
namespace {

// As in linux/landlock.h of newer kernels than the one that Debian's headers are of.
constexpr std::uint64_t right_refer = 1ULL << 13U, right_truncate = 1ULL << 14U, right_ioctl = 1ULL << 15U;
constexpr std::uint64_t scope_abstract_sockets = 1ULL << 0U, scope_signals = 1ULL << 1U;

struct Attributes {
  std::uint64_t files = 0;
  std::uint64_t network = 0;
  std::uint64_t scoped = 0;
};

constexpr std::uint64_t reading = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;

/// No run makes them, and each could lead whoever looks after it elsewhere, or keep it waiting.
constexpr std::uint64_t oddities = LANDLOCK_ACCESS_FS_MAKE_SYM | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                                   LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                                   LANDLOCK_ACCESS_FS_MAKE_SOCK;

/// Of a file, not of a folder.
constexpr std::uint64_t of_files = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE |
                                   LANDLOCK_ACCESS_FS_EXECUTE | right_truncate | right_ioctl;

int version() {
  return static_cast<int>(::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION));
}

/// All rights to files that a kernel knows: what is not handled is allowed.
std::uint64_t known_rights(int abi) {
  std::uint64_t rights = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1U) - 1;
  if (abi >= 2) rights |= right_refer;
  if (abi >= 3) rights |= right_truncate;
  if (abi >= 5) rights |= right_ioctl;
  return rights;
}

/// How much of the struct a kernel knows.
std::size_t size_for(int abi) {
  if (abi < 4) return offsetof(Attributes, network);
  return abi < 6 ? offsetof(Attributes, scoped) : sizeof(Attributes);
}

}  // namespace

Landlock::Landlock(const std::vector<std::filesystem::path>& read, const std::vector<std::filesystem::path>& write) {
  const int abi = version();
  if (abi < 1) return;
  handled_ = known_rights(abi);
  Attributes attributes{handled_, 0, 0};
  if (abi >= 6) attributes.scoped = scope_abstract_sockets | scope_signals;
  rules_ =
      base::FileDescriptor(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, size_for(abi), 0U)));
  if (!rules_) return;
  // Programs may be read there, but nothing is started any more.
  for (const auto& path : read) allow(path, reading);
  allow("/dev/null", LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE);
  for (const auto& folder : write) allow(folder, handled_ & ~oddities & ~std::uint64_t{LANDLOCK_ACCESS_FS_EXECUTE});
}

void Landlock::allow(const std::filesystem::path& path, std::uint64_t rights) {
  const base::FileDescriptor file(::open(path.c_str(), O_PATH | O_CLOEXEC));
  struct stat info {};
  if (!file || ::fstat(file.get(), &info) != 0) return;
  landlock_path_beneath_attr rule{};
  rule.allowed_access = rights & handled_ & (S_ISDIR(info.st_mode) ? ~std::uint64_t{0} : of_files);
  rule.parent_fd = file.get();
  ::syscall(SYS_landlock_add_rule, rules_.get(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0U);
}

bool Landlock::enforce() { return rules_ && ::syscall(SYS_landlock_restrict_self, rules_.get(), 0U) == 0; }

}  // namespace reel::runner
