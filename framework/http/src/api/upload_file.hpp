/// The file of an unfinished upload.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

namespace reel::http {

/// Open for writing at its end, and locked: one writer at a time, in all processes.
class UploadFile {
 public:
  /// Made if missing. None: someone else writes to it. Throws base::RunError.
  static std::optional<UploadFile> lock(const std::filesystem::path& path);
  UploadFile(UploadFile&& other) noexcept;
  UploadFile& operator=(UploadFile&&) = delete;
  ~UploadFile();

  std::int64_t size() const { return size_; }
  /// Throws base::TransientError, with nothing or a part of it written.
  void append(std::string_view bytes);
  /// What was appended survives a crash of the machine. Throws base::TransientError.
  void sync() const;

 private:
  UploadFile(int fd, std::int64_t size) : fd_(fd), size_(size) {}
  int fd_;
  std::int64_t size_;
};

/// How much of the upload is on disk for good; none: there is no file. Throws base::TransientError.
std::optional<std::int64_t> kept_size(const std::filesystem::path& path);

}  // namespace reel::http
