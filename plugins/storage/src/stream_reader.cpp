#include "stream_reader.hpp"

#include <algorithm>
#include <cstring>

namespace reel::storage {
namespace {

constexpr std::size_t most_kept = 16UL << 20U;
constexpr std::chrono::milliseconds patience{50};

}  // namespace

std::size_t StreamReader::read(std::uint64_t offset, std::span<std::byte> bytes, const Task& task) {
  if (offset >= info().size) return 0;
  bytes = bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), info().size - offset)));
  if (!thread_.joinable() || offset < position_) restart();
  std::unique_lock lock(mutex_);
  for (std::size_t done = 0; done < bytes.size();) {
    done += take(offset + done, bytes.subspan(done));
    if (done == bytes.size()) break;
    if (failure_) {
      thread_ = {};
      std::rethrow_exception(std::exchange(failure_, nullptr));
    }
    changed_.wait_for(lock, patience);
    task.check();
  }
  return bytes.size();
}

/// What there is of it, after throwing away what comes before.
std::size_t StreamReader::take(std::uint64_t offset, std::span<std::byte> bytes) {
  const std::size_t skipped = static_cast<std::size_t>(std::min<std::uint64_t>(offset - position_, buffer_.size()));
  const std::size_t size = std::min(buffer_.size() - skipped, bytes.size());
  std::memcpy(bytes.data(), buffer_.data() + skipped, size);
  buffer_.erase(0, skipped + size);
  position_ += skipped + size;
  changed_.notify_all();
  return size;
}

void StreamReader::restart() {
  thread_ = {};
  buffer_.clear();
  position_ = 0;
  failure_ = nullptr;
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void StreamReader::keep(std::string_view bytes, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (buffer_.size() >= most_kept && !stop.stop_requested()) changed_.wait_for(lock, patience);
  buffer_ += bytes;
  changed_.notify_all();
}

void StreamReader::run(const std::stop_token& stop) {
  const Cancelled stopped = [&] { return stop.stop_requested(); };
  std::uint64_t kept = 0;
  try {
    retried(stopped, [&] {
      std::uint64_t came = 0;  // in this attempt; what was kept already is not kept again
      const TakeBytes take = [&](std::string_view bytes) {
        const std::uint64_t known = std::min<std::uint64_t>(kept - std::min(kept, came), bytes.size());
        came += bytes.size();
        bytes.remove_prefix(static_cast<std::size_t>(known));
        kept += bytes.size();
        if (!bytes.empty()) keep(bytes, stop);
      };
      source_->fetch(0, info().size, take, stopped);
    });
  } catch (...) {
    const std::scoped_lock lock(mutex_);
    failure_ = std::current_exception();
    changed_.notify_all();
  }
}

}  // namespace reel::storage
