/// What the tests that need PostgreSQL share: real servers in temporary folders.
#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <pqxx/pqxx>
#include <string>
#include <thread>
#include <vector>

#include "command.hpp"
#include "reel/base/error.hpp"
#include "reel/store/cluster.hpp"

namespace reel::store::test {

/// One that anyone may write to, since the server runs as another user where the tests run as root.
class TemporaryFolder : public tests::TemporaryFolder {
 public:
  TemporaryFolder() { std::filesystem::permissions(path(), std::filesystem::perms(0777)); }
};

/// Runs `action` in a process of its own, as `user` if that is not 0; `action` may never return.
class Child {
 public:
  explicit Child(const std::function<void()>& action, uid_t user = 0) : process_(::fork()) {
    if (process_ != 0) return;
    try {
      if (user != 0 && (::setgid(user) != 0 || ::setuid(user) != 0)) ::_exit(3);
      action();
      ::_exit(::testing::Test::HasFailure() ? 1 : 0);
    } catch (const base::Error& error) {
      std::cerr << "child: " << error.what() << " " << error.hint() << "\n";
    } catch (const std::exception& error) {
      std::cerr << "child: " << error.what() << "\n";
    }
    ::_exit(2);
  }
  ~Child() {
    if (process_ > 0) kill();
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t process() const { return process_; }
  void kill() {
    ::kill(process_, SIGKILL);
    wait();
  }
  int wait() {
    int status = 0;
    ::waitpid(process_, &status, 0);
    process_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t process_;
};

/// True as soon as `condition` is, false if it is not within `patience`.
inline bool eventually(const std::function<bool()>& condition,
                       std::chrono::seconds patience = std::chrono::seconds(15)) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

/// The server's process number, 0 if none is recorded.
inline pid_t server_process(const std::filesystem::path& cluster) {
  std::ifstream file(cluster / "data" / "postmaster.pid");
  pid_t process = 0;
  return file >> process ? process : 0;
}

/// Whether the process lives; a zombie does not.
inline bool runs(pid_t process) {
  std::error_code ignored;
  return process > 0 && !std::filesystem::read_symlink("/proc/" + std::to_string(process) + "/exe", ignored).empty();
}

/// Kills the server as soon as there is one.
inline void kill_server(const std::filesystem::path& cluster) {
  ASSERT_TRUE(eventually([&] { return runs(server_process(cluster)); }));
  const pid_t process = server_process(cluster);
  ASSERT_GT(process, 0);
  ::kill(process, SIGKILL);
}

inline void execute(const std::string& url, const std::string& sql) {
  pqxx::connection connection(url);
  pqxx::nontransaction(connection).exec(sql);
}

inline std::string value(const std::string& url, const std::string& sql) {
  pqxx::connection connection(url);
  return pqxx::nontransaction(connection).exec1(sql)[0].c_str();
}

/// Runs `action(i)` for 0 ≤ i < `count`, each on a thread of its own.
inline void at_once(int count, const std::function<void(int)>& action) {
  std::vector<std::thread> threads;
  threads.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) threads.emplace_back(action, i);
  for (std::thread& thread : threads) thread.join();
}

/// The cluster of a test. The shared one is kept in the build folder, since ctest runs each test in a process of its own and making a
/// cluster takes longer than a test; it is shared as programs share one. Transactions, though, are counted by cluster: who asks for
/// exactly those of one test needs a cluster of its own.
enum class Cluster { shared, own };

/// A test with an empty database of its own.
class DatabaseTest : public ::testing::Test {
 protected:
  explicit DatabaseTest(Cluster which = Cluster::shared) : server_(server(which)) {
    static int count = 0;
    name_ = "test_" + std::to_string(::getpid()) + "_" + std::to_string(++count);
    execute(server_.cluster->url(), "CREATE DATABASE " + name_);
    url = server_.cluster->url() + " dbname=" + name_;
  }
  ~DatabaseTest() override { execute(server_.cluster->url(), "DROP DATABASE " + name_ + " WITH (FORCE)"); }

  const std::string& name() const { return name_; }
  /// Of the server's own database, for what must not touch ours.
  const std::string& server_url() const { return server_.cluster->url(); }

  std::string url;

 private:
  struct Server {
    explicit Server(Cluster which) {
      const char* build = std::getenv("REEL_BUILD_DIR");
      try {
        if (build != nullptr && which == Cluster::shared)
          cluster = std::make_unique<PrivateCluster>(std::filesystem::path(build) / "pgtest");
      } catch (const base::RunError&) {
        // For root: a build folder that the server's user cannot reach. Then one for this process alone.
      }
      if (!cluster) cluster = std::make_unique<PrivateCluster>(folder.path() / "postgres");
      // To drop a database costs seconds otherwise, and nothing in here has to outlive the machine.
      if (value(cluster->url(), "SHOW fsync") == "on") execute(cluster->url(), "ALTER SYSTEM SET fsync = off");
      execute(cluster->url(), "SELECT pg_reload_conf()");
    }
    TemporaryFolder folder;
    std::unique_ptr<PrivateCluster> cluster;
  };
  static Server& server(Cluster which) {
    if (which == Cluster::own) {
      static Server own(which);
      return own;
    }
    static Server shared(which);
    return shared;
  }

  Server& server_;
  std::string name_;
};

}  // namespace reel::store::test
