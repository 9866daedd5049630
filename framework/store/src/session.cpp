#include "session.hpp"

namespace reel::store {

void Session::connect() {
  if (connection_) return;
  if (before_connect_) before_connect_();
  connection_ = target_.connect();
  pqxx::nontransaction(*connection_).exec("SET reel.notices = ''");
}

void Session::tell() noexcept {
  if (!connection_) return;
  try {
    pqxx::nontransaction(*connection_).exec("BEGIN; SET LOCAL synchronous_commit = off; SELECT send_notices(); COMMIT");
  } catch (const std::exception&) {
    // The change itself is safe. Who listens asks now and then, too, and does so when a server comes back.
    connection_.reset();
  }
}

void Session::drop_if_broken() {
  if (connection_ && !connection_->is_open()) connection_.reset();
}

}  // namespace reel::store
