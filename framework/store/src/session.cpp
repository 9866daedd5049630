#include "session.hpp"

namespace reel::store {

void Session::connect() {
  if (connection_) return;
  if (before_connect_) before_connect_();
  auto connection = target_.connect();
  if (prepare_ != nullptr) prepare_(*connection);
  connection_ = std::move(connection);
}

void Session::drop_if_broken() {
  if (connection_ && !connection_->is_open()) connection_.reset();
}

}  // namespace reel::store
