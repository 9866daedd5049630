#include "turnstile.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace reel::service {
namespace {

TEST(Turnstile, has_some_wait_and_turns_the_others_away) {
  Turnstile turnstile(1, 1);
  auto inside = std::make_unique<Turnstile::Turn>(turnstile);
  std::atomic<bool> entered = false;
  std::jthread second([&] {
    const Turnstile::Turn turn(turnstile);
    entered = true;
  });
  while (turnstile.waiting() == 0) std::this_thread::yield();
  EXPECT_FALSE(entered);
  EXPECT_THROW(Turnstile::Turn third(turnstile), base::TransientError);
  inside.reset();
  second.join();
  EXPECT_TRUE(entered);
  EXPECT_NO_THROW(Turnstile::Turn third(turnstile));
}

TEST(Turnstile, never_lets_more_through_than_it_may) {
  Turnstile turnstile(3, 100);
  std::atomic<int> inside = 0, most = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 20; ++t)
      threads.emplace_back([&] {
        for (int i = 0; i < 200; ++i) {
          const Turnstile::Turn turn(turnstile);
          const int now = ++inside;
          for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
          }
          std::this_thread::yield();
          --inside;
        }
      });
  }
  EXPECT_LE(most, 3);
  EXPECT_GT(most, 0);
}

}  // namespace
}  // namespace reel::service
