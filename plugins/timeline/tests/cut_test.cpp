#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numbers>
#include <random>

#include "streams.hpp"

namespace {

using namespace reel::testing;
using namespace std::chrono_literals;
using reel::Ranges;
using reel::Time;
using reel::TimeRange;
using ::testing::HasSubstr;

constexpr int rate_48k = 48000;

class CutTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { load_plugin("timeline"); }

  static std::string both(const std::string& with, const std::string& video, const std::string& audio) {
    return "reel-cut name=c " + with + " appsrc name=v caps=\"" + video +
           "\" ! c.video_sink c.video_src ! appsink name=vo appsrc name=a caps=\"" + audio +
           "\" ! c.audio_sink c.audio_src ! appsink name=ao";
  }
};

/// What the stage promises, written out naively: T(t) = t minus what was removed before.
struct Reference {
  Ranges kept;
  Time output(Time t) const {
    Time sum{0};
    for (const TimeRange& r : kept)
      if (r.begin < t) sum += std::min(t, r.end) - r.begin;
    return sum;
  }
};

void expect_exact_frames(const Output& out, const Ranges& kept, const std::vector<Time>& times, Time frame) {
  std::size_t next = 0;
  Time before{-1};
  for (std::size_t i = 0; i < times.size(); ++i) {
    const TimeRange* const range = kept.find(times[i]);
    if (range == nullptr) continue;
    ASSERT_LT(next, out.buffers.size());
    const auto& b = out.buffers[next++];
    ASSERT_EQ(Numbered::number(b), i);
    ASSERT_EQ(pts(b), Reference{kept}.output(times[i]));
    ASSERT_GE(pts(b), before);
    ASSERT_LE(duration(b), frame + 1ns);
    before = pts(b) + duration(b);
  }
  EXPECT_EQ(next, out.buffers.size());
}

/// Every sample is the right one, in its place, and none is missing or doubled.
void expect_exact_samples(const Output& out, const Ranges& kept, std::int64_t total, int rate, int channels) {
  const auto samples = out.samples<std::int32_t>();
  std::vector<std::int32_t> expected;
  Time at{0};
  const Time media = reel::time_of_sample(total, rate);
  for (const TimeRange& r : kept) {
    const Time end = std::min(r.end, media);
    if (end <= r.begin) continue;
    std::int64_t in = reel::sample_at(r.begin, rate);
    const std::int64_t from = reel::sample_at(at, rate), to = reel::sample_at(at + end - r.begin, rate);
    for (std::int64_t n = from; n < to && in < total; ++n, ++in)
      for (int c = 0; c < channels; ++c) expected.push_back(static_cast<std::int32_t>(in * 16 + c));
    at += end - r.begin;
  }
  ASSERT_EQ(samples.size(), expected.size());
  EXPECT_EQ(samples, expected);
  Time next = pts(out.buffers.front());
  for (const auto& b : out.buffers) {
    EXPECT_EQ(pts(b), next);
    next = pts(b) + duration(b);
  }
}

Ranges random_ranges(std::mt19937& random, Time length) {
  std::vector<TimeRange> ranges;
  std::uniform_int_distribution<std::int64_t> moment(0, length.count());
  const int count = std::uniform_int_distribution(1, 5)(random);
  for (int i = 0; i < count; ++i) {
    const Time a{moment(random)}, b{moment(random)};
    ranges.push_back({std::min(a, b), std::max(a, b)});
  }
  return Ranges(ranges);
}

TEST_F(CutTest, FiftyRandomSetsOfRangesAreExactToTheFrameAndTheSample) {
  std::mt19937 random(7);
  const std::array rates{48000, 44100, 22050};
  const std::array layouts{1, 2, 6};
  for (int run = 0; run < 50; ++run) {
    SCOPED_TRACE(run);
    const int rate = rates[static_cast<std::size_t>(run % 3)];
    const int channels = layouts[static_cast<std::size_t>(run / 3 % 3)];
    const Ranges kept = random_ranges(random, 10s);
    const bool remove = run % 2 == 0;
    const Ranges given = remove ? kept.inverted() : kept;
    Graph graph(both((remove ? "crossfade=0 remove=\"" : "crossfade=0 keep=\"") + given.to_text() + "\"",
                     Numbered::caps("30000/1001"), sound_caps("S32LE", rate, channels)));
    const auto times = push_pictures(graph, "v", 300, 30000, 1001);
    const std::int64_t total = rate * 10;
    push_counted(graph, "a", total, rate, channels, 700 + run * 13);
    graph.run();
    expect_exact_frames(graph.output("vo"), kept, times, 33366667ns);
    expect_exact_samples(graph.output("ao"), kept, total, rate, channels);
  }
}

