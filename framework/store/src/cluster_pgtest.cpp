#include <gmock/gmock.h>
#include <sys/stat.h>

#include "pgtest.hpp"
#include "process.hpp"
#include "reel/store/cluster.hpp"
#include "reel/store/database.hpp"

namespace reel::store {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using test::Child;
using test::eventually;
using test::execute;
using test::runs;
using test::server_process;
using test::value;
using ::testing::HasSubstr;

class ClusterTest : public ::testing::Test {
 protected:
  test::TemporaryFolder root;
  fs::path folder = root.path() / "state" / "it's a \"cluster\" $(touch x) \\ really";

  std::string refusal(const fs::path& where) {
    try {
      const PrivateCluster cluster(where);
    } catch (const base::RunError& error) {
      return std::string(error.what()) + " | " + error.hint();
    }
    return "none";
  }
  bool stopped() {
    return eventually([&] { return server_process(folder) == 0; });
  }
  static bool is_root() { return ::geteuid() == 0; }
};

TEST_F(ClusterTest, KeepsItsDataAndStopsWithItsUser) {
  pid_t process = 0;
  {
    const PrivateCluster cluster(folder);
    process = server_process(folder);
    EXPECT_TRUE(runs(process));
    execute(cluster.url(), "CREATE TABLE kept AS SELECT 7 AS n");
    EXPECT_EQ(value(cluster.url(), "SELECT current_setting('fsync') || current_setting('data_checksums')"), "onon");
    EXPECT_EQ(value(cluster.url(), "SELECT current_setting('listen_addresses')"), "");
    struct stat info {};
    ASSERT_EQ(::stat(folder.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0700U);
  }
  EXPECT_FALSE(runs(process));
  EXPECT_EQ(server_process(folder), 0);
  const PrivateCluster again(folder);
  EXPECT_EQ(value(again.url(), "SELECT n FROM kept"), "7");
}

TEST_F(ClusterTest, IsSharedUntilTheLastLeaves) {
  auto first = std::make_unique<PrivateCluster>(folder);
  const pid_t process = server_process(folder);
  std::vector<std::unique_ptr<Child>> programs;
  for (int i = 0; i < 3; ++i)
    programs.push_back(std::make_unique<Child>([&] {
      const PrivateCluster mine(folder);
      EXPECT_EQ(value(mine.url(), "SELECT 1"), "1");
      EXPECT_EQ(server_process(folder), process);
    }));
  for (auto& program : programs) EXPECT_EQ(program->wait(), 0);
  auto second = std::make_unique<PrivateCluster>(folder);
  first.reset();
  EXPECT_EQ(server_process(folder), process);
  EXPECT_EQ(value(second->url(), "SELECT 1"), "1");
  second.reset();
  EXPECT_FALSE(runs(process));
}

TEST_F(ClusterTest, ManyProgramsMayMakeItAtOnce) {
  std::vector<std::unique_ptr<Child>> programs;
  for (int i = 0; i < 4; ++i)
    programs.push_back(std::make_unique<Child>([&] {
      const Database database(std::nullopt, root.path() / "shared");
      EXPECT_GT(database.open()->accounts().local_user(), 0);
    }));
  for (auto& program : programs) EXPECT_EQ(program->wait(), 0);
}

TEST_F(ClusterTest, StopsWhenItsUserIsKilledAndStartsAgain) {
  Child program([&] {
    const PrivateCluster cluster(folder);
    execute(cluster.url(), "CREATE TABLE kept AS SELECT 7 AS n");
    std::ofstream(root.path() / "ready") << "yes";
    std::this_thread::sleep_for(60s);
  });
  ASSERT_TRUE(eventually([&] { return fs::exists(root.path() / "ready"); }));
  const pid_t process = server_process(folder);
  EXPECT_TRUE(runs(process));
  program.kill();
  {
    const PrivateCluster at_once(folder);  // while the watcher may be stopping the server
    EXPECT_EQ(value(at_once.url(), "SELECT n FROM kept"), "7");
    std::this_thread::sleep_for(300ms);
    EXPECT_EQ(value(at_once.url(), "SELECT n FROM kept"), "7");
  }
  EXPECT_TRUE(stopped());
  Child second([&] {
    const PrivateCluster cluster(folder);
    ::raise(SIGKILL);
  });
  EXPECT_EQ(second.wait(), 128 + SIGKILL);
  EXPECT_TRUE(stopped());  // by the watcher alone
}

TEST_F(ClusterTest, SurvivesTheDeathOfItsServer) {
  PrivateCluster cluster(folder);
  execute(cluster.url(), "CREATE TABLE kept AS SELECT 7 AS n");
  pqxx::connection idle(cluster.url());  // its backend outlives the server for a moment
  const pid_t process = server_process(folder);
  test::kill_server(folder);
  cluster.revive();
  EXPECT_NE(server_process(folder), process);
  EXPECT_EQ(value(cluster.url(), "SELECT n FROM kept"), "7");
}

TEST_F(ClusterTest, IsNotMisledByAForeignProcessWithTheServersNumber) {
  { const PrivateCluster cluster(folder); }
  const auto data = folder / "data";
  struct stat info {};
  ASSERT_EQ(::stat(data.c_str(), &info), 0);
  // Of the server's own user: only such a one stops PostgreSQL from starting.
  const Child sleeper([] { std::this_thread::sleep_for(60s); }, info.st_uid);
  {
    std::ofstream file(data / "postmaster.pid");
    file << sleeper.process() << "\n"
         << data.string() << "\n1700000000\n5432\n"
         << folder.string() << "\n\n  5432001         0\nready\n";
  }
  ASSERT_EQ(::chown((data / "postmaster.pid").c_str(), info.st_uid, info.st_gid), 0);
  const PrivateCluster cluster(folder);
  EXPECT_EQ(value(cluster.url(), "SELECT 1"), "1");
}

TEST_F(ClusterTest, BeginsAnewAfterAHalfMadeCluster) {
  fs::create_directories(folder);
  std::ofstream(folder / "users.lock").close();
  fs::create_directories(folder / "data.new" / "base");
  std::ofstream(folder / "data.new" / "PG_VERSION") << "15\n";
  if (is_root())
    for (const auto& path : {folder, folder / "data.new", folder / "data.new/base"})
      fs::permissions(path, fs::perms(0777));
  const PrivateCluster cluster(folder);
  EXPECT_EQ(value(cluster.url(), "SELECT 1"), "1");
}

TEST_F(ClusterTest, PutsTheSocketElsewhereWhereThePathIsTooLong) {
  folder = root.path() / std::string(60, 'l') / (std::string(60, 'o') + ", really");
  std::string url;
  {
    const PrivateCluster cluster(folder);
    url = cluster.url();
    EXPECT_THAT(url, HasSubstr("host='/tmp/reelwork-"));
    const PrivateCluster second(folder);
    EXPECT_EQ(second.url(), url);
    EXPECT_EQ(value(url, "SELECT 1"), "1");
  }
  const std::string socket_folder = url.substr(6, url.find('\'', 6) - 6);
  EXPECT_FALSE(fs::exists(socket_folder));
  fs::create_directory(socket_folder);  // somebody else's, or open to all
  fs::permissions(socket_folder, fs::perms(0777));
  EXPECT_THAT(refusal(folder), HasSubstr("meant for the database's socket, is not "));
  fs::remove(socket_folder);
}

TEST_F(ClusterTest, TouchesNoFolderOfOtherUse) {
  std::ofstream(root.path() / "diary.txt") << "dear diary";
  EXPECT_THAT(refusal(root.path()), HasSubstr("holds other files than a database of Reelwork"));
  EXPECT_EQ(fs::status(root.path()).permissions(), fs::perms(0777));
  EXPECT_THAT(refusal(root.path() / "diary.txt"), HasSubstr("is not a folder"));
  EXPECT_THAT(refusal(root.path() / "diary.txt" / "x"), HasSubstr("Not a directory"));
}

TEST_F(ClusterTest, RefusesDataOfAnotherPostgres) {
  { const PrivateCluster cluster(folder); }
  std::ofstream(folder / "data" / "PG_VERSION") << "9\n";
  EXPECT_THAT(refusal(folder), HasSubstr("was made by PostgreSQL 9, this machine has "));
  EXPECT_THAT(refusal(folder), HasSubstr("Install postgresql-9"));
}

TEST_F(ClusterTest, SaysWhatPostgresSaysWhenItCannotStart) {
  { const PrivateCluster cluster(folder); }
  std::ofstream(folder / "data" / "postgresql.auto.conf") << "no_such_setting = 1\n";
  EXPECT_THAT(refusal(folder), HasSubstr("did not start in " + folder.string() + ": "));
  EXPECT_THAT(refusal(folder), HasSubstr("server.log"));
}

TEST_F(ClusterTest, WorksForAnOrdinaryUserAndRootMayJoin) {
  if (!is_root()) GTEST_SKIP() << "the other tests show it";
  {
    Child program(
        [&] {
          const PrivateCluster cluster(folder);
          execute(cluster.url(), "CREATE TABLE kept AS SELECT 7 AS n");
          struct stat info {};
          EXPECT_EQ(::stat((folder / "data").c_str(), &info), 0);
          EXPECT_EQ(info.st_uid, 65534U);
        },
        65534);
    EXPECT_EQ(program.wait(), 0);
  }
  {
    const PrivateCluster cluster(folder);
    EXPECT_EQ(value(cluster.url(), "SELECT n FROM kept"), "7");
    Child program([&] { EXPECT_EQ(value(PrivateCluster(folder).url(), "SELECT n FROM kept"), "7"); }, 65534);
    EXPECT_EQ(program.wait(), 0);
  }
  Child program([&] { EXPECT_EQ(value(PrivateCluster(folder).url(), "SELECT n FROM kept"), "7"); }, 65534);
  EXPECT_EQ(program.wait(), 0);
}

TEST_F(ClusterTest, SaysWhenAFolderBelongsToSomebodyElseOrCannotBeReached) {
  if (!is_root()) GTEST_SKIP() << "needs root";
  { const PrivateCluster cluster(folder); }
  fs::permissions(folder.parent_path(), fs::perms(0755));
  Child program([&] { EXPECT_THAT(refusal(folder), HasSubstr("belongs to postgres")); }, 65534);
  EXPECT_EQ(program.wait(), 0);
  fs::permissions(folder.parent_path(), fs::perms(0700));
  EXPECT_THAT(refusal(folder), HasSubstr("runs as postgres, who cannot reach"));
  EXPECT_THAT(refusal(folder), HasSubstr("/var/lib/reelwork"));
}

TEST_F(ClusterTest, SaysWhenTheDiskIsFull) {
  if (!is_root()) GTEST_SKIP() << "needs root, to mount a small disk";
  const auto disk = root.path() / "disk";
  fs::create_directory(disk);
  if (!run({"mount", "-t", "tmpfs", "-o", "size=8m,mode=0755", "tmpfs", disk.string()}, "/", Account::current()))
    GTEST_SKIP() << "mounting is not allowed here";
  EXPECT_THAT(refusal(disk / "postgres"), HasSubstr("Free some space: "));
  EXPECT_FALSE(fs::exists(disk / "postgres" / "data"));
  run({"umount", "--lazy", disk.string()}, "/", Account::current());
}

}  // namespace
}  // namespace reel::store
