#include "artifacts.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <ranges>
#include <span>
#include <utility>

#include "files/file_io.hpp"
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

std::uint64_t bytes_of(const SourceParts& missing) {
  std::uint64_t bytes = 0;
  for (const SourcePart& part : missing.parts) bytes += part.bytes;
  return bytes;
}

/// The bytes of one file on their way to its address.
class Sender {
 public:
  Sender(const std::string& path, catalog::StoredUpload& upload)
      : path_(path), file_(open(path.c_str(), O_RDONLY | O_CLOEXEC)), upload_(upload), block_(std::size_t{1} << 20U) {}

  void send(std::uint64_t begin, std::uint64_t end) {
    while (begin < end) {
      const std::size_t size = std::min<std::uint64_t>(block_.size(), end - begin);
      const ssize_t got = pread(file_.get(), block_.data(), size, static_cast<off_t>(begin));
      if (got <= 0) throw base::RunError("cannot read " + path_ + " again: " + std::strerror(got < 0 ? errno : EIO));
      upload_.write(std::span(block_).first(static_cast<std::size_t>(got)));
      begin += static_cast<std::uint64_t>(got);
    }
  }

  /// Has the service copy it; what is too short for that, or cannot be copied there, goes through here.
  void copy(const SourceParts& from, const SourcePart& part) {
    constexpr std::uint64_t worth_a_request = 16U << 20U;
    if (part.bytes >= worth_a_request && upload_.write_range(from.uri, from.version, part.source, part.bytes)) return;
    if (!source_) source_ = av::open_object(from.uri);
    av::must_be_unchanged(from.uri, source_->version(), from.version);
    for (std::uint64_t at = part.source, end = at + part.bytes; at < end;) {
      const auto into = std::span(block_).first(std::min<std::uint64_t>(block_.size(), end - at));
      const std::size_t got = source_->read(at, into);
      if (got == 0) throw base::RunError("'" + base::printable(from.uri) + "' ends early");
      upload_.write(into.first(got));
      at += got;
    }
  }

 private:
  const std::string& path_;
  const Descriptor file_;
  catalog::StoredUpload& upload_;
  std::vector<std::uint8_t> block_;
  std::shared_ptr<catalog::StoredObject> source_;
};

}  // namespace

PendingFiles::~PendingFiles() {
  for (const File& f : files_)
    if (!f.renamed) unlink(f.temporary.c_str());
}

void PendingFiles::add(std::string stage, std::string temporary, std::string target, SourceParts missing) {
  const bool elsewhere = is_elsewhere(target);
  if (!elsewhere) target = local_path(target).string();
  files_.push_back({std::move(stage), std::move(temporary), std::move(target), elsewhere});
  files_.back().missing = std::move(missing);
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
  const std::uint64_t missing = bytes_of(file.missing);
  base::log(base::Level::info,
            "sending " + base::format_bytes(file.bytes - missing) + " to " + base::printable(file.target) +
                (missing > 0 ? ", where " + base::format_bytes(missing) + " of it are already" : ""),
            file.stage);
  file.upload.emplace(file.target, stop);
  Sender sender(file.temporary, *file.upload);
  std::uint64_t at = 0;
  for (const SourcePart& part : file.missing.parts) {
    sender.send(at, part.at);
    sender.copy(file.missing, part);
    at = part.at + part.bytes;
  }
  sender.send(at, file.bytes);
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
