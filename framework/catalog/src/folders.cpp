#include <cstdlib>

#include "reel/catalog/catalog.hpp"

namespace reel::catalog {

namespace {

namespace fs = std::filesystem;

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr ? value : "";
}

/// Of Reelwork in the user's data folder; empty: there is no such folder.
fs::path in_user_data(const char* name) {
  const std::string data = environment("XDG_DATA_HOME"), home = environment("HOME");
  if (!data.empty()) return fs::path(data) / "reelwork" / name;
  return home.empty() ? fs::path() : fs::path(home) / ".local/share/reelwork" / name;
}

}  // namespace

fs::path models_folder() {
  const std::string named = environment("REEL_MODELS");
  return named.empty() ? in_user_data("models") : fs::path(named);
}

std::vector<fs::path> default_plugin_folders() {
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
  if (fs::path own = in_user_data("plugins"); !own.empty()) folders.push_back(std::move(own));
  return folders;
}

}  // namespace reel::catalog
