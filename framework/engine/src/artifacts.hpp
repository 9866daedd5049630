/// Files that a run made, from their temporary names to their targets. Private to the engine.
#pragma once

#include <string>
#include <vector>

#include "reel/engine/run.hpp"

namespace reel::engine {

/// Files written beside their targets. What was not published is removed with it.
class PendingFiles {
 public:
  PendingFiles() = default;
  ~PendingFiles();
  PendingFiles(const PendingFiles&) = delete;
  PendingFiles& operator=(const PendingFiles&) = delete;

  void add(std::string stage, std::string temporary, std::string target);
  bool empty() const { return files_.empty(); }

  /// Makes all of them safe on disk, then renames all. If one cannot be, those before it are put back: no
  /// target is touched unless all are. Throws base::RunError.
  std::vector<Artifact> publish();

 private:
  struct File {
    std::string stage, temporary, target;
    bool renamed = false, replaced = false;
  };
  void put_back();
  std::vector<File> files_;
};

}  // namespace reel::engine
