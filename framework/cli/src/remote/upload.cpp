#include "remote/upload.hpp"

#include <fcntl.h>
#include <glib.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>

#include "reel/base/file_descriptor.hpp"
#include "reel/base/log.hpp"
#include "reel/base/text.hpp"
#include "remote/member.hpp"
#include "remote/problem.hpp"

namespace reel::cli::remote {
namespace {

namespace fs = std::filesystem;

std::string quote(const fs::path& file) { return "'" + base::printable(file.string()) + "'"; }

[[noreturn]] void unreadable(const fs::path& file, const std::string& why) {
  throw base::InputError("cannot upload " + quote(file) + ": " + why, "check the file and its permissions");
}

/// A regular file that is to stay as it is while it is read.
class SteadyFile {
 public:
  explicit SteadyFile(const fs::path& path) : path_(path), file_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (!file_) unreadable(path_, std::strerror(errno));
    before_ = examined();
    if (!S_ISREG(before_.st_mode)) unreadable(path_, "it is no regular file");
    if (before_.st_size == 0) unreadable(path_, "it is empty");
  }

  const fs::path& path() const { return path_; }
  std::uint64_t size() const { return static_cast<std::uint64_t>(before_.st_size); }

  std::size_t read(std::uint64_t offset, char* into, std::size_t most) const {
    const ssize_t got = pread(file_.get(), into, most, static_cast<off_t>(offset));
    if (got < 0) unreadable(path_, std::strerror(errno));
    if (got == 0) changed();
    return static_cast<std::size_t>(got);
  }
  void check() const {
    const struct stat now = examined();
    if (now.st_size != before_.st_size || now.st_mtim.tv_sec != before_.st_mtim.tv_sec ||
        now.st_mtim.tv_nsec != before_.st_mtim.tv_nsec)
      changed();
  }

 private:
  struct stat examined() const {
    struct stat now {};
    if (fstat(file_.get(), &now) != 0) unreadable(path_, std::strerror(errno));
    return now;
  }
  [[noreturn]] void changed() const {
    throw base::InputError(quote(path_) + " changed while it was uploaded", "try again when it is whole");
  }

  fs::path path_;
  base::FileDescriptor file_;
  struct stat before_ {};
};

std::string base64(const std::string& text) {
  const std::unique_ptr<gchar, void (*)(void*)> encoded(
      g_base64_encode(reinterpret_cast<const guchar*>(text.data()), text.size()), g_free);
  return encoded.get();
}

std::optional<std::uint64_t> number_in(const Answer& answer, const std::string& header) {
  const std::string text = answer.header(header);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

class Upload {
 public:
  Upload(Client& client, const fs::path& file, ProgressView& view)
      : client_(client), file_(file), meter_(view, file.filename().string(), file_.size()) {}

  std::int64_t run() {
    begin();
    try {
      send_all();
      file_.check();
    } catch (...) {
      give_up();
      throw;
    }
    return *video_;
  }

 private:
  Call call(const std::string& method) const {
    return {.method = method, .target = target_, .headers = {{"Tus-Resumable", "1.0.0"}}};
  }

  void begin() {
    Call create = call("POST");
    create.target = "/api/v1/uploads";
    create.headers["Upload-Length"] = std::to_string(file_.size());
    create.headers["Upload-Metadata"] = "filename " + base64(file_.path().filename().string());
    const Answer answer = client_.demand(create);
    target_ = answer.header("location");
    if (!target_.starts_with(create.target + "/")) misunderstood(client_.origin(), "expected the address of an upload");
  }

  void send_all() {
    Backoff backoff(client_.stop(), client_.patience());
    while (!video_) {
      const std::uint64_t before = offset_;
      const bool sent = send_part();
      if (!sent) ask_where();
      if (offset_ > before)
        backoff.reset();
      else if (!video_ && !backoff.wait())
        throw base::TransientError(client_.origin() + " takes no more of " + quote(file_.path()),
                                   "try again, perhaps later");
    }
  }

  /// False: where the server stands is not known any more.
  bool send_part() {
    // Servers that stand in front of others keep a whole call before they pass it on.
    constexpr std::uint64_t largest_part = 64U << 20U;
    Call part = call("PATCH");
    part.headers["Upload-Offset"] = std::to_string(offset_);
    part.headers["Content-Type"] = "application/offset+octet-stream";
    part.source_bytes = std::min(file_.size() - offset_, largest_part);
    part.source = [this](std::uint64_t at, char* into, std::size_t most) {
      const std::size_t got = file_.read(offset_ + at, into, most);
      meter_.at(offset_ + at + got);
      return got;
    };
    part.repeatable = false;
    try {
      const Answer answer = client_.send(part);
      if (answer.good()) return take(answer), true;
      // 409: it stands elsewhere; 423: it has not yet noticed that our last connection is gone.
      if (answer.status < 500 && answer.status != 408 && answer.status != 409 && answer.status != 423)
        refuse(answer, client_.origin());
      base::log(base::Level::info, "the server answered a part of the upload by " + std::to_string(answer.status));
    } catch (const Lost& lost) {
      base::log(base::Level::info, lost.what());
    }
    return false;
  }

  void ask_where() {
    const Answer answer = client_.send(call("HEAD"));
    if (answer.status == 404 || answer.status == 410)
      throw base::RunError(client_.origin() + " does not know the upload of " + quote(file_.path()) + " any more",
                           "begin again");
    if (!answer.good()) refuse(answer, client_.origin());
    take(answer);
  }

  void take(const Answer& answer) {
    const auto offset = number_in(answer, "upload-offset");
    if (!offset || *offset > file_.size()) misunderstood(client_.origin(), "expected the offset of the upload");
    offset_ = *offset;
    meter_.at(offset_);
    if (const auto video = number_in(answer, "reel-video")) video_ = static_cast<std::int64_t>(*video);
  }

  /// Best effort: what is not removed expires.
  void give_up() noexcept {
    try {
      Call remove = call("DELETE");
      remove.although_stopped = remove.once = true;
      remove.silence = std::chrono::seconds(3);
      if (!video_) client_.send(remove);
    } catch (const std::exception& e) {
      base::log(base::Level::info, e.what());
    }
  }

  Client& client_;
  SteadyFile file_;
  TransferMeter meter_;
  std::string target_;
  std::uint64_t offset_ = 0;
  std::optional<std::int64_t> video_;
};

}  // namespace

std::int64_t upload(Client& client, const fs::path& file, ProgressView& view) {
  return Upload(client, file, view).run();
}

void await_inspection(Client& client, std::int64_t video, const std::string& name) {
  constexpr std::chrono::milliseconds longest{2'000};
  for (std::chrono::milliseconds pause{200};; pause = std::min(longest, pause * 2)) {
    const auto found = client.get("/api/v1/videos/" + std::to_string(video));
    const auto state = member<std::string>(found, "state");
    if (state == "ready") return;
    if (state == "rejected")
      throw base::InputError("the server rejects '" + base::printable(name) +
                                 "': " + base::printable(member<std::string>(found, "fault", "no reason given")),
                             "expected a media file");
    if (state != "inspecting") misunderstood(client.origin(), "expected a video");
    client.stop().wait(pause);
  }
}

}  // namespace reel::cli::remote
