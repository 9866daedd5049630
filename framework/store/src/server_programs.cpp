#include "server_programs.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "process.hpp"
#include "reel/base/error.hpp"

namespace fs = std::filesystem;

namespace reel::store {
namespace {

bool complete(const fs::path& folder) {
  return std::ranges::all_of(std::initializer_list<const char*>{"initdb", "pg_ctl", "postgres"},
                             [&](const char* program) { return ::access((folder / program).c_str(), X_OK) == 0; });
}

/// Of `postgres (PostgreSQL) 15.18 (Debian …)`; 0 if it says something else.
int major_of(const fs::path& folder) {
  const Finished said = run({(folder / "postgres").string(), "--version"}, "/", Account::current());
  const auto at = said.output.find(") ");
  return said && at != std::string::npos ? std::atoi(said.output.c_str() + at + 2) : 0;
}

}  // namespace

std::vector<ServerPrograms> find_server_programs(const fs::path& root, const std::string& search_path) {
  std::vector<ServerPrograms> found;
  std::error_code ignored;
  for (const auto& version : fs::directory_iterator(root, ignored))
    if (const fs::path folder = version.path() / "bin"; complete(folder))
      found.push_back({folder, std::atoi(version.path().filename().c_str())});
  std::istringstream folders(search_path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (folder.empty() || folder.front() != '/' || !complete(folder)) continue;
    found.push_back({folder, major_of(folder)});
    break;
  }
  std::ranges::stable_sort(found, std::greater{}, &ServerPrograms::major);
  return found;
}

ServerPrograms choose_server_programs(const std::vector<ServerPrograms>& found, std::optional<int> major,
                                      const fs::path& data) {
  if (found.empty())
    throw base::RunError("PostgreSQL's server programs are not installed on this machine.",
                         "Install them (Debian: apt install postgresql), or name a database in the configuration.");
  if (!major) return found.front();
  const auto same = std::ranges::find(found, *major, &ServerPrograms::major);
  if (same != found.end()) return *same;
  const std::string version = std::to_string(*major);
  throw base::RunError(
      "The database in " + data.string() + " was made by PostgreSQL " + version + ", this machine has " +
          std::to_string(found.front().major) + ".",
      "Install postgresql-" + version + ", or convert it with pg_upgrade, or move the folder away to begin anew.");
}

}  // namespace reel::store
