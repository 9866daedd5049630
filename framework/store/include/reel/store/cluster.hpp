/// A private PostgreSQL cluster, for when no database is configured: the same SQL everywhere, no mock.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

namespace reel::store {

/// The cluster in a state folder, on a Unix socket in that folder (or, if its path is too long for one, in a
/// private folder in /tmp), never on TCP. As root the server runs as the unprivileged user `postgres` (or
/// `nobody`), since PostgreSQL refuses root. Made when missing. Durable (fsync on): it survives kill -9 of
/// anything and starts again.
///
/// Several programs may use one folder at once: the first starts the server, all share it, and it stops when
/// the last has left (a lock file tells). A small watcher process, flock(1), sees to that also when the last
/// one is killed. A server that was killed, alone or with the machine, is started again by the next user or
/// by revive().
class PrivateCluster {
 public:
  /// Starts or joins. Throws base::RunError with what PostgreSQL said and what to do (package to install,
  /// folder to free). Blocks until the server takes connections: a second for a new cluster, else some 0.2 s.
  explicit PrivateCluster(const std::filesystem::path& folder);
  ~PrivateCluster();
  PrivateCluster(const PrivateCluster&) = delete;
  PrivateCluster& operator=(const PrivateCluster&) = delete;

  /// For libpq; works for the user that made the cluster and for root.
  const std::string& url() const;

  /// Starts the server again if it died. Any thread. Throws as the constructor does.
  void revive();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace reel::store
