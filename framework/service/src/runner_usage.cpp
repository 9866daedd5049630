#include "runner_usage.hpp"

#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
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

/// A line of what the kernel counts of reading and writing; 0 if that is not told.
std::uint64_t io_of(pid_t process, std::string_view name) {
  std::ifstream in(proc(process, "io"));
  for (std::string line; std::getline(in, line);)
    if (line.starts_with(name)) return std::stoull(line.substr(name.size()));
  return 0;
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

std::uint64_t bytes_moved(pid_t process) { return io_of(process, "rchar:") + io_of(process, "wchar:"); }

std::uint64_t bytes_written(pid_t process) {
  // What never got to the disk is told afterwards.
  const std::uint64_t begun = io_of(process, "write_bytes:"), undone = io_of(process, "cancelled_write_bytes:");
  return begun > undone ? begun - undone : 0;
}

}  // namespace reel::service
