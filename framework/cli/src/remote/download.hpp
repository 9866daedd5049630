/// Fetching what a request made.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "progress.hpp"
#include "remote/requests.hpp"

namespace reel::cli::remote {

struct FetchOptions {
  std::filesystem::path folder;  ///< made if it is not there
  bool overwrite = false;
};

/// Throws base::InputError if one of the files is there already and must not be overwritten, or the folder cannot be used.
void check_targets(const std::vector<RemoteArtifact>& artifacts, const FetchOptions& options);

/// Fetches all of them, each into `NAME.part`, which after a lost connection, or an earlier call that did not come to its end, goes on
/// where it stands as long as the server's file is the same one. When all are whole, they get their names; those are returned.
/// Memory does not grow with the files. Throws as check_targets(), base::RunError where a disk is full.
std::vector<std::filesystem::path> fetch(Client& client, const std::vector<RemoteArtifact>& artifacts,
                                         const FetchOptions& options, ProgressView& view);

}  // namespace reel::cli::remote
