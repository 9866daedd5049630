#include "output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <random>
#include <utility>

#include "reel/types.hpp"

namespace reel::local {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_name = 255;

class Descriptor {
 public:
  Descriptor(const std::string& path, int flags) : fd_(open(path.c_str(), flags | O_CLOEXEC, 0666)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

Error cannot_write(const std::string& target, const std::string& why) {
  return Error("cannot write '" + target + "': " + why);
}

std::string random_word() {
  static constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::random_device random;
  std::string word;
  for (int i = 0; i < 6; ++i) word += letters[random() % letters.size()];
  return word;
}

/// At most `size` bytes of UTF-8, no character cut in two.
std::string shortened(std::string text, std::size_t size) {
  if (text.size() <= size) return text;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) --size;
  text.resize(size);
  return text;
}

fs::path folder_of(const std::string& path) {
  const fs::path folder = fs::path(path).parent_path();
  return folder.empty() ? fs::path(".") : folder;
}

std::string why_no_folder(const fs::path& folder) {
  std::error_code error;
  if (!fs::exists(folder, error)) return "the folder '" + folder.string() + "' does not exist";
  if (!fs::is_directory(folder, error)) return "'" + folder.string() + "' is no folder";
  return {};
}

}  // namespace

OutputFile::OutputFile(std::string target, bool overwrite) : target_(std::move(target)), overwrite_(overwrite) {
  std::error_code error;
  const std::string name = fs::path(target_).filename().string();
  if (name.empty() || fs::is_directory(target_, error))
    throw cannot_write(target_, "it is a folder; expected a file name");
  if (const std::string why = why_no_folder(folder_of(target_)); !why.empty()) throw cannot_write(target_, why);
  const bool there = fs::exists(target_, error);
  if (there && !overwrite_) throw cannot_write(target_, "it exists already, and 'overwrite' is off");
  if (there && !fs::is_regular_file(target_, error)) throw cannot_write(target_, "it is no ordinary file");
  for (int attempt = 0; attempt < 100; ++attempt) {
    const std::string tail = ".reel-" + random_word() + ".part";
    const std::string hidden = "." + shortened(name, longest_name - 1 - tail.size()) + tail;
    const std::string path = (folder_of(target_) / hidden).string();
    const Descriptor made(path, O_CREAT | O_EXCL | O_RDWR);
    if (made) {
      temporary_ = path;
      return;
    }
    if (errno != EEXIST) break;
  }
  throw cannot_write(target_, std::strerror(errno));
}

OutputFile::~OutputFile() {
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

void OutputFile::commit() {
  {
    const Descriptor file(temporary_, O_RDONLY);
    if (!file || fsync(file.get()) != 0) throw cannot_write(target_, std::strerror(errno));
  }
  std::error_code error;
  if (!overwrite_ && fs::exists(target_, error))
    throw cannot_write(target_, "another program has made it meanwhile, and 'overwrite' is off");
  if (rename(temporary_.c_str(), target_.c_str()) != 0) throw cannot_write(target_, std::strerror(errno));
  temporary_.clear();
  // Not every file system can make a folder durable; the file is in place all the same.
  const Descriptor folder(folder_of(target_).string(), O_RDONLY | O_DIRECTORY);
  if (folder) static_cast<void>(fsync(folder.get()));
}

}  // namespace reel::local
