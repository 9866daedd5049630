#include <cstdlib>

#include "reel/catalog/catalog.hpp"

namespace reel::catalog {

std::vector<std::filesystem::path> default_plugin_folders() {
  namespace fs = std::filesystem;
  const auto environment = [](const char* name) {
    const char* const value = std::getenv(name);
    return std::string(value != nullptr ? value : "");
  };
  std::vector<fs::path> folders;
  const std::string path = environment("REEL_PLUGIN_PATH");
  for (std::size_t at = 0; at < path.size();) {
    const auto end = std::min(path.find(':', at), path.size());
    if (end > at) folders.emplace_back(path.substr(at, end - at));
    at = end + 1;
  }
  std::error_code fault;
  const fs::path program = fs::read_symlink("/proc/self/exe", fault);
  if (!fault) {
    const fs::path prefix = program.parent_path().parent_path();
    // Debian installs libraries below lib/<architecture>; the build tree has them in lib.
    for (const char* const lib : {"lib", REEL_INSTALL_LIBDIR}) {
      const fs::path folder = prefix / lib / "reelwork/plugins";
      if (folders.empty() || folders.back() != folder) folders.push_back(folder);
    }
  }
  const std::string data = environment("XDG_DATA_HOME"), home = environment("HOME");
  if (!data.empty())
    folders.push_back(fs::path(data) / "reelwork/plugins");
  else if (!home.empty())
    folders.push_back(fs::path(home) / ".local/share/reelwork/plugins");
  return folders;
}

}  // namespace reel::catalog
