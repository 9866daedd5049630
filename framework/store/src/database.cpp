#include "reel/store/database.hpp"

#include "reel/store/cluster.hpp"
#include "reel/store/postgres.hpp"

namespace reel::store {

Database::Database(const std::optional<std::string>& url, const std::filesystem::path& state_folder)
    : cluster_(url ? nullptr : std::make_shared<PrivateCluster>(state_folder / "postgres")),
      url_(url ? *url : cluster_->url()) {
  migrate(url_);
}

std::unique_ptr<service::Store> Database::open() const {
  if (!cluster_) return open_postgres(url_);
  cluster_->revive();
  return open_postgres(url_, [cluster = cluster_] { cluster->revive(); });
}

}  // namespace reel::store
