#include "file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <thread>
#include <utility>

#include "reel/base/error.hpp"

namespace reel::store {

// Readable for all, since root and the cluster's owner share the file; the folder is closed to everybody
// else.
FileLock::FileLock(std::filesystem::path file)
    : path_(std::move(file)), file_(::open(path_.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644)) {
  if (!file_) throw base::RunError("Cannot open the lock file " + path_.string() + ": " + std::strerror(errno) + ".");
}

bool FileLock::try_take(Kind kind) {
  const int operation = (kind == Kind::shared ? LOCK_SH : LOCK_EX) | LOCK_NB;
  while (::flock(file_.get(), operation) != 0) {
    if (errno == EWOULDBLOCK) return false;
    if (errno != EINTR) throw base::RunError("Cannot lock " + path_.string() + ": " + std::strerror(errno) + ".");
  }
  return true;
}

void FileLock::take(Kind kind, std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!try_take(kind)) {
    if (std::chrono::steady_clock::now() > deadline)
      throw base::RunError("Another program has held the lock " + path_.string() + " for too long.",
                           "See with `fuser " + path_.string() + "` which one it is.");
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

}  // namespace reel::store
