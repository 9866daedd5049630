#include <gmock/gmock.h>

#include <atomic>
#include <thread>
#include <vector>

#include "migrations.hpp"
#include "pgtest.hpp"
#include "reel/store/postgres.hpp"

namespace reel::store {
namespace {

using test::execute;
using test::value;
using ::testing::HasSubstr;

class MigrateTest : public test::DatabaseTest {
 protected:
  const int newest = static_cast<int>(migrations().size());
  std::string refusal() {
    try {
      migrate(url);
    } catch (const base::TransientError& error) {
      return std::string("transient: ") + error.what();
    } catch (const base::RunError& error) {
      return error.what();
    }
    return "none";
  }
};

TEST_F(MigrateTest, BringsAnEmptyDatabaseUpToDateOnce) {
  EXPECT_EQ(migration_status(url).applied, 0);
  EXPECT_EQ(migrate(url).applied, newest);
  EXPECT_EQ(migrate(url).applied, newest);
  EXPECT_EQ(migration_status(url).applied, newest);
  EXPECT_EQ(value(url, "SELECT count(*) FROM schema_migrations"), std::to_string(newest));
}

TEST_F(MigrateTest, WorksFromEightThreadsAtOnce) {
  std::vector<std::thread> threads;
  std::atomic<int> done = 0;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      if (migrate(url).applied == newest) ++done;
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(done, 8);
  EXPECT_EQ(value(url, "SELECT count(*) FROM schema_migrations"), std::to_string(newest));
}

TEST_F(MigrateTest, KeepsTheTablesOfTheFirstDesign) {
  migrate(url);
  const auto columns = [&](const std::string& table) {
    return value(url,
                 "SELECT string_agg(column_name, ' ' ORDER BY ordinal_position) FROM information_schema.columns"
                 " WHERE table_name = '" +
                     table + "'");
  };
  EXPECT_THAT(columns("users"), ::testing::StartsWith("user_id email password_hash created_at"));
  EXPECT_THAT(columns("videos"),
              ::testing::StartsWith("video_id user_id original_video_url processed_video_url upload_date status"));
  EXPECT_THAT(columns("requests"), ::testing::StartsWith("request_id video_id prompt created_at completed_at "));
  EXPECT_THAT(columns("processing_logs"), ::testing::StartsWith("log_id request_id log_message timestamp "));
}

TEST_F(MigrateTest, RefusesADatabaseOfANewerProgram) {
  migrate(url);
  execute(url, "INSERT INTO schema_migrations (version, name, checksum) VALUES (999, '0999_future', 'x')");
  EXPECT_THAT(refusal(), HasSubstr("has schema version 999; this program knows " + std::to_string(newest) +
                                   " and older ones only"));
  EXPECT_THROW(migration_status(url), base::RunError);
  EXPECT_THROW(open_postgres(url), base::RunError);
}

TEST_F(MigrateTest, RefusesADatabaseOfAnotherMigrationText) {
  migrate(url);
  execute(url, "UPDATE schema_migrations SET checksum = 'other' WHERE version = 1");
  EXPECT_THAT(refusal(), HasSubstr("set up by a different text of the migration 0001_requests"));
}

TEST_F(MigrateTest, LeavesNothingBehindWhenAMigrationFails) {
  execute(url, "CREATE TABLE videos (mine INT)");  // in the way of ours
  EXPECT_THAT(refusal(), HasSubstr("\"videos\" already exists"));
  EXPECT_EQ(value(url, "SELECT to_regclass('users') IS NULL"), "t");
  EXPECT_EQ(migration_status(url).applied, 0);
}

TEST_F(MigrateTest, SaysWhichDatabaseItIsWithoutUserAndPassword) {
  const std::string said = migration_status(url + " password=s3cr3t").database;
  EXPECT_THAT(said, ::testing::StartsWith("database \"" + name() + "\" on "));
  EXPECT_THAT(said, ::testing::Not(HasSubstr("s3cr3t")));
}

TEST_F(MigrateTest, IsNeededBeforeAStoreOpens) { EXPECT_THROW(open_postgres(url), base::RunError); }

}  // namespace
}  // namespace reel::store
