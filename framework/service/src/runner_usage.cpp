#include "runner_usage.hpp"

#include <charconv>
#include <cstdio>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

namespace reel::service {
namespace {

namespace fs = std::filesystem;

fs::path proc(pid_t process, const char* file) { return fs::path("/proc") / std::to_string(process) / file; }

/// Anonymous and shared memory: files that are mapped cost nobody anything.
std::uint64_t own_memory(pid_t process) {
  std::ifstream in(proc(process, "status"));
  std::uint64_t kilobytes = 0;
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("RssAnon:") || line.starts_with("RssShmem:"))
      kilobytes += std::stoull(line.substr(line.find(':') + 1));
  return kilobytes * 1024;
}

/// Behind the name, which may hold anything: `state parent group …`.
pid_t group_of(pid_t process) {
  std::ifstream in(proc(process, "stat"));
  std::string line;
  std::getline(in, line, '\0');
  const auto end = line.rfind(") ");
  if (end == std::string::npos) return 0;
  char state = 0;
  int parent = 0, group = 0;
  return std::sscanf(line.c_str() + end + 2, "%c %d %d", &state, &parent, &group) == 3 ? group : 0;
}

std::vector<pid_t> processes() {
  std::vector<pid_t> found;
  std::error_code fault;
  for (const auto& entry : fs::directory_iterator("/proc", fault)) {
    const std::string name = entry.path().filename().string();
    pid_t process = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), process);
    if (error == std::errc{} && end == name.data() + name.size()) found.push_back(process);
  }
  return found;
}

}  // namespace

std::uint64_t memory_of_group(pid_t leader, bool alone) {
  std::uint64_t bytes = own_memory(leader);
  if (alone) return bytes;
  for (const pid_t process : processes())
    if (process != leader && group_of(process) == leader) bytes += own_memory(process);
  return bytes;
}

std::uint64_t bytes_moved(pid_t process) {
  std::ifstream in(proc(process, "io"));
  std::uint64_t bytes = 0;
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("rchar:") || line.starts_with("wchar:")) bytes += std::stoull(line.substr(6));
  return bytes;
}

std::uint64_t folder_bytes(const fs::path& folder) {
  constexpr int most_entries = 10'000;
  std::uint64_t bytes = 0;
  int entries = 0;
  std::error_code fault;
  // Files come and go while we look: what cannot be seen any more counts for nothing.
  for (fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied, fault), end;
       !fault && at != end; at.increment(fault)) {
    if (++entries > most_entries) return std::numeric_limits<std::uint64_t>::max();
    std::error_code gone;
    if (at->is_symlink(gone) || !at->is_regular_file(gone)) continue;
    const auto size = at->file_size(gone);
    if (!gone) bytes += size;
  }
  return bytes;
}

}  // namespace reel::service
