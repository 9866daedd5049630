/// A hundred programs killed at random moments of twenty generations: as many are paid for as were asked for.
#include <gmock/gmock.h>

#include <iostream>
#include <random>

#include "generate_fixture.hpp"

namespace reel::tests {
namespace {

class LumaCampaign : public GenerateTest {};

TEST_F(LumaCampaign, killed_a_hundred_times_asks_for_nothing_twice) {
  constexpr int generations = 20, kills_each = 5, longest_ms = 900;
  emulator.settings({{"queued_seconds", 0.5}, {"working_seconds", 1.5}, {"per_minute", 1000}, {"concurrent", 100}});
  std::mt19937 random(20);
  int under_way = 0;
  for (int i = 0; i < generations; ++i) {
    const std::string file = "clip" + std::to_string(i) + ".mp4";
    const std::string line = command("boat number " + std::to_string(i), file);
    under_way += kill_at_random(installation, emulator, line, kills_each, longest_ms, random);
    const Result done = installation.run(line);
    ASSERT_EQ(done.exit, 0) << done.output;
    EXPECT_EQ(emulator.count("created"), i + 1);
    EXPECT_EQ(picture_times(clip_file(file)).size(), 5U * 24U);
  }
  std::cout << generations * kills_each << " programs killed, " << under_way << " of them while Luma was at work; "
            << generations << " generations asked for, " << emulator.count("created") << " made\n";
  EXPECT_GT(under_way, generations * kills_each / 4) << "too few kills came at a moment that matters";
}

}  // namespace
}  // namespace reel::tests
