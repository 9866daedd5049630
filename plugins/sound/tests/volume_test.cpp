#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <reel/testing/run.hpp>

namespace {

using namespace reel::testing;
using namespace std::chrono_literals;

class VolumeTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { load_plugin("sound"); }
};

Sound constant(double seconds, int channels = 2) {
  return Sound::make(
      seconds, [](double, int c) { return c == 0 ? 0.25 : -0.5; }, 48000, channels);
}

TEST_F(VolumeTest, MultipliesByVolumeAndByDecibels) {
  const auto in = constant(0.2);
  EXPECT_EQ(run_audio("reel-volume", in).sound.samples, in.samples);
  const auto twice = run_audio("reel-volume volume=2", in).sound;
  EXPECT_FLOAT_EQ(twice.at(100, 0), 0.5F);
  EXPECT_FLOAT_EQ(twice.at(100, 1), -1.0F);
  const auto louder = run_audio("reel-volume gain=6", in).sound;
  EXPECT_NEAR(louder.at(5000, 0), 0.25 * 1.9952623, 1e-5);
  EXPECT_NEAR(run_audio("reel-volume volume=0.5 gain=-6", in).sound.at(5000, 0), 0.25 * 0.5 / 1.9952623, 1e-5);
  EXPECT_FLOAT_EQ(run_audio("reel-volume volume=10", in).sound.at(9, 1), -5.0F);  // nothing is clipped here
}

TEST_F(VolumeTest, KeyframesMoveInSmallStepsWithoutClicks) {
  const auto in = Sound::make(2, [](double, int) { return 0.5; });
  const auto out = run_audio("reel-volume", in, 4096, {{"volume", {{0s, 0.0}, {2s, 1.0}}}}).sound;
  ASSERT_EQ(out.samples.size(), in.samples.size());
  for (std::size_t n = 1; n < out.frames(); ++n) ASSERT_LT(std::abs(out.at(n) - out.at(n - 1)), 1e-4F) << n;
  EXPECT_NEAR(out.at(48000), 0.25, 0.002);
  EXPECT_NEAR(out.at(95999), 0.5, 0.002);
}

TEST_F(VolumeTest, DuringLeavesTheRestBitExact) {
  const auto in = Sound::sine(2, 300, 0.4, 48000, 2);
  const auto out = run_audio("reel-volume volume=3 during=500ms..1s", in).sound;
  for (std::size_t n = 0; n < in.frames(); ++n) {
    if (n < 24000 || n >= 48000) {
      ASSERT_EQ(out.at(n, 1), in.at(n, 1)) << n;
    } else if (n > 24300 && n < 47700) {
      ASSERT_FLOAT_EQ(out.at(n, 1), 3 * in.at(n, 1)) << n;
    }
  }
}

TEST_F(VolumeTest, MuteIsSilenceAndOnlyWhereItIsAsked) {
  const auto in = Sound::sine(1, 300, 0.4, 44100, 1);
  for (const float v : run_audio("reel-mute", in).sound.samples) ASSERT_EQ(v, 0.0F);
  const auto part = run_audio("reel-mute during=200ms..400ms", in).sound;
  for (std::size_t n = 0; n < in.frames(); ++n) {
    if (n < 8820 || n >= 17640) {
      ASSERT_EQ(part.at(n), in.at(n)) << n;
    } else if (n > 9100 && n < 17400) {
      ASSERT_EQ(part.at(n), 0.0F) << n;
    }
  }
}

}  // namespace
