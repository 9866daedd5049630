#include "publish.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "reel/base/error.hpp"
#include "reel/base/file_descriptor.hpp"
#include "reel/base/text.hpp"
#include "reel/service/media_files.hpp"

namespace reel::service {
namespace {

namespace fs = std::filesystem;

base::FileDescriptor open(const fs::path& path, int flags) {
  return base::FileDescriptor(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW));
}

[[noreturn]] void cannot(const std::string& what, const fs::path& path) {
  throw base::RunError("cannot " + what + " " + base::printable(path.filename().string()) +
                       " of a finished run: " + std::strerror(errno));
}

/// O_NONBLOCK, since it could be a pipe that nobody writes to.
std::uintmax_t take_over(const fs::path& path) {
  const base::FileDescriptor file = open(path, O_RDONLY | O_NONBLOCK);
  struct stat info {};
  if (!file || ::fstat(file.get(), &info) != 0) cannot("open the file", path);
  if (!S_ISREG(info.st_mode) || info.st_nlink != 1)
    throw base::RunError("the run made something that is no plain file: " + base::printable(path.filename().string()));
  if (::fchown(file.get(), ::geteuid(), ::getegid()) != 0 || ::fchmod(file.get(), 0640) != 0)
    cannot("take over the file", path);
  if (::fsync(file.get()) != 0) cannot("save the file", path);
  return static_cast<std::uintmax_t>(info.st_size);
}

void save_names(const fs::path& folder) {
  const base::FileDescriptor names = open(folder, O_RDONLY | O_DIRECTORY);
  if (!names || ::fsync(names.get()) != 0) cannot("save the folder", folder);
}

}  // namespace

std::uintmax_t publish(const fs::path& from, const std::vector<std::string>& files, const fs::path& to) try {
  const fs::path fresh = to.string() + ".new";
  fs::remove_all(fresh);
  fs::create_directories(fresh);
  std::uintmax_t bytes = 0;
  for (const std::string& name : files) {
    if (!is_plain_file_name(name))
      throw base::RunError("the run names a result that is no plain file name: " + base::printable(name));
    bytes += take_over(from / name);
    fs::rename(from / name, fresh / name);
  }
  save_names(fresh);
  fs::remove_all(to);
  fs::rename(fresh, to);
  save_names(to.parent_path());
  return bytes;
} catch (const fs::filesystem_error& error) {
  throw base::RunError(std::string("the results of a run cannot be put in place: ") + error.code().message());
}

}  // namespace reel::service
