#include "runner_disk.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "runner_usage.hpp"

namespace reel::service {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_entries = 10'000;
constexpr int deepest = 50;
constexpr auto endless = std::numeric_limits<std::uint64_t>::max();

std::uint64_t sum(std::uint64_t a, std::uint64_t b) { return a > endless - b ? endless : a + b; }
std::uint64_t difference(std::uint64_t a, std::uint64_t b) { return a > b ? a - b : 0; }

struct File {
  fs::path path;
  std::uint64_t bytes = 0;
  fs::file_time_type used;
};

/// Whatever else is there goes.
std::vector<File> only_files_of(const fs::path& folder) {
  std::vector<File> files;
  std::error_code fault;
  for (fs::directory_iterator at(folder, fault), end; !fault && at != end; at.increment(fault)) {
    std::error_code gone;
    if (at->symlink_status(gone).type() == fs::file_type::regular) {
      File file{at->path(), at->file_size(gone), at->last_write_time(gone)};
      if (!gone) files.push_back(std::move(file));
    } else if (!gone) {
      fs::remove_all(at->path(), gone);
    }
  }
  return files;
}

}  // namespace

std::uint64_t folder_bytes(const fs::path& folder) {
  std::uint64_t bytes = 0;
  std::size_t entries = 0;
  std::error_code fault;
  for (fs::recursive_directory_iterator at(folder, fault), end; !fault && at != end; at.increment(fault)) {
    if (++entries > most_entries || at.depth() > deepest) return endless;
    std::error_code gone;
    if (at->is_symlink(gone) || !at->is_regular_file(gone)) continue;
    const auto size = at->file_size(gone);
    if (!gone) bytes = sum(bytes, size);
  }
  // Files come and go while we look, but nobody honest shuts us out.
  return fault && fault != std::errc::no_such_file_or_directory ? endless : bytes;
}

std::uint64_t nameless_bytes(pid_t process) {
  constexpr std::uint64_t block = 512;  // whatever the disk's own is
  std::uint64_t bytes = 0;
  std::error_code fault;
  const fs::path open_files = fs::path("/proc") / std::to_string(process) / "fd";
  for (fs::directory_iterator at(open_files, fault), end; !fault && at != end; at.increment(fault)) {
    struct stat info {};
    if (::stat(at->path().c_str(), &info) == 0 && S_ISREG(info.st_mode) && info.st_nlink == 0)
      bytes = sum(bytes, static_cast<std::uint64_t>(info.st_blocks) * block);
  }
  return bytes;
}

void trim_folder(const fs::path& folder, std::uint64_t most) {
  auto files = only_files_of(folder);
  std::ranges::sort(files, {}, &File::used);
  std::uint64_t bytes = 0;
  for (const File& file : files) bytes = sum(bytes, file.bytes);
  std::size_t left = files.size();
  for (const File& file : files) {
    if (bytes <= most && left <= most_entries / 2) return;
    std::error_code ignored;
    fs::remove(file.path, ignored);
    bytes = difference(bytes, file.bytes);
    --left;
  }
}

RunnerDisk::RunnerDisk(fs::path work, std::optional<fs::path> spans, std::uint64_t most_span_bytes)
    : work_(std::move(work)), spans_(std::move(spans)), most_span_bytes_(most_span_bytes) {
  if (!spans_) return;
  trim_folder(*spans_, most_span_bytes_);
  spans_before_ = folder_bytes(*spans_);
}

RunnerDisk::~RunnerDisk() {
  if (spans_) trim_folder(*spans_, most_span_bytes_);
}

bool RunnerDisk::over(std::uint64_t limit, pid_t child) const {
  const std::uint64_t spans = spans_ ? difference(folder_bytes(*spans_), spans_before_) : 0;
  const std::uint64_t seen = sum(sum(folder_bytes(work_), spans), nameless_bytes(child));
  // A file without a name that is mapped and closed shows nowhere. Temporary files that are gone count here, too.
  return seen > limit || difference(bytes_written(child), seen) > limit;
}

}  // namespace reel::service
