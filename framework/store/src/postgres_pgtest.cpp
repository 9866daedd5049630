#include <gmock/gmock.h>

#include "reel/store/postgres.hpp"
#include "stores/stores_pgtest.hpp"

namespace reel::store {
namespace {

using namespace service;
using test::execute;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

class PostgresStoreTest : public test::StoresTest {};

TEST_F(PostgresStoreTest, GoesOnAfterItsConnectionWasCut) {
  const RequestId id = running();
  const std::string cut =
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
      " WHERE application_name = 'reelwork' AND datname = current_database()";
  for (int i = 0; i < 3; ++i) {
    execute(url, cut);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    store->requests().append_logs(id, {line("after the cut")});
  }
  EXPECT_EQ(store->requests().logs(id).size(), 3U);
}

TEST_F(PostgresStoreTest, AnswersAPingAndSaysWhenItCannot) {
  store->ping();
  execute(server_url(), "ALTER DATABASE " + name() + " ALLOW_CONNECTIONS false");
  execute(server_url(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name() + "'");
  EXPECT_THROW(store->ping(), base::RunError);
}

std::string connect_error(const std::string& url) {
  try {
    migration_status(url);
  } catch (const base::TransientError& error) {
    return std::string("transient: ") + error.what();
  } catch (const base::RunError& error) {
    return std::string("run: ") + error.what();
  } catch (const base::InputError& error) {
    return std::string("input: ") + error.what();
  }
  return "none";
}

TEST(DatabaseUrl, ErrorsNameHostAndDatabaseAndNeverWhoOrPassword) {
  const std::string away = connect_error("postgresql://bob:s3cr3t@localhost:1/media");
  EXPECT_THAT(away, HasSubstr("transient: The database \"media\" on localhost cannot be reached: "));
  EXPECT_THAT(away, Not(HasSubstr("s3cr3t")));
  EXPECT_THAT(away, Not(HasSubstr("bob")));
  for (const char* malformed :
       {"postgresql://bob:s3cr3t@[::1/media", "host=x s3cr3t", "postgresql://bob:s3cr3t@h/d?nonsense=1"}) {
    const std::string said = connect_error(malformed);
    EXPECT_EQ(said, "input: The database URL is not one that PostgreSQL understands.") << malformed;
  }
}

TEST_F(PostgresStoreTest, ARefusedLoginIsNoPassingTrouble) {
  EXPECT_THAT(connect_error(url + " user=nobody-here"),
              MatchesRegex("run: The database .* refused the connection: this role does not exist\\."));
  EXPECT_THAT(connect_error(url + " dbname=nowhere"),
              MatchesRegex("run: The database .* refused the connection: .*\"nowhere\" does not exist\\."));
}

}  // namespace
}  // namespace reel::store
