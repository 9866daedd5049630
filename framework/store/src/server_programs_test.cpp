#include "server_programs.hpp"

#include <gmock/gmock.h>

#include "pgtest.hpp"

namespace reel::store {
namespace {

namespace fs = std::filesystem;

void install(const fs::path& bin, const std::string& version) {
  fs::create_directories(bin);
  for (const char* program : {"initdb", "pg_ctl", "postgres"}) {
    std::ofstream(bin / program) << "#!/bin/sh\necho 'postgres (PostgreSQL) " << version << " (Debian)'\n";
    fs::permissions(bin / program, fs::perms(0755));
  }
}

TEST(ServerPrograms, AreTheNewestUnlessAVersionIsAsked) {
  const test::TemporaryFolder root;
  for (const char* version : {"9", "15", "13"}) install(root.path() / version / "bin", version);
  fs::create_directories(root.path() / "17/bin");  // client only
  const auto found = find_server_programs(root.path());
  EXPECT_EQ(choose_server_programs(found, std::nullopt, "/data").major, 15);
  EXPECT_EQ(choose_server_programs(found, 13, "/data").folder, root.path() / "13/bin");
}

TEST(ServerPrograms, AreFoundInThePathToo) {
  const test::TemporaryFolder root;
  install(root.path() / "local", "16.2");
  const auto found =
      find_server_programs(root.path() / "none", "relative::/nowhere:" + (root.path() / "local").string());
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].major, 16);
}

TEST(ServerPrograms, NameThePackageThatLacks) {
  try {
    choose_server_programs({}, std::nullopt, "/data");
    FAIL();
  } catch (const base::RunError& error) {
    EXPECT_THAT(error.hint(), ::testing::HasSubstr("apt install postgresql"));
  }
  try {
    choose_server_programs({{"/x", 15}}, 14, "/data");
    FAIL();
  } catch (const base::RunError& error) {
    EXPECT_STREQ(error.what(), "The database in /data was made by PostgreSQL 14, this machine has 15.");
    EXPECT_THAT(error.hint(), ::testing::HasSubstr("Install postgresql-14"));
  }
}

}  // namespace
}  // namespace reel::store
