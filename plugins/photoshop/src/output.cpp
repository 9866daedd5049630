#include "output.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "reel/task.hpp"

namespace reel::photoshop {

namespace {
constexpr std::size_t pending_limit = 1 << 20;
}

Output::Output(std::string path)
    : path_(std::move(path)), file_(open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)) {
  if (file_ < 0) fail();
  pending_.reserve(pending_limit);
}

Output::~Output() {
  if (file_ >= 0) close(file_);
}

void Output::write(std::span<const std::uint8_t> bytes) {
  if (pending_.size() + bytes.size() > pending_limit) flush();
  if (bytes.size() > pending_limit) {
    put(flushed_, bytes);
    flushed_ += bytes.size();
  } else {
    pending_.insert(pending_.end(), bytes.begin(), bytes.end());
  }
}

void Output::patch(std::uint64_t position, std::span<const std::uint8_t> bytes) {
  flush();
  put(position, bytes);
}

void Output::finish() {
  flush();
  if (close(std::exchange(file_, -1)) != 0) fail();
}

void Output::flush() {
  put(flushed_, pending_);
  flushed_ += pending_.size();
  pending_.clear();
}

void Output::put(std::uint64_t position, std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const auto written = pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(position));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail();
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    position += static_cast<std::uint64_t>(written);
  }
}

void Output::fail() const {
  throw ExtensionError(errno == EACCES || errno == EPERM ? REEL_ERROR_DENIED : REEL_ERROR_FAILED,
                       "cannot write '" + path_ + "': " + std::generic_category().message(errno));
}

}  // namespace reel::photoshop
