/// Files that a run made, from their temporary names to their targets. Private to the engine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reel/catalog/storage.hpp"
#include "reel/engine/run.hpp"
#include "source_parts.hpp"

namespace reel::engine {

/// Files written beside their targets, or to be sent to an address. What was not published is removed with it.
class PendingFiles {
 public:
  PendingFiles() = default;
  ~PendingFiles();
  PendingFiles(const PendingFiles&) = delete;
  PendingFiles& operator=(const PendingFiles&) = delete;

  /// `target` is a path, or an address that a storage serves. Only what goes to an address may miss parts.
  void add(std::string stage, std::string temporary, std::string target, SourceParts missing = {});
  bool empty() const { return files_.empty(); }

  /// Makes all of them safe on disk and sends what goes elsewhere, then renames all, then has the storages show theirs. If one cannot be,
  /// those before it are put back: no target is touched unless all are, but for addresses, where what is shown stays. Throws
  /// base::RunError, base::Interrupted once `stop` is true, and as catalog::StoredUpload.
  std::vector<Artifact> publish(base::StopFlag stop = nullptr);

 private:
  struct File {
    std::string stage, temporary, target;
    bool elsewhere = false;
    std::uint64_t bytes = 0;
    bool renamed = false, replaced = false;
    SourceParts missing{};
    std::optional<catalog::StoredUpload> upload{};
  };
  static void send(File& file, base::StopFlag stop);
  void rename_all();
  void commit_uploads();
  void put_back();
  std::vector<File> files_;
};

}  // namespace reel::engine
