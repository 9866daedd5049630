#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <complex>
#include <numbers>
#include <reel/testing/run.hpp>

namespace {

using namespace reel::testing;
using namespace std::chrono_literals;
using reel::Time;

class SpeedTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { load_plugin("speed"); }
};

std::string stage(const std::string& with) { return "s.audio_sink reel-speed name=s " + with + " s.audio_src"; }

/// How much of the frequency is in the middle of the sound.
double level(const Sound& s, double hertz) {
  const std::size_t from = s.frames() / 4, to = s.frames() * 3 / 4;
  std::complex<double> sum = 0;
  for (std::size_t n = from; n < to; ++n)
    sum +=
        static_cast<double>(s.at(n)) * std::polar(1.0, -2 * std::numbers::pi * hertz * static_cast<double>(n) / s.rate);
  return 2 * std::abs(sum) / static_cast<double>(to - from);
}

/// Where the click near `about` is loudest, in samples.
std::size_t click_near(const Sound& s, double about, double within) {
  const auto from = static_cast<std::size_t>(std::max(0.0, (about - within) * s.rate));
  const auto to = std::min(s.frames(), static_cast<std::size_t>((about + within) * s.rate));
  std::size_t best = from;
  for (std::size_t n = from; n < to; ++n)
    if (std::abs(s.at(n)) > std::abs(s.at(best))) best = n;
  return best;
}

TEST_F(SpeedTest, TheLengthIsExactToTheSampleAndTheTimesFollowEachOther) {
  for (const char* keep : {"true", "false"}) {
    for (const double rate : {0.1, 0.5, 0.75, 0.9, 1.0, 1.25, 1.7, 2.0, 3.3, 10.0}) {
      for (const int hertz : {44100, 48000}) {
        SCOPED_TRACE(std::to_string(rate) + " keep-pitch " + keep);
        const auto in = Sound::sine(1.2345, 440, 0.5, hertz, 2);
        const auto out = run_audio(stage("rate=" + std::to_string(rate) + " keep-pitch=" + keep), in, 1111);
        EXPECT_EQ(out.sound.frames(), static_cast<std::size_t>(std::llround(static_cast<double>(in.frames()) / rate)));
        Time next{0};
        for (std::size_t i = 0; i < out.times.size(); ++i) {
          ASSERT_EQ(out.times[i], next);
          next += out.durations[i];
        }
      }
    }
  }
}

TEST_F(SpeedTest, ThePitchIsKeptUnlessItMayNotBe) {
  const auto in = Sound::sine(3, 440, 0.5);
  for (const double rate : {0.5, 0.8, 1.5, 2.0}) {
    SCOPED_TRACE(rate);
    const auto kept = run_audio(stage("rate=" + std::to_string(rate)), in).sound;
    EXPECT_NEAR(level(kept, 440), 0.5, 0.06);
    EXPECT_LT(level(kept, 440 * rate), 0.02);
    const auto moved = run_audio(stage("keep-pitch=false rate=" + std::to_string(rate)), in).sound;
    EXPECT_NEAR(level(moved, 440 * rate), 0.5, 0.01);
    EXPECT_LT(level(moved, 440), 0.01);
  }
}

TEST_F(SpeedTest, RateOneChangesNothing) {
  const auto in = Sound::noise(0.5);
  EXPECT_EQ(run_audio(stage("rate=1"), in).sound.samples, in.samples);
}

TEST_F(SpeedTest, SoundStaysInStepFromStartToEnd) {
  // A click each second: at no place may it be off by more than the stretcher smears it.
  const auto in = Sound::make(
      60, [](double t, int) { return t - std::floor(t) < 0.001 && t > 0.5 ? 0.9 : 0.0; }, 48000);
  for (const double rate : {0.7, 1.3, 2.0}) {
    for (const char* keep : {"true", "false"}) {
      const auto out = run_audio(stage(std::string("keep-pitch=") + keep + " rate=" + std::to_string(rate)), in).sound;
      for (int s = 1; s < 60; ++s) {
        const double due = s / rate;
        EXPECT_NEAR(static_cast<double>(click_near(out, due, 0.2 / rate)) / 48000, due, 0.012)
            << rate << " keep-pitch " << keep << " click " << s;
      }
    }
  }
}

TEST_F(SpeedTest, PicturesKeepTheirNumberAndTheFrameRateIsTold) {
  std::vector<Picture> frames(30, Picture::gradient("I420", 16, 8));
  const auto out =
      run_video("s.video_sink reel-speed name=s rate=1.25 s.video_src", frames, {.fps_n = 30000, .fps_d = 1001});
  ASSERT_EQ(out.pictures.size(), 30U);
  EXPECT_THAT(out.caps, ::testing::HasSubstr("framerate=(fraction)37500/1001"));
  for (std::size_t i = 0; i < 30; ++i) {
    const auto in = static_cast<std::int64_t>(i * 1001ULL * 1000000000ULL / 30000ULL);
    EXPECT_NEAR(static_cast<double>(out.times[i].count()), static_cast<double>(in) / 1.25, 1);
    if (i > 0) {
      EXPECT_EQ(out.times[i - 1] + out.durations[i - 1], out.times[i]);
    }
  }
}

TEST_F(SpeedTest, TellsTheDurationOfItsOutputAndSeeksInIt) {
  Graph graph(
      "videotestsrc num-buffers=100 ! video/x-raw,format=GRAY8,width=16,height=4,framerate=25/1 ! s.video_sink "
      "reel-speed name=s rate=2 s.video_src ! appsink name=out");
  gst_element_set_state(graph.pipeline(), GST_STATE_PAUSED);
  gst_element_get_state(graph.pipeline(), nullptr, nullptr, GST_CLOCK_TIME_NONE);
  gint64 duration = 0;
  ASSERT_NE(gst_element_query_duration(graph.pipeline(), GST_FORMAT_TIME, &duration), FALSE);
  EXPECT_EQ(Time{duration}, 2s);
  ASSERT_NE(gst_element_seek_simple(graph.pipeline(), GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, GST_SECOND), FALSE);
  graph.run();
  EXPECT_EQ(pts(graph.output("out").buffers.front()), 1s);
}

TEST_F(SpeedTest, AGapInTheSoundStaysAGap) {
  Graph graph(
      "appsrc name=a caps=\"audio/x-raw,format=F32LE,layout=interleaved,rate=8000,channels=1\" ! s.audio_sink "
      "reel-speed name=s rate=2 s.audio_src ! appsink name=out");
  const std::vector<float> block(8000, 0.1F);
  graph.push("a", make_buffer(block.data(), block.size() * 4, 0s, 1s));
  graph.push("a", make_buffer(block.data(), block.size() * 4, 3s, 1s));
  graph.run();
  const auto& out = graph.output("out");
  EXPECT_EQ(out.samples<float>().size(), 8000U);
  EXPECT_EQ(pts(out.buffers.back()) + duration(out.buffers.back()), 2s);
}

}  // namespace
