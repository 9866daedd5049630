#include "remote/download.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "reel/base/file_descriptor.hpp"
#include "reel/base/log.hpp"
#include "reel/base/text.hpp"
#include "remote/problem.hpp"

namespace reel::cli::remote {
namespace {

namespace fs = std::filesystem;

std::string quote(const fs::path& file) { return "'" + base::printable(file.string()) + "'"; }

[[noreturn]] void unwritable(const fs::path& file, int fault) {
  throw base::RunError("cannot write " + quote(file) + ": " + std::strerror(fault),
                       "make room, or choose another folder");
}

/// A file that is not whole yet. Beside it lies the ETag of what it is a part of.
class Part {
 public:
  explicit Part(const fs::path& target)
      : path_(target.string() + ".part"),
        etag_path_(path_.string() + ".etag"),
        file_(open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0666)) {
    if (!file_) unwritable(path_, errno);
    if (flock(file_.get(), LOCK_EX | LOCK_NB) != 0)
      throw base::InputError("another program is fetching " + quote(target), "wait for it, or choose another folder");
    struct stat status {};
    if (fstat(file_.get(), &status) != 0) unwritable(path_, errno);
    size_ = static_cast<std::uint64_t>(status.st_size);
    std::ifstream in(etag_path_, std::ios::binary);
    etag_.assign(std::istreambuf_iterator<char>(in), {});
    if (etag_.empty()) begin("");
  }
  ~Part() {
    if (!file_ || size_ > 0) return;
    std::error_code ignored;
    fs::remove(path_, ignored);
    fs::remove(etag_path_, ignored);
  }
  Part(Part&&) = default;
  Part& operator=(Part&&) = default;

  std::uint64_t size() const { return size_; }
  const std::string& etag() const { return etag_; }

  /// Forgets what is there; from now on it is a part of what has this ETag. Without one it cannot be gone on with.
  void begin(const std::string& etag) {
    if (ftruncate(file_.get(), 0) != 0) unwritable(path_, errno);
    size_ = 0;
    etag_ = etag.starts_with('"') ? etag : "";
    std::ofstream out(etag_path_, std::ios::binary | std::ios::trunc);
    if (!(out << etag_) || !out.flush()) unwritable(etag_path_, errno);
  }
  void append(std::string_view chunk) {
    while (!chunk.empty()) {
      const ssize_t written = write(file_.get(), chunk.data(), chunk.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) unwritable(path_, errno);
      chunk.remove_prefix(static_cast<std::size_t>(written));
      size_ += static_cast<std::uint64_t>(written);
    }
  }
  void become(const fs::path& target) {
    std::error_code ignored;
    if (fsync(file_.get()) != 0 || std::rename(path_.c_str(), target.c_str()) != 0) unwritable(target, errno);
    fs::remove(etag_path_, ignored);
    file_ = base::FileDescriptor(-1);
  }

 private:
  fs::path path_, etag_path_;
  base::FileDescriptor file_;
  std::uint64_t size_ = 0;
  std::string etag_;
};

class Download {
 public:
  Download(Client& client, const RemoteArtifact& artifact, const FetchOptions& options)
      : client_(client),
        artifact_(artifact),
        target_((options.folder / artifact.name).lexically_normal()),
        part_(target_) {}

  void run(ProgressView& view) {
    TransferMeter meter(view, artifact_.name, artifact_.bytes);
    Backoff backoff(client_.stop(), client_.patience());
    while (!whole_) {
      const std::uint64_t before = part_.size();
      try {
        ask(meter);
      } catch (const Lost& lost) {
        base::log(base::Level::info, lost.what());
      }
      if (part_.size() > before)
        backoff.reset();
      else if (!whole_ && !backoff.wait())
        throw base::TransientError("the connection to " + client_.origin() + " was lost again and again",
                                   "the same command goes on where this one stopped");
    }
  }
  const fs::path& target() const { return target_; }
  void finish() { part_.become(target_); }

 private:
  /// One call for all that is missing.
  void ask(TransferMeter& meter) {
    Call call{.target = artifact_.path, .once = true};
    // All that is there may be whole: then the server is asked whether it still is what it has.
    if (part_.size() == artifact_.bytes && !part_.etag().empty()) {
      call.headers["If-None-Match"] = part_.etag();
    } else if (part_.size() > 0 && part_.size() < artifact_.bytes && !part_.etag().empty()) {
      call.headers["Range"] = "bytes=" + std::to_string(part_.size()) + "-";
      call.headers["If-Range"] = part_.etag();
    }
    call.on_head = [this](const Answer& answer) {
      take_head(answer);
      return true;
    };
    call.sink = [this, &meter](std::string_view chunk) {
      part_.append(chunk);
      meter.at(part_.size());
      return true;
    };
    judge(client_.send(call));
  }

  void take_head(const Answer& answer) {
    const std::string range = answer.header("content-range");
    if (answer.status == 206 && range.starts_with("bytes " + std::to_string(part_.size()) + "-")) return;
    if (answer.status == 206) misunderstood(client_.origin(), "expected another range of the file");
    part_.begin(answer.header("etag"));
  }

  void judge(const Answer& answer) {
    if (answer.status == 416) return part_.begin("");
    if (!answer.good() && answer.status != 304) {
      if (answer.status >= 500) return;
      refuse(answer, client_.origin());
    }
    whole_ = part_.size() == artifact_.bytes;
    if (!whole_ && answer.good())
      misunderstood(client_.origin(), quote(artifact_.name) + " is not as long as was announced");
  }

  Client& client_;
  const RemoteArtifact& artifact_;
  fs::path target_;
  Part part_;
  bool whole_ = false;
};

}  // namespace

void check_targets(const std::vector<RemoteArtifact>& artifacts, const FetchOptions& options) {
  std::error_code fault;
  if (fs::create_directories(options.folder, fault); fault)
    throw base::InputError("cannot make the folder " + quote(options.folder) + ": " + fault.message(),
                           "choose another folder");
  for (const RemoteArtifact& artifact : artifacts) {
    const fs::path target = options.folder / artifact.name;
    if (!fs::exists(fs::symlink_status(target))) continue;
    if (!options.overwrite)
      throw base::InputError(quote(target) + " is there already", "use --force to overwrite it, or another folder");
    if (!fs::is_regular_file(target))
      throw base::InputError(quote(target) + " is no regular file", "use another folder");
  }
}

std::vector<fs::path> fetch(Client& client, const std::vector<RemoteArtifact>& artifacts, const FetchOptions& options,
                            ProgressView& view) {
  check_targets(artifacts, options);
  std::vector<Download> downloads;
  downloads.reserve(artifacts.size());
  for (const RemoteArtifact& artifact : artifacts) downloads.emplace_back(client, artifact, options).run(view);
  check_targets(artifacts, options);  // again: that took a while
  std::vector<fs::path> targets;
  for (Download& download : downloads) {
    download.finish();
    targets.push_back(download.target());
  }
  return targets;
}

}  // namespace reel::cli::remote
