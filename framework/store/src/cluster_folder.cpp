#include "cluster_folder.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <optional>

#include "reel/base/error.hpp"

namespace fs = std::filesystem;

namespace reel::store {
namespace {

constexpr std::string_view socket_name = "/.s.PGSQL.5432";
constexpr const char* elsewhere = "Choose another state folder, for root for example /var/lib/reelwork.";

[[noreturn]] void cannot(const std::string& what, const fs::path& path, int fault) {
  throw base::RunError("Cannot " + what + " " + path.string() + ": " + std::strerror(fault) + ".", elsewhere);
}

std::optional<struct stat> look(const fs::path& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) == 0) return info;
  return std::nullopt;
}

/// Parents are open to be passed through, whatever the umask: the server's user must reach the folder.
void make_parents(const fs::path& folder) {
  if (folder.empty() || fs::exists(folder)) return;
  make_parents(folder.parent_path());
  if (::mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) cannot("make the folder", folder, errno);
  if (::chmod(folder.c_str(), 0755) != 0) cannot("open the folder", folder, errno);
}

bool is_empty_or_ours(const fs::path& folder) {
  return fs::is_empty(folder) || fs::exists(folder / "users.lock") || fs::exists(folder / "data" / "PG_VERSION");
}

std::string name_of(uid_t uid) {
  const passwd* entry = ::getpwuid(uid);
  return entry != nullptr ? entry->pw_name : "user " + std::to_string(uid);
}

/// Root may enter any folder, but the server does not run as root.
void check_reachable(const fs::path& folder, const Account& account) {
  if (account.uid == ::geteuid() || run({"test", "-x", folder.string()}, "/", account)) return;
  throw base::RunError("The database server runs as " + account.name + ", who cannot reach " + folder.string() +
                           ": a folder above it is closed.",
                       elsewhere);
}

/// FNV-1a: short, and the same in every program and version.
std::string hash(const std::string& text) {
  std::uint64_t value = 0xcbf29ce484222325U;
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  std::array<char, 17> digits{};
  std::snprintf(digits.data(), digits.size(), "%016llx", static_cast<unsigned long long>(value));
  return digits.data();
}

}  // namespace

Account cluster_account(const fs::path& folder) {
  if (::geteuid() != 0) return Account::current();
  if (const auto info = look(folder); info && info->st_uid != 0)
    return {info->st_uid, info->st_gid, ::getpwuid(info->st_uid) != nullptr ? name_of(info->st_uid) : ""};
  for (const char* name : {"postgres", "nobody"})
    if (const passwd* entry = ::getpwnam(name)) return {entry->pw_uid, entry->pw_gid, entry->pw_name};
  throw base::RunError("PostgreSQL does not run as root, and this machine has no user `postgres` or `nobody`.",
                       "Run as another user, or install postgresql, which makes one.");
}

fs::path prepare_cluster_folder(const fs::path& path, const Account& account) try {
  const fs::path folder = fs::absolute(path).lexically_normal();
  make_parents(folder.parent_path());
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) cannot("make the folder", folder, errno);
  const auto info = look(folder);
  if (!info || !S_ISDIR(info->st_mode)) throw base::RunError(folder.string() + " is not a folder.", elsewhere);
  if (info->st_uid != account.uid && ::geteuid() != 0)
    throw base::RunError("The database folder " + folder.string() + " belongs to " + name_of(info->st_uid) + ".",
                         elsewhere);
  if (!is_empty_or_ours(folder))
    throw base::RunError("The folder " + folder.string() + " holds other files than a database of Reelwork.",
                         elsewhere);
  if (info->st_uid != account.uid && ::lchown(folder.c_str(), account.uid, account.gid) != 0)
    cannot("give away the folder", folder, errno);
  if ((info->st_mode & 0777U) != 0700U && ::chmod(folder.c_str(), 0700) != 0) cannot("close the folder", folder, errno);
  check_reachable(folder, account);
  return fs::canonical(folder);
} catch (const fs::filesystem_error& error) {
  throw base::RunError("Cannot use the database folder " + path.string() + ": " + error.code().message() + ".",
                       elsewhere);
}

fs::path cluster_socket_folder(const fs::path& folder) {
  const bool fits = folder.native().size() + socket_name.size() < sizeof(sockaddr_un::sun_path) &&
                    folder.native().find(',') == std::string::npos;  // which libpq takes for the end of a host
  return fits ? folder : fs::path("/tmp/reelwork-" + hash(folder.native()));
}

void prepare_socket_folder(const fs::path& folder, const Account& account) {
  if (::mkdir(folder.c_str(), 0700) == 0) {
    if (::lchown(folder.c_str(), account.uid, account.gid) != 0) cannot("give away the folder", folder, errno);
  } else if (errno != EEXIST) {
    cannot("make the folder", folder, errno);
  }
  const auto info = look(folder);
  if (!info || !S_ISDIR(info->st_mode) || info->st_uid != account.uid || (info->st_mode & 0777U) != 0700U)
    throw base::RunError("The folder " + folder.string() + ", meant for the database's socket, is not " +
                             (account.name.empty() ? "this user" : account.name) + "'s own.",
                         "Remove it, or choose a state folder with a shorter path.");
}

}  // namespace reel::store
