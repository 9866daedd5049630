#include "connection_pool.hpp"

#include <algorithm>
#include <list>
#include <mutex>

namespace reel::storage {
namespace {

constexpr std::size_t most_idle = 16;

/// Connections that nobody uses, the oldest first. Never destroyed: threads of others may still use it while the process ends.
class Idle {
 public:
  static Idle& all() {
    static auto* const instance = new Idle;
    return *instance;
  }
  std::unique_ptr<Connection> take(const std::string& origin) {
    const std::scoped_lock lock(mutex_);
    const auto at = std::find_if(idle_.rbegin(), idle_.rend(), [&](const auto& i) { return i.first == origin; });
    if (at == idle_.rend()) return nullptr;
    std::unique_ptr<Connection> connection = std::move(at->second);
    idle_.erase(std::next(at).base());
    return connection;
  }
  void give_back(const std::string& origin, std::unique_ptr<Connection> connection) {
    std::unique_ptr<Connection> oldest;  // closed without the lock
    const std::scoped_lock lock(mutex_);
    idle_.emplace_back(origin, std::move(connection));
    if (idle_.size() <= most_idle) return;
    oldest = std::move(idle_.front().second);
    idle_.pop_front();
  }

 private:
  Idle() { curl_global_init(CURL_GLOBAL_DEFAULT); }
  std::mutex mutex_;
  std::list<std::pair<std::string, std::unique_ptr<Connection>>> idle_;
};

}  // namespace

BorrowedConnection::BorrowedConnection(const std::string& origin)
    : origin_(origin), connection_(Idle::all().take(origin)) {
  if (!connection_) connection_ = std::make_unique<Connection>();
}

BorrowedConnection::~BorrowedConnection() { Idle::all().give_back(origin_, std::move(connection_)); }

}  // namespace reel::storage
