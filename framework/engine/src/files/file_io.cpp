#include "files/file_io.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <list>
#include <mutex>
#include <span>
#include <utility>

#include "files/av.hpp"
#include "files/local_file.hpp"
#include "reel/base/error.hpp"
#include "reel/base/text.hpp"
#include "reel/catalog/storage.hpp"

namespace reel::engine::av {
namespace {

using catalog::StoredObject;
using std::chrono::steady_clock;

/// One run opens a file many times: to probe it, to plan, for each span. Elsewhere each opening costs time, and forgets what was read.
class OpenObjects {
 public:
  std::shared_ptr<StoredObject> open(const std::string& uri) {
    const std::lock_guard lock(mutex_);
    forget_old();
    const auto found = std::ranges::find(kept_, uri, &Kept::uri);
    if (found != kept_.end()) {
      found->used = steady_clock::now();
      return found->object;
    }
    if (kept_.size() >= most) kept_.pop_front();
    kept_.push_back({uri, std::make_shared<StoredObject>(uri), steady_clock::now()});
    return kept_.back().object;
  }
  /// It cannot be read any more: the next one who asks gets a new one.
  void forget(const StoredObject* object) {
    const std::lock_guard lock(mutex_);
    std::erase_if(kept_, [&](const Kept& k) { return k.object.get() == object; });
  }

 private:
  struct Kept {
    std::string uri;
    std::shared_ptr<StoredObject> object;
    steady_clock::time_point used;
  };
  static constexpr std::size_t most = 8;
  static constexpr std::chrono::seconds unused{30};

  void forget_old() {
    std::erase_if(kept_, [now = steady_clock::now()](const Kept& k) {
      return k.object.use_count() == 1 && now - k.used > unused;
    });
  }

  std::mutex mutex_;
  std::list<Kept> kept_;
};

OpenObjects& open_objects() {
  static OpenObjects all;
  return all;
}

/// A place in a file elsewhere.
struct Elsewhere {
  std::shared_ptr<StoredObject> object;
  std::uint64_t at = 0;
  std::exception_ptr fault;
  std::vector<Part> left_out{};

  /// What comes next of it, up to `into`: bytes that are wanted, or zeros, not both.
  std::size_t read(std::span<std::uint8_t> into) const {
    const auto part = std::ranges::upper_bound(left_out, at, {}, &Part::end);
    if (part == left_out.end()) return object->read(at, into);
    const bool blank = part->begin <= at;
    into = into.first(
        static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), (blank ? part->end : part->begin) - at)));
    if (!blank) return object->read(at, into);
    std::ranges::fill(into, std::uint8_t{0});
    return into.size();
  }
};

int read_elsewhere(void* opaque, std::uint8_t* into, int size) {
  auto& file = *static_cast<Elsewhere*>(opaque);
  try {
    const std::size_t got = file.read({into, static_cast<std::size_t>(size)});
    file.at += got;
    return got > 0 ? static_cast<int>(got) : AVERROR_EOF;
  } catch (...) {
    open_objects().forget(file.object.get());
    file.fault = std::current_exception();
    return AVERROR(EIO);
  }
}

std::int64_t seek_elsewhere(void* opaque, std::int64_t offset, int whence) {
  auto& file = *static_cast<Elsewhere*>(opaque);
  const auto size = static_cast<std::int64_t>(file.object->bytes());
  if (whence == AVSEEK_SIZE) return size;
  const std::int64_t from = whence == SEEK_CUR ? static_cast<std::int64_t>(file.at) : whence == SEEK_END ? size : 0;
  if (offset < -from) return AVERROR(EINVAL);
  file.at = static_cast<std::uint64_t>(from + offset);
  return from + offset;
}

Io open_elsewhere(const std::string& uri) {
  constexpr int block = 64 * 1024;
  auto file = std::make_unique<Elsewhere>(open_object(uri));
  if (file->object->bytes() == 0)
    throw base::InputError("'" + base::printable(uri) + "' is empty (0 bytes)", "check how it was copied or uploaded");
  auto* const buffer = static_cast<unsigned char*>(av_malloc(block));
  AVIOContext* const io =
      buffer == nullptr ? nullptr
                        : avio_alloc_context(buffer, block, 0, file.get(), read_elsewhere, nullptr, seek_elsewhere);
  if (io == nullptr) {
    av_free(buffer);
    throw std::bad_alloc();
  }
  file.release();  // NOLINT(bugprone-unused-return-value): CloseIo deletes it
  return Io(io);
}

}  // namespace

std::shared_ptr<StoredObject> open_object(const std::string& uri) { return open_objects().open(uri); }

void CloseIo::operator()(AVIOContext* io) const {
  if (io->read_packet != read_elsewhere) {
    avio_close(io);
    return;
  }
  delete static_cast<Elsewhere*>(io->opaque);
  av_freep(static_cast<void*>(&io->buffer));
  avio_context_free(&io);
}

Io open_io(const std::string& uri) {
  if (is_elsewhere(uri)) return open_elsewhere(uri);
  const auto path = readable_file(uri);
  AVIOContext* io = nullptr;
  if (const int error = avio_open(&io, ("file:" + path.string()).c_str(), AVIO_FLAG_READ); error < 0)
    throw base::InputError("cannot open '" + base::printable(path.string()) + "': " + words(error));
  return Io(io);
}

bool leave_out(AVIOContext* io, std::vector<Part> parts) {
  if (io->read_packet != read_elsewhere) return false;
  static_cast<Elsewhere*>(io->opaque)->left_out = std::move(parts);
  return true;
}

std::string version_of(const AVIOContext* io) {
  if (io->read_packet != read_elsewhere) return {};
  return static_cast<const Elsewhere*>(io->opaque)->object->version();
}

void must_be_unchanged(const std::string& uri, const std::string& version, const std::string& known) {
  if (version != known)
    throw base::RunError("'" + base::printable(uri) + "' has changed while it was worked on", "run it again");
}

void rethrow_fault(const AVIOContext* io) {
  if (io == nullptr || io->read_packet != read_elsewhere) return;
  if (const auto& fault = static_cast<const Elsewhere*>(io->opaque)->fault) std::rethrow_exception(fault);
}

}  // namespace reel::engine::av
