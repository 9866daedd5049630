#include "publish.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "reel/base/error.hpp"
#include "reel/base/file_descriptor.hpp"
#include "reel/base/text.hpp"
#include "reel/service/media_files.hpp"

namespace reel::service {
namespace {

namespace fs = std::filesystem;

/// A new folder that nobody has put anything into, gone with it unless it was put in place.
class FreshFolder {
 public:
  explicit FreshFolder(fs::path path) : path_(std::move(path)) {
    fs::remove_all(path_);
    fs::create_directories(path_);
    opened_ = base::FileDescriptor(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  }
  ~FreshFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  FreshFolder(const FreshFolder&) = delete;
  FreshFolder& operator=(const FreshFolder&) = delete;

  const base::FileDescriptor& opened() const { return opened_; }
  void put_in_place(const fs::path& place) {
    fs::remove_all(place);
    fs::rename(path_, place);
    path_.clear();
  }

 private:
  fs::path path_;
  base::FileDescriptor opened_;
};

[[noreturn]] void cannot(const std::string& what, const std::string& name) {
  throw base::RunError("cannot " + what + " " + base::printable(name) + " of a finished run: " + std::strerror(errno));
}

/// Of a file that lies where its maker cannot reach it any more. O_NONBLOCK, since it could be a pipe that nobody writes to.
std::uintmax_t take_over(const base::FileDescriptor& folder, const std::string& name) {
  const base::FileDescriptor file(::openat(folder.get(), name.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW));
  struct stat info {};
  if (!file || ::fstat(file.get(), &info) != 0) cannot("open the file", name);
  if (!is_plain_file(info))
    throw base::RunError("the run made something that is no plain file: " + base::printable(name));
  if (::fchown(file.get(), ::geteuid(), ::getegid()) != 0 || ::fchmod(file.get(), 0640) != 0)
    cannot("take over the file", name);
  if (::fsync(file.get()) != 0) cannot("save the file", name);
  return static_cast<std::uintmax_t>(info.st_size);
}

void save_names(const base::FileDescriptor& folder, const fs::path& path) {
  if (!folder || ::fsync(folder.get()) != 0) cannot("save the folder", path.filename().string());
}

}  // namespace

std::uintmax_t publish(const OutputFolder& from, const std::vector<std::string>& files, const fs::path& to) try {
  FreshFolder fresh(to.string() + ".new");
  std::uintmax_t bytes = 0;
  for (const std::string& name : files) {
    if (!is_plain_file_name(name))
      throw base::RunError("the run names a result that is no plain file name: " + base::printable(name));
    if (!from.move(name, fresh.opened())) cannot("take the file", name);
    bytes += take_over(fresh.opened(), name);
  }
  save_names(fresh.opened(), to);
  fresh.put_in_place(to);
  save_names(base::FileDescriptor(::open(to.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)), to);
  return bytes;
} catch (const fs::filesystem_error& error) {
  throw base::RunError(std::string("the results of a run cannot be put in place: ") + error.code().message());
}

}  // namespace reel::service
