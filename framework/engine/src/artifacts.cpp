#include "artifacts.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <ranges>
#include <span>
#include <utility>

#include "files/local_file.hpp"
#include "reel/base/log.hpp"
#include "reel/base/text.hpp"

namespace reel::engine {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

void sync(const std::string& path, int flags) {
  const Descriptor file(open(path.c_str(), flags | O_CLOEXEC));
  // Some file systems cannot sync a folder; that is no reason to fail.
  if (file.get() >= 0 && (fsync(file.get()) == 0 || errno == EINVAL || errno == EROFS)) return;
  throw base::RunError("cannot finish " + base::printable(path) + ": " + std::strerror(errno),
                       errno == ENOSPC ? "free some space, or write to another disk" : "");
}

}  // namespace

PendingFiles::~PendingFiles() {
  for (const File& f : files_)
    if (!f.renamed) unlink(f.temporary.c_str());
}

void PendingFiles::add(std::string stage, std::string temporary, std::string target) {
  const bool elsewhere = is_elsewhere(target);
  if (!elsewhere) target = local_path(target).string();
  files_.push_back({std::move(stage), std::move(temporary), std::move(target), elsewhere});
}

std::vector<Artifact> PendingFiles::publish(base::StopFlag stop) {
  for (File& f : files_) {
    std::error_code unknown;
    f.bytes = std::filesystem::file_size(f.temporary, unknown);
    if (unknown) f.bytes = 0;
    if (f.elsewhere)
      send(f, stop);
    else
      sync(f.temporary, O_RDONLY);
  }
  rename_all();
  commit_uploads();
  std::vector<Artifact> artifacts;
  for (const File& f : files_) {
    artifacts.push_back({f.target, f.stage, f.bytes});
    if (f.elsewhere) continue;
    if (f.replaced) unlink(f.temporary.c_str());
    const auto folder = std::filesystem::path(f.target).parent_path();
    try {
      sync(folder.empty() ? "." : folder.string(), O_RDONLY | O_DIRECTORY);
    } catch (const base::RunError& e) {
      base::log(base::Level::debug, e.what(), f.stage);  // the file is whole and in place
    }
  }
  return artifacts;
}

void PendingFiles::send(File& file, base::StopFlag stop) {
  base::log(base::Level::info, "sending " + base::format_bytes(file.bytes) + " to " + base::printable(file.target),
            file.stage);
  const Descriptor in(open(file.temporary.c_str(), O_RDONLY | O_CLOEXEC));
  file.upload.emplace(file.target, stop);
  std::vector<std::uint8_t> block(std::size_t{1} << 20U);
  for (;;) {
    const ssize_t got = read(in.get(), block.data(), block.size());
    if (got < 0) throw base::RunError("cannot read " + file.temporary + " again: " + std::strerror(errno));
    if (got == 0) return;
    file.upload->write(std::span(block).first(static_cast<std::size_t>(got)));
  }
}

void PendingFiles::rename_all() {
  for (File& f : files_) {
    if (f.elsewhere) continue;
    // An old target changes places with the new file, so that it can come back.
    const bool exchanged = renameat2(AT_FDCWD, f.temporary.c_str(), AT_FDCWD, f.target.c_str(), RENAME_EXCHANGE) == 0;
    if (!exchanged && rename(f.temporary.c_str(), f.target.c_str()) != 0) {
      const std::string why = std::strerror(errno);
      put_back();
      throw base::RunError("cannot put " + base::printable(f.target) + " in place: " + why,
                           "check that its folder still exists and is writable");
    }
    f.renamed = true;
    f.replaced = exchanged;
  }
}

void PendingFiles::commit_uploads() try {
  for (File& f : files_)
    if (f.upload) f.upload->commit();
} catch (...) {
  put_back();
  throw;
}

void PendingFiles::put_back() {
  for (File& f : std::views::reverse(files_)) {
    if (!f.renamed) continue;
    if (f.replaced)
      renameat2(AT_FDCWD, f.temporary.c_str(), AT_FDCWD, f.target.c_str(), RENAME_EXCHANGE);
    else
      rename(f.target.c_str(), f.temporary.c_str());
    f.renamed = false;
  }
}

}  // namespace reel::engine
