/// Files as response bodies: ranges and conditions (RFC 9110, sections 13 and 14).
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace reel::http {

struct Request;
struct Response;

/// A regular file, open for reading until the last response that sends it is done; it may be renamed or deleted meanwhile.
class File {
 public:
  /// Throws base::RunError if it cannot be opened or is no regular file.
  explicit File(const std::filesystem::path& path);
  /// Takes `fd`, which it closes. Throws as above.
  explicit File(int fd);
  ~File();
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  int fd() const { return fd_; }
  std::uint64_t size() const { return size_; }  ///< when it was opened
  std::chrono::sys_seconds modified() const { return modified_; }
  /// Of device, inode, size and time of change: `"…"`
  const std::string& etag() const { return etag_; }

 private:
  struct Owned {};
  File(Owned, int fd) : fd_(fd) {}
  void examine(const std::string& name);

  int fd_;
  std::uint64_t size_ = 0;
  std::chrono::sys_seconds modified_{};
  std::string etag_;
};

/// The file, or what the request's Range, If-Range, If-None-Match, If-Modified-Since, If-Match and If-Unmodified-Since make of
/// it: 200, 206, 304, 412 or 416. Several ranges are answered by the whole file, which the RFC allows: many small ranges cost
/// other servers their memory. `etag`, in its quotes, stands for the file's own if it is not empty.
Response file_response(const Request& request, std::shared_ptr<const File> file, std::string content_type,
                       std::string etag = {});

}  // namespace reel::http
