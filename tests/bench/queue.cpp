// How many requests a second workers can claim and finish, on a private cluster of its own with fsync on.
//
//   queue_bench [WORKERS [REQUESTS [USERS [LIMIT]]]]     default: 8 workers, 4000 requests of 8 users, no limit
//
// Then the same with 100,000 requests of two users waiting behind them, and what a claim takes where nothing can be claimed. Each
// worker is a thread with a connection of its own, as the workers of `reel serve` are.
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "reel/store/database.hpp"

namespace {

using namespace reel;
using Clock = std::chrono::steady_clock;
constexpr auto lease = std::chrono::hours(1);

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

struct Load {
  int workers = 8, requests = 4000, users = 8, limit = 0;
};

std::vector<service::UserId> make_users(service::Store& store, const std::string& who, int count) {
  std::vector<service::UserId> users;
  users.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i)
    users.push_back(
        store.accounts().add_user(who + std::to_string(i) + "@example.org", "!", service::Role::user).value());
  return users;
}

/// Each on a video of its own, as uploads are.
void submit(const store::Database& database, const std::vector<service::UserId>& users, int count) {
  constexpr int threads = 8;
  std::vector<std::thread> all;
  all.reserve(threads);
  for (int t = 0; t < threads; ++t)
    all.emplace_back([&, t] {
      const auto store = database.open();
      for (int i = t; i < count; i += threads) {
        service::NewRequest request;
        request.user = users[static_cast<std::size_t>(i) % users.size()];
        request.video_url = "file:///clip-" + std::to_string(i) + ".mp4";
        request.for_workers = true;
        store->requests().create(request);
      }
    });
  for (std::thread& thread : all) thread.join();
}

/// Claims and finishes `count` requests; how many a second.
double work(const store::Database& database, const Load& load, int count) {
  std::atomic<int> left = count;
  std::vector<std::thread> workers;
  workers.reserve(static_cast<std::size_t>(load.workers));
  const auto begin = Clock::now();
  for (int w = 0; w < load.workers; ++w)
    workers.emplace_back([&, w] {
      const auto store = database.open();
      while (left-- > 0) {
        std::optional<service::Claim> claim;
        while (!claim) claim = store->queue().claim("worker-" + std::to_string(w), lease, load.limit);
        store->requests().finish(claim->key.request, {}, claim->key.attempt);
      }
    });
  for (std::thread& worker : workers) worker.join();
  return count / seconds_since(begin);
}

int argument(int argc, char** argv, int at, int otherwise) { return argc > at ? std::atoi(argv[at]) : otherwise; }

}  // namespace

int main(int argc, char** argv) {
  const Load load{argument(argc, argv, 1, 8), argument(argc, argv, 2, 4000), argument(argc, argv, 3, 8),
                  argument(argc, argv, 4, 0)};
  std::string folder = (std::filesystem::temp_directory_path() / "reel-queue-bench-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) return 1;
  std::filesystem::permissions(folder, std::filesystem::perms(0777));
  {
    const store::Database database(std::nullopt, folder);
    const auto store = database.open();
    const auto users = make_users(*store, "user", load.users);
    auto begin = Clock::now();
    submit(database, users, load.requests);
    std::cout << "submit:                        " << load.requests / seconds_since(begin) << " a second\n";
    std::cout << "claim and finish:              " << work(database, load, load.requests) << " a second\n";

    submit(database, make_users(*store, "busy", 2), 100'000);
    std::cout << "the same, with 100,000 queued: " << work(database, load, load.requests) << " a second\n";
    for (const auto& user : store->accounts().users(0, 100))
      store->accounts().set_quota(user.id, {.concurrent_jobs = 0});
    constexpr int rounds = 500;
    begin = Clock::now();
    for (int i = 0; i < rounds; ++i) store->queue().claim("w", lease, 0);
    std::cout << "a claim of nothing among them: " << seconds_since(begin) / rounds * 1e3 << " ms\n";
  }
  std::filesystem::remove_all(folder);
}
