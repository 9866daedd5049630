#include "reel/service/rate_limit.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace reel::service {
namespace {

using namespace std::chrono_literals;
using Time = RateLimit::Clock::time_point;

constexpr Time start = Time(1'000h);

bool takes(RateLimit& limit, const std::string& key, Time now) { return limit.take(key, now) == 0s; }

TEST(RateLimit, gives_the_burst_then_one_at_a_time) {
  RateLimit limit({3, 10s});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(takes(limit, "a", start));
  EXPECT_EQ(limit.take("a", start), 10s);
  EXPECT_EQ(limit.take("a", start + 4s), 6s) << "a refused try costs nothing";
  EXPECT_TRUE(takes(limit, "a", start + 10s));
  EXPECT_EQ(limit.take("a", start + 10s), 10s);
}

TEST(RateLimit, says_how_long_without_taking) {
  RateLimit limit({2, 10s});
  for (int i = 0; i < 5; ++i) EXPECT_EQ(limit.wait("a", start), 0s);
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(takes(limit, "a", start));
  EXPECT_EQ(limit.wait("a", start), 10s);
  EXPECT_EQ(limit.wait("a", start + 10s), 0s);
}

TEST(RateLimit, fills_up_to_the_burst_and_no_further) {
  RateLimit limit({3, 10s});
  EXPECT_TRUE(takes(limit, "a", start));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(takes(limit, "a", start + 1h));
  EXPECT_FALSE(takes(limit, "a", start + 1h));
}

TEST(RateLimit, keys_have_nothing_to_do_with_each_other) {
  RateLimit limit({1, 10s});
  EXPECT_TRUE(takes(limit, "a", start));
  EXPECT_FALSE(takes(limit, "a", start));
  EXPECT_TRUE(takes(limit, "b", start));
}

TEST(RateLimit, forgives) {
  RateLimit limit({1, 10s});
  EXPECT_TRUE(takes(limit, "a", start));
  limit.forgive("a");
  limit.forgive("never seen");
  EXPECT_EQ(limit.keys(), 0U);
  EXPECT_TRUE(takes(limit, "a", start));
}

TEST(RateLimit, forgets_keys_whose_buckets_are_full) {
  RateLimit limit({2, 10s});
  for (int i = 0; i < 100; ++i) limit.take(std::to_string(i), start);
  EXPECT_EQ(limit.keys(), 100U);
  limit.take("a", start + 10s);
  EXPECT_EQ(limit.keys(), 1U);
}

TEST(RateLimit, a_flood_of_keys_frees_nobody_and_takes_bounded_memory) {
  RateLimit limit({3, 10s}, 50);
  for (int i = 0; i < 3; ++i) limit.take("held back", start);
  for (int i = 0; i < 10'000; ++i) EXPECT_TRUE(takes(limit, std::to_string(i), start));
  EXPECT_EQ(limit.keys(), 50U);
  EXPECT_FALSE(takes(limit, "held back", start));
}

TEST(RateLimit, says_whole_seconds_to_wait) {
  RateLimit limit({1, 1500ms});
  limit.enforce("a", start);
  try {
    limit.enforce("a", start);
    FAIL();
  } catch (const TooManyTries& error) {
    EXPECT_EQ(error.wait(), 2s);
    EXPECT_EQ(error.hint(), "Try again in 2 seconds.");
  }
}

TEST(RateLimit, threads_get_no_more_than_there_is) {
  RateLimit limit({100, 1h});
  std::atomic<int> taken = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t)
      threads.emplace_back([&] {
        for (int i = 0; i < 1000; ++i) taken += takes(limit, "a", start) ? 1 : 0;
      });
  }
  EXPECT_EQ(taken, 100);
}

TEST(LimitKey, is_the_address_or_the_network_that_one_client_has) {
  EXPECT_EQ(limit_key("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(limit_key("::ffff:192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(limit_key("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
  EXPECT_EQ(limit_key("2001:db8:1:2::1"), limit_key("2001:db8:1:2:ffff::"));
  EXPECT_NE(limit_key("2001:db8:1:2::1"), limit_key("2001:db8:1:3::1"));
  EXPECT_EQ(limit_key("unix"), "unix");
}

}  // namespace
}  // namespace reel::service
