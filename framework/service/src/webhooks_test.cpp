#include "reel/service/webhooks.hpp"

#include <gtest/gtest.h>

namespace reel::service {
namespace {

using namespace std::chrono_literals;

TEST(RetryDelay, ten_tries_take_about_a_day) {
  std::chrono::milliseconds sum{0};
  int tried = 1;
  for (; retry_delay(tried, 0.5); ++tried) {
    EXPECT_GT(*retry_delay(tried, 0.5), sum) << "each waits longer than all before together";
    sum += *retry_delay(tried, 0.5);
  }
  EXPECT_EQ(tried, 10);
  EXPECT_GT(sum, 20h);
  EXPECT_LT(sum, 24h);
}

TEST(RetryDelay, spreads_by_a_fifth) {
  EXPECT_EQ(retry_delay(1, 0), 24s);
  EXPECT_EQ(retry_delay(1, 0.5), 30s);
  EXPECT_EQ(retry_delay(1, 1), 36s);
}

TEST(RetryDelay, ends_for_whatever_count) {
  EXPECT_EQ(retry_delay(10, 0.5), std::nullopt);
  EXPECT_EQ(retry_delay(1'000'000, 0.5), std::nullopt);
  EXPECT_EQ(retry_delay(0, 0.5), 30s);
}

}  // namespace
}  // namespace reel::service