TEST_F(CutTest, VariableFrameRateKeepsEveryTimestampExactly) {
  std::mt19937 random(11);
  for (int run = 0; run < 10; ++run) {
    const Ranges kept = random_ranges(random, 10s);
    Graph graph("appsrc name=v caps=\"" + Numbered::caps("0/1") + "\" ! reel-cut name=c keep=\"" + kept.to_text() +
                "\" ! appsink name=vo");
    std::vector<Time> times;
    Time at{0};
    for (unsigned i = 0; at < 10s; ++i) {
      const Time step{std::uniform_int_distribution<std::int64_t>(5'000'000, 120'000'000)(random)};
      times.push_back(at);
      graph.push("v", Numbered::frame(i, at, step));
      at += step;
    }
    graph.run();
    expect_exact_frames(graph.output("vo"), kept, times, 120ms);
  }
}

TEST_F(CutTest, RangesAtTheFirstAndTheLastFrame) {
  const auto numbers = [](const std::string& with) {
    Graph graph("appsrc name=v caps=\"" + Numbered::caps("25/1") + "\" ! reel-cut " + with + " ! appsink name=vo");
    push_pictures(graph, "v", 50, 25);
    graph.run();
    std::vector<unsigned> numbers;
    for (const auto& b : graph.output("vo").buffers) numbers.push_back(Numbered::number(b));
    return numbers;
  };
  EXPECT_THAT(numbers("keep=0..40ms"), ::testing::ElementsAre(0));
  EXPECT_THAT(numbers("keep=1960ms.."), ::testing::ElementsAre(49));
  EXPECT_THAT(numbers("keep=1960ms..9s"), ::testing::ElementsAre(49));
  EXPECT_EQ(numbers("remove=0..40ms").front(), 1U);
  EXPECT_EQ(numbers("remove=1960ms..").back(), 48U);
  EXPECT_EQ(numbers("remove=1959999999..1960000001").size(), 49U);
  EXPECT_EQ(numbers("keep=0..").size(), 50U);
  EXPECT_EQ(numbers("remove=5s..6s").size(), 50U);
}

TEST_F(CutTest, TheLastPictureBeforeAJoinEndsWhereTheNextPieceStarts) {
  Graph graph("appsrc name=v caps=\"" + Numbered::caps("25/1") +
              "\" ! reel-cut keep=0..110ms,200ms..300ms ! appsink name=vo");
  push_pictures(graph, "v", 25, 25);
  graph.run();
  const auto& out = graph.output("vo").buffers;
  ASSERT_EQ(out.size(), 6U);
  EXPECT_EQ(duration(out[2]), 30ms);
  EXPECT_EQ(pts(out[3]), 110ms);
  EXPECT_EQ(duration(out[5]), 20ms);
}

float sine(std::int64_t n, double frequency, int rate) {
  return static_cast<float>(0.5 * std::sin(2 * std::numbers::pi * frequency * static_cast<double>(n) / rate));
}

