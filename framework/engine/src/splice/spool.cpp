#include "splice/spool.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include "reel/base/error.hpp"
#include "reel/base/text.hpp"

namespace reel::engine {
namespace {

[[noreturn]] void fail(const std::string& what, int error) {
  throw base::RunError(what + ": " + std::strerror(error), error == ENOSPC
                                                               ? "free some space, or write to another disk"
                                                               : "check that the folder exists and is writable");
}

}  // namespace

Spool::Spool(const std::filesystem::path& folder) {
  std::string name = (folder / ".reel-spool.XXXXXX").string();
  file_ = mkostemp(name.data(), O_CLOEXEC);
  if (file_ < 0) fail("cannot write in '" + base::printable(folder.string()) + "'", errno);
  unlink(name.c_str());
}

Spool::~Spool() { close(file_); }

Spool::Place Spool::add(std::span<const std::uint8_t> bytes) {
  Place place{.size = bytes.size()};
  {
    const std::lock_guard lock(mutex_);
    place.offset = end_;
    end_ += static_cast<std::int64_t>(bytes.size());
  }
  for (std::size_t at = 0; at < bytes.size();) {
    const ssize_t n = pwrite(file_, bytes.data() + at, bytes.size() - at, place.offset + static_cast<std::int64_t>(at));
    if (n <= 0) fail("rendered pictures cannot be kept", n == 0 ? ENOSPC : errno);
    at += static_cast<std::size_t>(n);
  }
  return place;
}

void Spool::read(const Place& place, std::uint8_t* to) const {
  for (std::size_t at = 0; at < place.size;) {
    const ssize_t n = pread(file_, to + at, place.size - at, place.offset + static_cast<std::int64_t>(at));
    if (n <= 0) fail("rendered pictures cannot be read again", n == 0 ? EIO : errno);
    at += static_cast<std::size_t>(n);
  }
}

}  // namespace reel::engine
