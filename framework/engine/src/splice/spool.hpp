/// Rendered packets on their way into the file. Private to the engine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <span>

namespace reel::engine {

/// Bytes in a file without a name, so that a long render needs no memory and leaves nothing behind. For any thread.
class Spool {
 public:
  struct Place {
    std::int64_t offset = 0;
    std::size_t size = 0;
  };

  /// In a folder with room. Throws base::RunError.
  explicit Spool(const std::filesystem::path& folder);
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  /// Throws base::RunError: the disk is full.
  Place add(std::span<const std::uint8_t> bytes);
  /// Copies what was added to `to`, which has room for it.
  void read(const Place& place, std::uint8_t* to) const;

 private:
  std::mutex mutex_;  ///< guards end_
  std::int64_t end_ = 0;
  int file_ = -1;
};

}  // namespace reel::engine
