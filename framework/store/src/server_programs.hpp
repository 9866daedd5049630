/// Where PostgreSQL's server programs are; Debian keeps them out of PATH.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace reel::store {

struct ServerPrograms {
  std::filesystem::path folder;
  int major = 0;  ///< 15
  std::string path(const char* program) const { return (folder / program).string(); }
};

/// All that are installed as VERSION/bin below `root`, and the first in `search_path` (as PATH is written);
/// newest first.
std::vector<ServerPrograms> find_server_programs(const std::filesystem::path& root = "/usr/lib/postgresql",
                                                 const std::string& search_path = {});

/// The newest, or with `major` those of that version. Throws base::RunError that names the package to
/// install.
ServerPrograms choose_server_programs(const std::vector<ServerPrograms>& found, std::optional<int> major,
                                      const std::filesystem::path& data);

}  // namespace reel::store
