#include "range_reader.hpp"

#include <algorithm>
#include <cstring>

namespace reel::storage {
namespace {

constexpr std::uint64_t block_bytes = 1UL << 20U;
constexpr std::uint64_t most_blocks = 48;
constexpr std::uint64_t most_ahead = 32 * block_bytes;
constexpr std::uint64_t longest_fetch = 8;  ///< blocks
constexpr std::size_t most_fetches = 4;
constexpr std::size_t largest_piece = 8 * block_bytes;
/// Players read sound and pictures by turns: so near, it is still in a row.
constexpr std::uint64_t near = 4 * block_bytes;

}  // namespace

RangeReader::~RangeReader() {
  for (Fetch& fetch : fetches_) fetch.thread.request_stop();
  fetches_.clear();
}

std::size_t RangeReader::block_size(std::uint64_t block) const {
  return static_cast<std::size_t>(std::min(block_bytes, info().size - block * block_bytes));
}

std::uint64_t RangeReader::blocks_in_all() const { return (info().size + block_bytes - 1) / block_bytes; }

std::size_t RangeReader::read(std::uint64_t offset, std::span<std::byte> bytes, const Task& task) {
  if (offset >= info().size) return 0;
  bytes = bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), info().size - offset)));
  std::size_t done = 0;
  while (done < bytes.size()) {
    const auto piece = bytes.subspan(done, std::min(bytes.size() - done, largest_piece));
    done += read_some(offset + done, piece, task);
  }
  return done;
}

std::size_t RangeReader::read_some(std::uint64_t offset, std::span<std::byte> bytes, const Task& task) {
  std::unique_lock lock(mutex_);
  ++reads_;
  failure_ = nullptr;
  window_ = window_for(offset, bytes.size());
  plan();
  for (std::size_t done = 0; done < bytes.size();) {
    const std::uint64_t block = (offset + done) / block_bytes;
    const auto from = static_cast<std::size_t>((offset + done) % block_bytes);
    const std::size_t size = std::min(bytes.size() - done, block_size(block) - from);
    wait_for(block, from + size, lock, task);
    Block& loaded = blocks_.at(block);
    loaded.used = reads_;
    std::memcpy(bytes.data() + done, loaded.bytes.data() + from, size);
    done += size;
  }
  return bytes.size();
}

RangeReader::Window RangeReader::window_for(std::uint64_t offset, std::size_t size) {
  const std::uint64_t end = offset + size;
  const std::uint64_t distance = offset > last_end_ ? offset - last_end_ : last_end_ - offset;
  if (distance > near || offset < run_begin_) run_begin_ = offset;
  last_end_ = end;
  const std::uint64_t ahead = std::min(2 * (end - run_begin_), most_ahead) / block_bytes;
  const std::uint64_t needed = (end + block_bytes - 1) / block_bytes;
  return {offset / block_bytes, needed, std::min(needed + ahead, blocks_in_all())};
}

/// Starts what the window lacks and ends what it does not need any more.
void RangeReader::plan() {
  std::erase_if(fetches_, [](const Fetch& f) { return f.finished; });
  // Who reads at two places by turns comes back for a single block.
  const bool full = fetches_.size() >= most_fetches;
  for (Fetch& fetch : fetches_)
    if ((fetch.first >= window_.end || fetch.first + fetch.count <= window_.first) && (full || fetch.count > 1))
      fetch.thread.request_stop();
  const std::uint64_t share = (window_.end - window_.first + most_fetches - 1) / most_fetches;
  const std::uint64_t longest = std::clamp<std::uint64_t>(share, 1, longest_fetch);
  for (std::uint64_t block = window_.first; block < window_.end && fetches_.size() < most_fetches; ++block) {
    if (blocks_.contains(block)) continue;
    std::uint64_t count = 1;
    while (count < longest && window_.has(block + count) && !blocks_.contains(block + count)) ++count;
    // Ahead, rather a large request soon than a small one now.
    const bool can_wait = block >= window_.ahead && count < longest && block + count < blocks_in_all();
    if (!can_wait) start(block, count);
    block += count - 1;
  }
}

void RangeReader::start(std::uint64_t first, std::uint64_t count) {
  make_room(count);
  for (std::uint64_t b = first; b < first + count; ++b)
    blocks_.emplace(b, Block{std::vector<std::byte>(block_size(b)), 0, reads_});
  Fetch& fetch = fetches_.emplace_back();
  fetch.first = first;
  fetch.count = count;
  fetch.thread = std::jthread([this, &fetch](const std::stop_token& stop) { run(fetch, stop); });
}

void RangeReader::make_room(std::uint64_t blocks) {
  while (blocks_.size() + blocks > most_blocks) {
    auto oldest = blocks_.end();
    for (auto b = blocks_.begin(); b != blocks_.end(); ++b)
      if (b->second.complete() && !window_.has(b->first) &&
          (oldest == blocks_.end() || b->second.used < oldest->second.used))
        oldest = b;
    if (oldest == blocks_.end()) return;
    blocks_.erase(oldest);
  }
}

void RangeReader::run(Fetch& fetch, const std::stop_token& stop) {
  std::exception_ptr failure;
  try {
    load(fetch, stop);
  } catch (...) {
    failure = std::current_exception();
  }
  const std::scoped_lock lock(mutex_);
  for (std::uint64_t b = fetch.first; b < fetch.first + fetch.count; ++b)
    if (const auto at = blocks_.find(b); at != blocks_.end() && !at->second.complete()) blocks_.erase(at);
  if (failure && !stop.stop_requested()) failure_ = failure;
  fetch.finished = true;
  changed_.notify_all();
}

void RangeReader::load(const Fetch& fetch, const std::stop_token& stop) {
  const std::uint64_t begin = fetch.first * block_bytes;
  const std::uint64_t size = std::min(fetch.count * block_bytes, info().size - begin);
  std::uint64_t loaded = 0, before = 0;
  const TakeBytes take = [&](std::string_view bytes) {
    while (!bytes.empty()) {
      const std::scoped_lock lock(mutex_);
      Block& block = blocks_.at((begin + loaded) / block_bytes);
      const std::size_t part = std::min(bytes.size(), block.bytes.size() - block.filled);
      std::memcpy(block.bytes.data() + block.filled, bytes.data(), part);
      block.filled += part;
      loaded += part;
      bytes.remove_prefix(part);
    }
    changed_.notify_all();
  };
  const Cancelled stopped = [&] { return stop.stop_requested(); };
  retried(
      stopped, [&] { source_->fetch(begin + loaded, size - loaded, take, stopped); },
      [&] { return std::exchange(before, loaded) != loaded; });
}

void RangeReader::wait_for(std::uint64_t block, std::size_t filled, std::unique_lock<std::mutex>& lock,
                           const Task& task) {
  for (;;) {
    const auto at = blocks_.find(block);
    if (at != blocks_.end() && at->second.filled >= filled) return;
    if (at == blocks_.end()) {
      if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
      plan();
    }
    changed_.wait_for(lock, std::chrono::milliseconds(50));
    task.check();
  }
}

}  // namespace reel::storage
