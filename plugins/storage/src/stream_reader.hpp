/// Reads an object from its beginning on, for servers that give no parts. Going back begins anew.
#pragma once

#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>

#include "range_source.hpp"

namespace reel::storage {

class StreamReader : public StorageObject {
 public:
  explicit StreamReader(std::unique_ptr<RangeSource> source) : source_(std::move(source)) {}

  const ObjectInfo& info() const override { return source_->info(); }
  std::size_t read(std::uint64_t offset, std::span<std::byte> bytes, const Task& task) override;

 private:
  void restart();
  void run(const std::stop_token& stop);
  /// Waits for room, then keeps the bytes.
  void keep(std::string_view bytes, const std::stop_token& stop);
  std::size_t take(std::uint64_t offset, std::span<std::byte> bytes);

  std::unique_ptr<RangeSource> source_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string buffer_;          ///< what came and was not read yet
  std::uint64_t position_ = 0;  ///< of its first byte
  std::exception_ptr failure_;
  std::jthread thread_;  ///< the last member: it uses the others
};

}  // namespace reel::storage