TEST_F(CutTest, ACrossfadeLeavesNoClickAndNoChangeOfLength) {
  for (const int rate : {44100, 48000}) {
    for (const int channels : {1, 2}) {
      std::vector<float> joined[2];
      for (const int with : {0, 1}) {
        Graph graph("appsrc name=a caps=\"" + sound_caps("F32LE", rate, channels) +
                    "\" ! c.audio_sink reel-cut name=c crossfade=" + std::string(with != 0 ? "10000000" : "0") +
                    " remove=\"1.0013s..2.00347s,3s..3.00421s\" c.audio_src ! appsink name=ao");
        push_sound(graph, "a", rate * 5, rate, channels, [&](std::int64_t n) { return sine(n, 440, rate); });
        graph.run();
        joined[with] = graph.output("ao").samples<float>();
      }
      ASSERT_EQ(joined[0].size(), joined[1].size());
      const auto steepest = [&](const std::vector<float>& s) {
        float most = 0;
        for (std::size_t i = static_cast<std::size_t>(channels); i < s.size(); ++i)
          most = std::max(most, std::abs(s[i] - s[i - static_cast<std::size_t>(channels)]));
        return most;
      };
      const double natural = 0.5 * 2 * std::numbers::pi * 440 / rate;
      EXPECT_GT(steepest(joined[0]), 2 * natural);  // the ranges do make a click
      EXPECT_LT(steepest(joined[1]), 1.15 * natural);
      // Away from the joins nothing changes.
      const auto join = static_cast<std::size_t>(reel::sample_at(1001300us, rate) * channels);
      for (std::size_t i = 0; i < join; ++i) ASSERT_EQ(joined[0][i], joined[1][i]);
      for (std::size_t i = join + static_cast<std::size_t>(rate / 50 * channels); i < join * 3 / 2; ++i)
        ASSERT_EQ(joined[0][i], joined[1][i]);
    }
  }
}

TEST_F(CutTest, SixteenBitSoundIsCrossfadedToo) {
  Graph graph("appsrc name=a caps=\"" + sound_caps("S16LE", rate_48k, 1) +
              "\" ! c.audio_sink reel-cut name=c remove=1s..2s c.audio_src ! appsink name=ao");
  std::vector<std::int16_t> data(3 * rate_48k, 10000);
  std::fill(data.begin() + 2 * rate_48k, data.end(), std::int16_t{-10000});
  graph.push("a", make_buffer(data.data(), data.size() * 2, 0s, 3s));
  graph.run();
  const auto out = graph.output("ao").samples<std::int16_t>();
  ASSERT_EQ(out.size(), 2U * rate_48k);
  EXPECT_EQ(out[rate_48k - 1], 10000);
  EXPECT_NEAR(out[rate_48k + 240], 0, 100);
  EXPECT_EQ(out[rate_48k + 480], -10000);
  for (std::size_t i = 1; i < out.size(); ++i) ASSERT_LT(std::abs(out[i] - out[i - 1]), 80);
}

TEST_F(CutTest, EndsEarlySoThatTheRestIsNotDecoded) {
  Graph graph(
      "videotestsrc name=endless ! video/x-raw,format=GRAY8,width=16,height=4,framerate=25/1 ! reel-cut keep=1s..2s ! "
      "appsink name=vo");
  graph.run(10s);
  EXPECT_EQ(graph.output("vo").buffers.size(), 25U);
}

TEST_F(CutTest, AcceptsSegmentsFromTheMiddle) {
  // The second half of a clip as after a seek: stream time goes on counting from the start of the media.
  Graph graph(
      "videotestsrc num-buffers=100 ! video/x-raw,format=GRAY8,width=16,height=4,framerate=25/1 ! reel-cut "
      "remove=1s..2s ! appsink name=vo");
  gst_element_set_state(graph.pipeline(), GST_STATE_PAUSED);
  gst_element_get_state(graph.pipeline(), nullptr, nullptr, GST_CLOCK_TIME_NONE);
  // In output time: 1.4 s there is 2.4 s in the source.
  ASSERT_NE(gst_element_seek_simple(graph.pipeline(), GST_FORMAT_TIME,
                                    static_cast<GstSeekFlags>(GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE),
                                    1400 * GST_MSECOND),
            FALSE);
  graph.run();
  const auto& out = graph.output("vo");
  ASSERT_FALSE(out.buffers.empty());
  EXPECT_EQ(pts(out.buffers.front()), 1400ms);
  EXPECT_EQ(out.segment.start, static_cast<guint64>(1400 * GST_MSECOND));
}

