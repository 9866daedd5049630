#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <reel/testing/run.hpp>

namespace {

using namespace reel::testing;
using namespace std::chrono_literals;
using reel::Time;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class FreezeTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { load_plugin("speed"); }
};

std::string stage(const std::string& kind, Time at, Time duration) {
  return "s." + kind + "_sink reel-freeze name=s at=" + std::to_string(at.count()) +
         " duration=" + std::to_string(duration.count()) + " s." + kind + "_src";
}

/// Pictures that are their number, at these times; each lasts until the next.
struct Shown {
  std::vector<int> numbers;
  std::vector<Time> times, ends;
};

Shown freeze(const std::vector<Time>& times, Time at, Time duration) {
  Graph graph("appsrc name=in caps=\"video/x-raw,format=GRAY8,width=4,height=1,framerate=0/1\" ! " +
              stage("video", at, duration) + " ! appsink name=out");
  for (std::size_t i = 0; i + 1 < times.size(); ++i) {
    const std::vector<std::uint8_t> data(4, static_cast<std::uint8_t>(i));
    graph.push("in", make_buffer(data.data(), data.size(), times[i], times[i + 1] - times[i]));
  }
  graph.run();
  Shown shown;
  for (const auto& b : graph.output("out").buffers) {
    shown.numbers.push_back(contents(b)[0]);
    shown.times.push_back(pts(b));
    shown.ends.push_back(pts(b) + reel::testing::duration(b));
  }
  return shown;
}

const std::vector<Time> steady{0ms, 100ms, 200ms, 300ms, 400ms};

TEST_F(FreezeTest, TheLastPictureThatHasBegunStaysAndTheRestComesLater) {
  const Shown out = freeze(steady, 150ms, 300ms);
  EXPECT_THAT(out.numbers, ElementsAre(0, 1, 1, 1, 1, 2, 3));
  EXPECT_THAT(out.times, ElementsAre(0ms, 100ms, 200ms, 300ms, 400ms, 500ms, 600ms));
  EXPECT_EQ(out.ends.back(), Time{700ms});
  EXPECT_EQ(freeze(steady, 100ms, 300ms).numbers, out.numbers);
  EXPECT_EQ(freeze(steady, 199999999ns, 300ms).numbers, out.numbers);
}

TEST_F(FreezeTest, AtEitherEnd) {
  EXPECT_THAT(freeze(steady, 0ms, 200ms).numbers, ElementsAre(0, 0, 0, 1, 2, 3));
  const Shown last = freeze(steady, 399ms, 200ms);
  EXPECT_THAT(last.numbers, ElementsAre(0, 1, 2, 3, 3, 3));
  EXPECT_EQ(last.ends.back(), Time{600ms});
}

TEST_F(FreezeTest, WithAVariableFrameRateItIsTheStepAtTheMomentThatCounts) {
  const std::vector<Time> varied{0ms, 40ms, 300ms, 333ms, 400ms};
  const Shown out = freeze(varied, 50ms, 600ms);
  EXPECT_THAT(out.numbers, ElementsAre(0, 1, 1, 1, 2, 3));
  EXPECT_THAT(out.times, ElementsAre(0ms, 40ms, 300ms, 560ms, 900ms, 933ms));
  EXPECT_EQ(out.ends[3], Time{900ms});
}

TEST_F(FreezeTest, LengthsThatAreNoWholeNumberOfPicturesStayExact) {
  const Shown out = freeze(steady, 150ms, 149ms);
  EXPECT_THAT(out.numbers, ElementsAre(0, 1, 1, 2, 3));
  EXPECT_THAT(out.times, ElementsAre(0ms, 100ms, 200ms, 349ms, 449ms));
  EXPECT_THAT(freeze(steady, 150ms, 20ms).times, ElementsAre(0ms, 100ms, 220ms, 320ms));
  EXPECT_EQ(freeze(steady, 150ms, 0ms).times, (std::vector<Time>(steady.begin(), steady.end() - 1)));
}

