#include "output_folder.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "reel/base/error.hpp"
#include "reel/service/media_files.hpp"

namespace reel::service {
namespace {

constexpr int folder_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

bool is_plain_entry(const base::FileDescriptor& folder, const char* name, struct stat& info) {
  return ::fstatat(folder.get(), name, &info, AT_SYMLINK_NOFOLLOW) == 0 && is_plain_file(info);
}

}  // namespace

bool is_plain_file(const struct stat& info) { return S_ISREG(info.st_mode) && info.st_nlink == 1; }

OutputFolder::OutputFolder(const std::filesystem::path& folder) : folder_(::open(folder.c_str(), folder_flags)) {
  if (!folder_) throw base::RunError("cannot open the folder " + folder.string() + ": " + std::strerror(errno));
}

std::string OutputFolder::odd_file() const {
  // Opened again, so that each look begins at the first entry.
  const std::unique_ptr<DIR, CloseFolder> entries(::fdopendir(::openat(folder_.get(), ".", folder_flags)));
  if (!entries) return ".";
  while (const dirent* const entry = ::readdir(entries.get())) {
    const std::string name = entry->d_name;
    struct stat info {};
    if (name != "." && name != ".." && !is_plain_entry(folder_, name.c_str(), info)) return name;
  }
  return {};
}

std::optional<std::uintmax_t> OutputFolder::size(const std::string& name) const {
  struct stat info {};
  if (!is_plain_file_name(name) || !is_plain_entry(folder_, name.c_str(), info)) return std::nullopt;
  return static_cast<std::uintmax_t>(info.st_size);
}

bool OutputFolder::move(const std::string& name, const base::FileDescriptor& folder) const {
  return ::renameat(folder_.get(), name.c_str(), folder.get(), name.c_str()) == 0;
}

}  // namespace reel::service
