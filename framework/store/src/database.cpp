#include "reel/store/database.hpp"

#include "reel/store/cluster.hpp"
#include "reel/store/postgres.hpp"

namespace reel::store {

Database::Database(const std::optional<std::string>& url, const std::filesystem::path& state_folder, Schema schema)
    : cluster_(url ? nullptr : std::make_shared<PrivateCluster>(state_folder / "postgres")),
      url_(url ? *url : cluster_->url()) {
  if (schema == Schema::migrate) migrate(url_);
}

std::function<void()> Database::revive() const {
  if (!cluster_) return {};
  return [cluster = cluster_] { cluster->revive(); };
}

std::unique_ptr<service::Store> Database::open() const {
  if (cluster_) cluster_->revive();
  return open_postgres(url_, revive());
}

std::unique_ptr<service::Listener> Database::listen() const { return open_listener(url_, revive()); }

}  // namespace reel::store