TEST_F(CutTest, TellsTheDurationOfItsOutput) {
  Graph graph(
      "videotestsrc num-buffers=100 ! video/x-raw,format=GRAY8,width=16,height=4,framerate=25/1 ! reel-cut "
      "remove=1s..2500ms ! appsink name=vo");
  gst_element_set_state(graph.pipeline(), GST_STATE_PAUSED);
  gst_element_get_state(graph.pipeline(), nullptr, nullptr, GST_CLOCK_TIME_NONE);
  gint64 duration = 0;
  ASSERT_NE(gst_element_query_duration(graph.pipeline(), GST_FORMAT_TIME, &duration), FALSE);
  EXPECT_EQ(Time{duration}, 2500ms);
}

TEST_F(CutTest, TimestampsRoundedToMillisecondsLeaveNoHoles) {
  Graph graph("appsrc name=a caps=\"" + sound_caps("S32LE", 44100, 1) +
              "\" ! c.audio_sink reel-cut name=c crossfade=0 remove=1s..2s c.audio_src ! appsink name=ao");
  const std::int64_t total = 44100 * 3;
  for (std::int64_t at = 0; at < total; at += 960) {
    std::vector<std::int32_t> data;
    for (std::int64_t n = at; n < std::min(at + 960, total); ++n) data.push_back(static_cast<std::int32_t>(n * 16));
    const Time exact = reel::time_of_sample(at, 44100);
    graph.push("a", make_buffer(data.data(), data.size() * 4, Time{exact.count() / 1000000 * 1000000}, -1ns));
  }
  graph.run();
  expect_exact_samples(graph.output("ao"), Ranges({{0s, 1s}, {2s, 9s}}), total, 44100, 1);
}

std::string fault_of(const std::string& with, int frames = 25) {
  try {
    Graph graph("appsrc name=v caps=\"" + Numbered::caps("25/1") + "\" ! reel-cut " + with + " ! appsink name=vo");
    push_pictures(graph, "v", frames, 25);
    graph.run(5s);
  } catch (const std::runtime_error& e) {
    return e.what();
  }
  return "";
}

TEST_F(CutTest, SaysWhatIsWrong) {
  EXPECT_THAT(fault_of(""), HasSubstr("cut was told nothing"));
  EXPECT_THAT(fault_of("keep=1s..2s remove=3s..4s"), HasSubstr("both keep and remove"));
  EXPECT_THAT(fault_of("remove=0.."), HasSubstr("nothing is left"));
  EXPECT_THAT(fault_of("keep=50s..60s"), HasSubstr("nothing is left"));
  EXPECT_THAT(fault_of("keep=soon"), HasSubstr("cannot read 'soon'"));
}

TEST_F(CutTest, GapsAreCutAsSoundIs) {
  Graph graph("appsrc name=a caps=\"" + sound_caps("S32LE", rate_48k, 1) +
              "\" ! c.audio_sink reel-cut name=c crossfade=0 remove=1s..2s c.audio_src ! appsink name=ao");
  const auto block = [&](Time at) {
    const std::vector<std::int32_t> data(rate_48k / 2, static_cast<std::int32_t>(at.count() / 1000000));
    graph.push("a", make_buffer(data.data(), data.size() * 4, at, 500ms));
  };
  block(0s);
  block(2500ms);
  graph.run();
  const auto& out = graph.output("ao").buffers;
  ASSERT_EQ(out.size(), 2U);
  EXPECT_EQ(pts(out[1]), 1500ms);
  EXPECT_TRUE(GST_BUFFER_FLAG_IS_SET(out[1].get(), GST_BUFFER_FLAG_DISCONT));
}

TEST_F(CutTest, AHundredShortRunsNeverHang) {
  for (int run = 0; run < 100; ++run) {
    Graph graph(both("keep=200ms..400ms,600ms..700ms", Numbered::caps("25/1"), sound_caps("S32LE", 8000, 1)));
    push_pictures(graph, "v", 25, 25);
    push_counted(graph, "a", 8000, 8000, 1);
    graph.run(5s);
    ASSERT_EQ(graph.output("vo").buffers.size(), 8U);
    ASSERT_EQ(graph.output("ao").samples<std::int32_t>().size(), 2400U);
  }
}

}  // namespace
