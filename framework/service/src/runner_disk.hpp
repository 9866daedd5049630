/// What a child takes of the disk. Private to the service.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>

namespace reel::service {

/// Bytes of all files below a folder; of at most 10,000 entries, 50 folders deep. More than these, or what may not be looked into,
/// count as endless.
std::uint64_t folder_bytes(const std::filesystem::path& folder);

/// Bytes of files that have no name any more, and that a process holds open.
std::uint64_t nameless_bytes(pid_t process);

/// Removes from a folder what is no file, then the files that are oldest, until it holds no more than `most` bytes, and half of the
/// entries at most that folder_bytes() counts.
void trim_folder(const std::filesystem::path& folder, std::uint64_t most);

/// The folders that a child may write to. That of the spans stays behind it, so it is trimmed before and after.
class RunnerDisk {
 public:
  RunnerDisk(std::filesystem::path work, std::optional<std::filesystem::path> spans, std::uint64_t most_span_bytes);
  ~RunnerDisk();
  RunnerDisk(const RunnerDisk&) = delete;
  RunnerDisk& operator=(const RunnerDisk&) = delete;

  /// Whether the process `child` holds more than `limit` bytes, or has written more than that which nobody can see.
  bool over(std::uint64_t limit, pid_t child) const;

 private:
  std::filesystem::path work_;
  std::optional<std::filesystem::path> spans_;
  std::uint64_t most_span_bytes_, spans_before_ = 0;
};

}  // namespace reel::service
