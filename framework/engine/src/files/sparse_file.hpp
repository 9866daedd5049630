/// A file of this machine in which zeros take no room. Private to the engine.
#pragma once

extern "C" {
#include <libavformat/avio.h>
}

#include <cstdint>
#include <filesystem>

namespace reel::engine::av {

/// For libavformat to write. What nobody wrote reads as zeros, so that a file of any size costs what is in it.
class SparseFile {
 public:
  /// The file exists. Throws base::RunError.
  explicit SparseFile(const std::filesystem::path& path);
  ~SparseFile();
  SparseFile(const SparseFile&) = delete;
  SparseFile& operator=(const SparseFile&) = delete;

  AVIOContext* io() const { return io_; }
  /// As libavformat's functions: a number below 0 where the file cannot be finished.
  int finish();

 private:
  static int write(void* self, std::uint8_t* bytes, int size);
  static std::int64_t seek(void* self, std::int64_t offset, int whence);

  AVIOContext* io_ = nullptr;
  int file_ = -1;
  std::int64_t at_ = 0, end_ = 0;
};

}  // namespace reel::engine::av
