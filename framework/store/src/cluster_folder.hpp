/// The folders of a private cluster: whose they are, and that nobody else gets in.
#pragma once

#include <filesystem>

#include "process.hpp"

namespace reel::store {

/// Whom the server of the cluster in `folder` runs as: the owner of an existing one, else this user; for
/// root, which PostgreSQL refuses, `postgres` or `nobody`. Throws base::RunError if there is neither.
Account cluster_account(const std::filesystem::path& folder);

/// Makes the folder, closed to all but `account`, and returns its canonical path. Throws base::RunError if it
/// belongs to somebody else, holds other files, or lies where `account` cannot reach it.
std::filesystem::path prepare_cluster_folder(const std::filesystem::path& folder, const Account& account);

/// Where the server's socket lies: the folder itself, or where its path cannot name one (too long, or with a
/// comma), one in /tmp that is named after it.
std::filesystem::path cluster_socket_folder(const std::filesystem::path& folder);

/// Makes such a folder in /tmp, if missing, closed to all but `account`. Throws base::RunError if somebody
/// else has it.
void prepare_socket_folder(const std::filesystem::path& folder, const Account& account);

}  // namespace reel::store
