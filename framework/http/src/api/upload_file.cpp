#include "upload_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "reel/base/error.hpp"

namespace reel::http {
namespace {

[[noreturn]] void fail(const char* what) {
  throw base::TransientError(std::string("cannot ") + what + " an upload: " + std::strerror(errno),
                             "look at the disk of the state folder");
}

std::int64_t size_of(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) fail("look at");
  return status.st_size;
}

}  // namespace

std::optional<UploadFile> UploadFile::lock(const std::filesystem::path& path) {
  constexpr mode_t mode = 0640;
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, mode);
  if (fd < 0) fail("open");
  UploadFile file(fd, 0);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return std::nullopt;
    fail("lock");
  }
  file.size_ = size_of(fd);
  return file;
}

UploadFile::UploadFile(UploadFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)), size_(other.size_) {}

UploadFile::~UploadFile() {
  if (fd_ >= 0) ::close(fd_);
}

void UploadFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write to");
    size_ += written;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void UploadFile::sync() const {
  if (::fdatasync(fd_) != 0) fail("write to");
}

std::optional<std::int64_t> kept_size(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0 && errno == ENOENT) return std::nullopt;
  if (fd < 0) fail("open");
  // The size first: what comes after it may not be on disk yet.
  const std::int64_t size = size_of(fd);
  const bool synced = ::fdatasync(fd) == 0;
  ::close(fd);
  if (!synced) fail("write to");
  return size;
}

}  // namespace reel::http
