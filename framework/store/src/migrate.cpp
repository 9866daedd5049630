#include "migrations.hpp"
#include "reel/base/error.hpp"
#include "reel/store/postgres.hpp"
#include "session.hpp"

namespace reel::store {
namespace {

/// Any number that no other program is likely to lock: "reel" and 1.
constexpr const char* lock_schema = "SELECT pg_advisory_xact_lock(x'7265656c00000001'::bigint)";

constexpr const char* make_table =
    "CREATE TABLE IF NOT EXISTS schema_migrations ("
    " version INT PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL,"
    " applied_at TIMESTAMPTZ NOT NULL DEFAULT now())";

int available() { return static_cast<int>(migrations().size()); }

void refuse_newer(const Target& target, int version) {
  throw base::RunError("The " + target.name() + " has schema version " + std::to_string(version) +
                           "; this program knows " + std::to_string(available()) + " and older ones only.",
                       "Use the newer Reelwork that made it, or another database.");
}

void refuse_changed(const Target& target, const std::string& name) {
  throw base::RunError(
      "The " + target.name() + " was set up by a different text of the migration " + name + " than this program has.",
      "It was made by a modified or unreleased Reelwork. Use that one, or another database.");
}

/// The version of the schema; checks that what was applied is what this program would apply.
int applied_version(pqxx::work& tx, const Target& target) {
  if (tx.exec1("SELECT to_regclass('schema_migrations') IS NULL")[0].as<bool>()) return 0;
  const pqxx::result rows = tx.exec("SELECT version, name, checksum FROM schema_migrations ORDER BY version");
  int last = 0;
  for (const auto& row : rows) {
    const int version = row[0].as<int>();
    if (version > available()) refuse_newer(target, rows.back()[0].as<int>());
    if (version != ++last)
      throw base::RunError("The " + target.name() + " lacks migration " + std::to_string(last) + " but has later ones.",
                           "Its table schema_migrations was altered by hand; restore it from a backup.");
    const Migration& ours = migrations()[static_cast<std::size_t>(version - 1)];
    if (row[2].as<std::string>() != ours.checksum) refuse_changed(target, row[1].as<std::string>());
  }
  return last;
}

/// Applies the next migration, if any; returns the version after it.
int apply_next(pqxx::work& tx, const Target& target) {
  tx.exec(lock_schema);
  tx.exec("SET LOCAL client_min_messages = warning");
  tx.exec(make_table);
  const int applied = applied_version(tx, target);
  if (applied == available()) return applied;
  const Migration& next = migrations()[static_cast<std::size_t>(applied)];
  tx.exec(next.sql);
  tx.exec_params("INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, $2, $3)", next.version,
                 std::string(next.name), std::string(next.checksum));
  return next.version;
}

MigrationStatus status(Session& session) {
  const int applied = session.run([&](pqxx::work& tx) { return applied_version(tx, session.target()); });
  return {session.target().name(), applied, available()};
}

}  // namespace

MigrationStatus migration_status(const std::string& url) {
  Session session(url);
  return status(session);
}

MigrationStatus migrate(const std::string& url) {
  Session session(url);
  MigrationStatus now = status(session);  // writes nothing where all is done: the user may lack the right to
  while (now.applied < now.available)
    now.applied = session.run([&](pqxx::work& tx) { return apply_next(tx, session.target()); });
  return now;
}

}  // namespace reel::store
