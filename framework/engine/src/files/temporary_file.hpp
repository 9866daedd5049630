/// Private to the engine.
#pragma once

#include <filesystem>
#include <string>
#include <utility>

namespace reel::engine {

/// An empty file beside its target, hidden, removed again unless it is released.
class TemporaryFile {
 public:
  /// Throws base::RunError.
  explicit TemporaryFile(const std::filesystem::path& target);
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  const std::string& path() const { return path_; }
  std::string release() { return std::exchange(path_, {}); }

 private:
  std::string path_;
};

}  // namespace reel::engine
