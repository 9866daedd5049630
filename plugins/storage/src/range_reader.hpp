/// Reads an object in ranges: a cache of blocks, filled by several requests at once, further ahead the longer it is read in a row.
#pragma once

#include <condition_variable>
#include <exception>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "range_source.hpp"

namespace reel::storage {

/// Never has more than 64 MiB, and never fetches much more than twice what was read.
class RangeReader : public StorageObject {
 public:
  explicit RangeReader(std::unique_ptr<RangeSource> source) : source_(std::move(source)) {}
  ~RangeReader() override;

  const ObjectInfo& info() const override { return source_->info(); }
  std::size_t read(std::uint64_t offset, std::span<std::byte> bytes, const Task& task) override;

 private:
  struct Block {
    std::vector<std::byte> bytes;
    std::size_t filled = 0;
    std::uint64_t used = 0;  ///< when, as a count of reads
    bool complete() const { return filled == bytes.size(); }
  };
  /// A request for several blocks in a row, on a thread of its own.
  struct Fetch {
    std::uint64_t first = 0, count = 0;
    bool finished = false;
    std::jthread thread;
  };
  /// Blocks from `first` on, `end` not among them; those before `ahead` are needed now.
  struct Window {
    std::uint64_t first = 0, ahead = 0, end = 0;
    bool has(std::uint64_t block) const { return block >= first && block < end; }
  };

  std::size_t read_some(std::uint64_t offset, std::span<std::byte> bytes, const Task& task);
  Window window_for(std::uint64_t offset, std::size_t size);
  void plan();
  void start(std::uint64_t first, std::uint64_t count);
  void make_room(std::uint64_t blocks);
  void run(Fetch& fetch, const std::stop_token& stop);
  void load(const Fetch& fetch, const std::stop_token& stop);
  void wait_for(std::uint64_t block, std::size_t filled, std::unique_lock<std::mutex>& lock, const Task& task);
  std::size_t block_size(std::uint64_t block) const;
  std::uint64_t blocks_in_all() const;

  std::unique_ptr<RangeSource> source_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::uint64_t, Block> blocks_;
  std::list<Fetch> fetches_;
  std::exception_ptr failure_;                  ///< of the last fetch that failed
  Window window_;                               ///< what is wanted now
  std::uint64_t run_begin_ = 0, last_end_ = 0;  ///< of what is read in a row
  std::uint64_t reads_ = 0;
};

}  // namespace reel::storage
