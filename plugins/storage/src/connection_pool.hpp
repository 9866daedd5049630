/// Open connections are kept for the next request: setting one up takes longer than a small request.
#pragma once

#include <memory>
#include <string>

#include "connection.hpp"

namespace reel::storage {

/// A connection that is free, if there is one to that origin; goes back when it is let go.
class BorrowedConnection {
 public:
  explicit BorrowedConnection(const std::string& origin);
  BorrowedConnection(const BorrowedConnection&) = delete;
  BorrowedConnection& operator=(const BorrowedConnection&) = delete;
  ~BorrowedConnection();
  Connection* operator->() const { return connection_.get(); }

 private:
  std::string origin_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace reel::storage
