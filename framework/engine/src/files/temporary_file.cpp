#include "files/temporary_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "reel/base/error.hpp"
#include "reel/base/text.hpp"

namespace reel::engine {

TemporaryFile::TemporaryFile(const std::filesystem::path& target) {
  constexpr std::size_t longest = 200;  // of a name, so that there is room for what is added
  std::string name = target.filename().string();
  if (name.size() > longest) name.resize(longest);
  path_ = (target.parent_path() / ("." + name + ".XXXXXX.part")).string();
  const int file = mkostemps(path_.data(), 5, O_CLOEXEC);
  if (file < 0)
    throw base::RunError("cannot write '" + base::printable(target.string()) + "': " + std::strerror(errno),
                         "check that its folder exists, is writable and has room");
  fchmod(file, 0644);
  close(file);
}

TemporaryFile::~TemporaryFile() {
  if (!path_.empty()) unlink(path_.c_str());
}

}  // namespace reel::engine
