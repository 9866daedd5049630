/// Landlock: a process that can open only what it has named beforehand.
#pragma once

#include <filesystem>
#include <vector>

#include "reel/base/file_descriptor.hpp"

namespace reel::runner {

class Landlock {
 public:
  /// Of `read`, what does not exist is left out; folders mean all below them. Nothing holds before enforce().
  Landlock(const std::vector<std::filesystem::path>& read, const std::vector<std::filesystem::path>& write);

  /// Whether this kernel has it.
  bool possible() const { return static_cast<bool>(rules_); }
  /// For this thread and all that it makes. No new privileges must be off. False: it does not hold.
  bool enforce();

 private:
  void allow(const std::filesystem::path& path, std::uint64_t rights);

  std::uint64_t handled_ = 0;
  base::FileDescriptor rules_;
};

}  // namespace reel::runner
