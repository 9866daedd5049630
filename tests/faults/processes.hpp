/// Other programs' processes, as /proc shows them.
#pragma once

#include <signal.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace reel::tests {

/// The children of a process; none if it is gone.
inline std::vector<pid_t> children(pid_t process) {
  std::vector<pid_t> found;
  std::error_code gone;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/task", gone)) {
    std::ifstream file(thread.path() / "children");
    for (pid_t child = 0; file >> child;) found.push_back(child);
  }
  return found;
}

/// A figure of /proc/PID/status in bytes, for example `VmHWM`, the most memory that it ever had; 0 if it is gone.
inline std::uint64_t memory_of(pid_t process, const std::string& figure) {
  std::ifstream file("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(figure + ":")) return std::stoull(line.substr(figure.size() + 1)) * 1024;
  return 0;
}

/// From now on, VmHWM is counted anew.
inline void forget_peak(pid_t process) { std::ofstream("/proc/" + std::to_string(process) + "/clear_refs") << "5"; }

}  // namespace reel::tests
