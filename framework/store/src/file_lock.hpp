/// Locks between processes, by flock(2): the kernel gives them back when their holder dies, however it dies.
#pragma once

#include <chrono>
#include <filesystem>

#include "reel/base/file_descriptor.hpp"

namespace reel::store {

class FileLock {
 public:
  enum class Kind { shared, exclusive };

  /// Opens or makes the file; holds nothing yet. Throws base::RunError.
  explicit FileLock(std::filesystem::path file);

  /// Takes the lock or turns it into the other kind, which first gives it back. False if others hold it.
  bool try_take(Kind kind);
  /// Waits for it, at most `patience`. Throws base::RunError.
  void take(Kind kind, std::chrono::milliseconds patience);

 private:
  std::filesystem::path path_;
  base::FileDescriptor file_;
};

}  // namespace reel::store
