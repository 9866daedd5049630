/// One connection to PostgreSQL, and what its errors mean in ours.
#pragma once

#include <memory>
#include <pqxx/pqxx>
#include <string>

namespace reel::store {

/// A database URL, read once. Its texts never hold user or password.
class Target {
 public:
  /// Throws base::InputError if libpq does not understand `url`.
  explicit Target(const std::string& url);

  /// `database "reelwork" on db.example`, for messages.
  const std::string& name() const { return name_; }

  /// For libpq. Holds the password, maybe.
  const std::string& conninfo() const { return conninfo_; }

  /// Connects. Throws base::TransientError if the server cannot be reached, base::RunError if it refuses the
  /// login.
  std::unique_ptr<pqxx::connection> connect() const;

  /// Rethrows the exception now handled as an error of ours; to be called in a catch block.
  [[noreturn]] void rethrow() const;

 private:
  std::string without_secrets(std::string text) const;

  std::string conninfo_;
  std::string name_;
  std::string password_;
};

/// Whether the exception now handled means that the connection is lost, and the transaction certainly not
/// committed.
bool lost_before_commit();

}  // namespace reel::store
