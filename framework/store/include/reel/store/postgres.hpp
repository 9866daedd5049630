/// The Store on PostgreSQL 15, through libpqxx (which appears in this module only).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "reel/service/store.hpp"

namespace reel::store {

struct MigrationStatus {
  std::string database;  ///< its name and host, as messages say them: never a user or password
  int applied = 0;       ///< version of the database's schema
  int available = 0;     ///< version that this program brings
};

/// `url` is a libpq connection string or URI. Nothing of it appears in errors but host and database name.
/// Throws base::InputError if it is malformed, base::TransientError if the server cannot be reached,
/// base::RunError if it refuses the login or if its schema is newer than this program or was made by other
/// migrations.
MigrationStatus migration_status(const std::string& url);

/// Brings the schema up to date: numbered SQL files, each in a transaction, under an advisory lock. Safe to
/// call from several programs at once.
MigrationStatus migrate(const std::string& url);

/// Opens a store on a database whose schema is up to date (call migrate() first). The store connects when
/// first used, and again whenever the connection was lost; `before_connect` runs before each try, on the
/// store's thread.
std::unique_ptr<service::Store> open_postgres(const std::string& url, std::function<void()> before_connect = {});

/// A listener on such a database. It connects when first waited for, and again whenever the connection was lost; each time, it
/// says `all`. `before_connect` as above; what it throws counts as a database that is away.
std::unique_ptr<service::Listener> open_listener(const std::string& url, std::function<void()> before_connect = {});

}  // namespace reel::store
