#include "remote/servers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <thread>
#include <vector>

#include "command.hpp"
#include "reel/base/error.hpp"

namespace reel::cli::remote {
namespace {

namespace fs = std::filesystem;

TEST(ServerFile, keeps_and_forgets) {
  const tests::TemporaryFolder folder;
  const fs::path path = folder.path() / "config/reelwork/servers.json";
  ServerFile file(path);
  EXPECT_FALSE(file.usual_server());
  file.keep({"https://a", "ada@a", "token-a", 3, false});
  file.keep({"http://b", "bob@b", "token-b", 4, true});
  file.keep({"https://a", "ada@a", "token-c", 5, false});

  ServerFile again(path);
  ASSERT_TRUE(again.find("http://b"));
  EXPECT_EQ(again.find("http://b")->token, "token-b");
  EXPECT_TRUE(again.find("http://b")->plain_http);
  EXPECT_EQ(again.find("https://a")->token, "token-c");
  EXPECT_EQ(again.usual_server()->origin, "https://a");
  again.set_last_used("http://b");
  EXPECT_EQ(again.usual_server()->origin, "http://b");
  again.forget("http://b");
  EXPECT_EQ(again.usual_server()->origin, "https://a") << "the only one";
  EXPECT_FALSE(again.find("http://b"));
}

TEST(ServerFile, only_its_user_can_read_it) {
  const tests::TemporaryFolder folder;
  const mode_t before = umask(0);
  ServerFile file(folder.path() / "servers.json");
  file.keep({"https://a", "ada@a", "token", 3, false});
  umask(before);
  struct stat status {};
  ASSERT_EQ(stat(file.path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 1) << "no temporary files";
}

TEST(ServerFile, two_at_once_lose_nothing) {
  const tests::TemporaryFolder folder;
  const fs::path path = folder.path() / "servers.json";
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&path, t] {
      for (int i = 0; i < 10; ++i)
        ServerFile(path).keep({"https://" + std::to_string(t) + "-" + std::to_string(i), "", "token", 1, false});
    });
  for (auto& thread : threads) thread.join();
  for (int t = 0; t < 4; ++t)
    for (int i = 0; i < 10; ++i)
      EXPECT_TRUE(ServerFile(path).find("https://" + std::to_string(t) + "-" + std::to_string(i)));
}

TEST(ServerFile, a_broken_one_is_said_and_left) {
  const tests::TemporaryFolder folder;
  const fs::path path = folder.path() / "servers.json";
  std::ofstream(path) << "{ not json";
  ServerFile file(path);
  EXPECT_THROW(file.usual_server(), base::InputError);
  EXPECT_THROW(file.keep({"https://a", "", "t", 1, false}), base::InputError);
  std::ifstream in(path);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), "{ not json");
}

}  // namespace
}  // namespace reel::cli::remote
