#include "reel/http/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "conditions.hpp"
#include "date.hpp"
#include "reel/http/message.hpp"
#include "text.hpp"

namespace reel::http {
namespace {

/// Not to wait for a writer, should it be a pipe.
int open_file(const std::filesystem::path& path) { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK); }

std::uint64_t nanoseconds(const timespec& time) {
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(time.tv_nsec);
}

Response without_body(int status, Fields headers) { return {.status = status, .headers = std::move(headers)}; }

Response unsatisfiable(const Fields& headers, std::uint64_t size) {
  Response response = problem(416, "range-not-satisfiable", "The range is not in the file",
                              "The file has " + std::to_string(size) + " bytes.");
  for (const auto& [name, value] : headers)
    if (!same_word(name, "content-type")) response.headers.add(name, value);
  response.headers.add("Content-Range", "bytes */" + std::to_string(size));
  return response;
}

}  // namespace

File::File(const std::filesystem::path& path) : File(Owned{}, open_file(path)) {
  if (fd_ < 0) throw base::RunError("Cannot open " + path.string() + ": " + std::strerror(errno) + ".");
  examine(path.string());
}

File::File(int fd) : File(Owned{}, fd) { examine("A file to be sent"); }

File::~File() {
  if (fd_ >= 0) ::close(fd_);
}

void File::examine(const std::string& name) {
  struct stat status {};
  if (::fstat(fd_, &status) != 0) throw base::RunError(name + " cannot be examined: " + std::strerror(errno) + ".");
  if (!S_ISREG(status.st_mode)) throw base::RunError(name + " is no regular file.");
  size_ = static_cast<std::uint64_t>(status.st_size);
  modified_ = std::chrono::sys_seconds(std::chrono::seconds(status.st_mtim.tv_sec));
  etag_ = '"' + hexadecimal(status.st_dev) + '-' + hexadecimal(status.st_ino) + '-' + hexadecimal(size_) + '-' +
          hexadecimal(nanoseconds(status.st_mtim)) + '-' + hexadecimal(nanoseconds(status.st_ctim)) + '"';
}

Response file_response(const Request& request, std::shared_ptr<const File> file, std::string content_type,
                       std::string etag) {
  const Validators validators{etag.empty() ? file->etag() : std::move(etag), file->modified()};
  const std::uint64_t size = file->size();
  Fields headers{
      {"ETag", validators.etag},
      {"Last-Modified", format_date(validators.modified)},
      {"Accept-Ranges", "bytes"},
      // Only for this user, and to be asked for again with its ETag each time: a login may end, a file be removed.
      {"Cache-Control", "private, no-cache"}};
  if (const int status = checked_conditions(request, validators); status != 200)
    return without_body(status, std::move(headers));
  headers.add("Content-Type", std::move(content_type));

  const auto range = chosen_range(request, validators, size);
  if (!range) return {200, std::move(headers), FileBody{std::move(file), 0, size}};
  if (range->length == 0) return unsatisfiable(headers, size);
  headers.add("Content-Range", "bytes " + std::to_string(range->offset) + '-' +
                                   std::to_string(range->offset + range->length - 1) + '/' + std::to_string(size));
  return {206, std::move(headers), FileBody{std::move(file), range->offset, range->length}};
}

}  // namespace reel::http