TEST_F(FreezeTest, PastTheEndThereIsNothing) {
  try {
    freeze(steady, 400ms, 1s);
    FAIL();
  } catch (const std::runtime_error& e) {
    EXPECT_THAT(e.what(), HasSubstr("the media ends at 0.4"));
  }
}

TEST_F(FreezeTest, SoundStaysWhatItIsAroundTheSilence) {
  for (const int rate : {44100, 48000})
    for (const std::size_t block : {1024U, 97U, 100000U}) {
      SCOPED_TRACE(std::to_string(rate) + " " + std::to_string(block));
      const auto in = Sound::noise(1, 0.5, rate, 2);
      const auto out = run_audio(stage("audio", 333333333ns, 500ms), in, block);
      const auto at = static_cast<std::size_t>(reel::sample_at(333333333ns, rate));
      const auto end = static_cast<std::size_t>(reel::sample_at(833333333ns, rate)), fade = std::size_t(rate / 200);
      ASSERT_EQ(out.sound.frames(), in.frames() + end - at);
      for (std::size_t i = 0; i < in.frames(); ++i)
        ASSERT_EQ(out.sound.at(i < at ? i : i + end - at, 1), in.at(i, 1)) << i;
      for (std::size_t i = at + fade + 1; i + fade + 1 < end; ++i) ASSERT_EQ(out.sound.at(i, 0), 0) << i;
      EXPECT_NEAR(out.sound.at(at), in.at(at), 1e-3);
      EXPECT_NEAR(out.sound.at(end - 1), in.at(at - 1), 1e-3);
      Time next{0};
      for (std::size_t i = 0; i < out.times.size(); ++i) {
        ASSERT_EQ(out.times[i], next);
        next += out.durations[i];
      }
      EXPECT_EQ(next, Time{1500ms});
    }
}

TEST_F(FreezeTest, NothingClicks) {
  const auto in = Sound::sine(1, 100, 0.5);
  const auto out = run_audio(stage("audio", 402500us, 300ms), in).sound;  // where the wave is at its top
  double most = 0;
  for (std::size_t i = 1; i < out.frames(); ++i)
    most = std::max(most, std::abs(static_cast<double>(out.at(i)) - static_cast<double>(out.at(i - 1))));
  EXPECT_LT(most, 0.02) << "a jump of 0.5 would be a click";
}

TEST_F(FreezeTest, SoundAtEitherEnd) {
  const auto in = Sound::noise(0.5);
  const auto first = run_audio(stage("audio", 0s, 100ms), in).sound;
  ASSERT_EQ(first.frames(), in.frames() + 4800);
  EXPECT_TRUE(std::equal(in.samples.begin(), in.samples.end(), first.samples.begin() + 4800));
  const auto last = run_audio(stage("audio", 499ms, 100ms), in).sound;
  ASSERT_EQ(last.frames(), in.frames() + 4800);
  EXPECT_EQ(last.samples.back(), in.samples.back());
}

TEST_F(FreezeTest, TellsTheDurationOfItsOutputAndSeeksInIt) {
  Graph graph(
      "videotestsrc num-buffers=100 ! video/x-raw,format=GRAY8,width=16,height=4,framerate=25/1 ! s.video_sink "
      "reel-freeze name=s at=1000000000 duration=2000000000 s.video_src ! appsink name=out");
  gst_element_set_state(graph.pipeline(), GST_STATE_PAUSED);
  gst_element_get_state(graph.pipeline(), nullptr, nullptr, GST_CLOCK_TIME_NONE);
  gint64 duration = 0;
  ASSERT_NE(gst_element_query_duration(graph.pipeline(), GST_FORMAT_TIME, &duration), FALSE);
  EXPECT_EQ(Time{duration}, 6s);
  ASSERT_NE(gst_element_seek_simple(graph.pipeline(), GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, 5 * GST_SECOND), FALSE);
  graph.run();
  EXPECT_EQ(pts(graph.output("out").buffers.front()), 5s);
}

}  // namespace
