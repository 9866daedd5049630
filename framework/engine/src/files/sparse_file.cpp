#include "files/sparse_file.hpp"

extern "C" {
#include <libavutil/error.h>
#include <libavutil/mem.h>
}

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>

#include "reel/base/error.hpp"
#include "reel/base/text.hpp"

namespace reel::engine::av {

SparseFile::SparseFile(const std::filesystem::path& path) {
  constexpr int block = 256 * 1024;
  file_ = ::open(path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC);
  if (file_ < 0)
    throw base::RunError("cannot write " + base::printable(path.string()) + ": " + std::strerror(errno),
                         "check that its folder still exists and is writable");
  auto* const buffer = static_cast<unsigned char*>(av_malloc(block));
  io_ = buffer == nullptr ? nullptr : avio_alloc_context(buffer, block, 1, this, nullptr, write, seek);
  if (io_ != nullptr) return;
  av_free(buffer);
  ::close(file_);
  throw std::bad_alloc();
}

SparseFile::~SparseFile() {
  av_freep(static_cast<void*>(&io_->buffer));
  avio_context_free(&io_);
  ::close(file_);
}

int SparseFile::write(void* self, std::uint8_t* bytes, int size) {
  auto& file = *static_cast<SparseFile*>(self);
  const bool blank = file.at_ >= file.end_ && std::all_of(bytes, bytes + size, [](std::uint8_t b) { return b == 0; });
  for (int done = 0; !blank && done < size;) {
    const ssize_t now = ::pwrite(file.file_, bytes + done, static_cast<std::size_t>(size - done), file.at_ + done);
    if (now < 0 && errno != EINTR) return AVERROR(errno);
    done += static_cast<int>(std::max<ssize_t>(now, 0));
  }
  file.at_ += size;
  file.end_ = std::max(file.end_, file.at_);
  return size;
}

std::int64_t SparseFile::seek(void* self, std::int64_t offset, int whence) {
  auto& file = *static_cast<SparseFile*>(self);
  if (whence == AVSEEK_SIZE) return file.end_;
  const std::int64_t from = whence == SEEK_CUR ? file.at_ : whence == SEEK_END ? file.end_ : 0;
  if (offset < -from) return AVERROR(EINVAL);
  return file.at_ = from + offset;
}

int SparseFile::finish() {
  avio_flush(io_);
  if (io_->error < 0) return io_->error;
  return ::ftruncate(file_, end_) == 0 ? 0 : AVERROR(errno);
}

}  // namespace reel::engine::av
