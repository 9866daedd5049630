/// The database that a program uses: the configured one, or a private cluster.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "reel/service/store.hpp"

namespace reel::store {

class PrivateCluster;

/// What to do about the schema of a database that one opens.
enum class Schema {
  migrate,  ///< bring it up to date
  leave,    ///< as it is; stores can be opened only if it is up to date
};

/// Owns the private cluster, if there is one: it must outlive the programs' use of the database, and stores
/// share in keeping it.
class Database {
 public:
  /// Uses the database at `url`, or without one the cluster in `state_folder`/postgres, started here (see
  /// PrivateCluster), and brings its schema up to date unless told to leave it. Throws what PrivateCluster and
  /// migrate() throw.
  Database(const std::optional<std::string>& url, const std::filesystem::path& state_folder,
           Schema schema = Schema::migrate);

  /// A store on it, for one thread; any thread may call this. A private server that died is started again
  /// when needed.
  std::unique_ptr<service::Store> open() const;

  /// A listener on it, for one thread; otherwise as open(). Does not throw where the database is away.
  std::unique_ptr<service::Listener> listen() const;

  /// Holds a password, maybe: not for logs.
  const std::string& url() const { return url_; }

 private:
  std::function<void()> revive() const;

  std::shared_ptr<PrivateCluster> cluster_;
  std::string url_;
};

}  // namespace reel::store
