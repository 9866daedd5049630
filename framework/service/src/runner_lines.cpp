#include "runner_lines.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace reel::service {

bool LineReader::read(const Take& take) {
  constexpr std::size_t most = 512'000;
  std::array<char, 65536> bytes{};
  std::size_t all = 0;
  while (!ended_ && all < most) {
    const ssize_t n = ::read(fd_, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    if (n <= 0) {
      ended_ = true;
      break;
    }
    all += static_cast<std::size_t>(n);
    add({bytes.data(), static_cast<std::size_t>(n)}, take);
  }
  return all > 0;
}

void LineReader::add(std::string_view bytes, const Take& take) {
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    const auto part = bytes.substr(0, end);
    if (!skipping_) line_.append(part.substr(0, longest_ - line_.size()));
    if (!skipping_ && line_.size() == longest_ && part.size() > 0) {
      overflowed_ = skipping_ = true;
      finish(take);
    }
    if (end == std::string_view::npos) return;
    if (!skipping_) take(std::exchange(line_, {}));
    skipping_ = false;
    bytes.remove_prefix(end + 1);
  }
}

void LineReader::finish(const Take& take) {
  if (!line_.empty()) take(std::exchange(line_, {}));
}

}  // namespace reel::service
