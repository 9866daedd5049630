#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <complex>
#include <filesystem>
#include <reel/testing/run.hpp>

namespace {

using namespace reel::testing;
using namespace std::chrono_literals;
using reel::CapsPtr;
using reel::Time;
using ::testing::Each;
using ::testing::FloatNear;
using ::testing::HasSubstr;

class MixTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { load_plugin("sound"); }
};

void feed(Graph& graph, const char* name, const Sound& in, Time begin = 0s, std::size_t block = 1024) {
  GstAudioInfo info;
  gst_audio_info_init(&info);
  gst_audio_info_set_format(&info, GST_AUDIO_FORMAT_F32LE, in.rate, in.channels, nullptr);
  const CapsPtr caps(gst_audio_info_to_caps(&info));
  gst_app_src_set_caps(GST_APP_SRC(graph.element(name).get()), caps.get());
  const auto channels = static_cast<std::size_t>(in.channels);
  for (std::size_t n = 0; n < in.frames(); n += block) {
    const std::size_t end = std::min(n + block, in.frames());
    const auto at = [&](std::size_t frame) {
      return begin + reel::time_of_sample(static_cast<std::int64_t>(frame), in.rate);
    };
    graph.push(name,
               make_buffer(&in.samples[n * channels], (end - n) * channels * sizeof(float), at(n), at(end) - at(n)));
  }
}

struct Mixed {
  Sound sound;
  std::vector<Time> times, durations;
};

/// Either may be missing.
Mixed mix(const std::string& with, const Sound* main, const Sound* second, const std::vector<Keyframes>& keys = {},
          Time main_begin = 0s) {
  std::string launch = "reel-mix name=m " + with;
  if (main != nullptr) launch += " appsrc name=a0 ! m.audio_sink_0";
  if (second != nullptr) launch += " appsrc name=a1 ! m.audio_sink_1";
  Graph graph(launch + " m.audio_src ! appsink name=out");
  for (const Keyframes& k : keys) set_keyframes(graph.element("m").get(), k);
  if (main != nullptr) feed(graph, "a0", *main, main_begin);
  if (second != nullptr) feed(graph, "a1", *second, 0s, 777);
  graph.run(20s);
  const Output& out = graph.output("out");
  Mixed mixed;
  for (const auto& b : out.buffers) mixed.times.push_back(pts(b)), mixed.durations.push_back(duration(b));
  if (out.buffers.empty()) return mixed;
  GstAudioInfo info;
  const CapsPtr caps(gst_caps_from_string(out.caps.c_str()));
  gst_audio_info_from_caps(&info, caps.get());
  mixed.sound = {info.rate, info.channels, out.samples<float>()};
  return mixed;
}
Mixed mix(const std::string& with, const Sound& main, const Sound& second, const std::vector<Keyframes>& keys = {}) {
  return mix(with, &main, &second, keys);
}

std::vector<float> part(const Sound& s, double from, double to) {
  const auto at = [&](double t) {
    return s.samples.begin() + static_cast<std::ptrdiff_t>(std::lround(t * s.rate)) * s.channels;
  };
  return {at(from), at(to)};
}

Sound constant(double seconds, double value, int rate = 48000, int channels = 1) {
  return Sound::make(
      seconds, [=](double, int) { return value; }, rate, channels);
}

TEST_F(MixTest, AddsTheSecondToTheFirst) {
  const Sound a = Sound::noise(1.5, 0.4, 48000, 2, 1), b = Sound::noise(2, 0.4, 48000, 2, 2);
  const Sound out = mix("volume=0.5 original=2", a, b).sound;
  ASSERT_EQ(out.frames(), a.frames());
  for (std::size_t i = 0; i < out.samples.size(); ++i)
    ASSERT_NEAR(out.samples[i], 2 * a.samples[i] + 0.5F * b.samples[i], 1e-6) << i;
}

TEST_F(MixTest, PutsItInItsPlaceOrLeavesItAlone) {
  const Sound a = Sound::noise(0.5, 0.4), b = Sound::noise(0.5, 0.4, 48000, 1, 2);
  EXPECT_EQ(mix("original=0", a, b).sound.samples, b.samples);
  EXPECT_EQ(mix("volume=0", a, b).sound.samples, a.samples);
}

TEST_F(MixTest, TheTimesFollowEachOther) {
  const Sound a = Sound::noise(1, 0.4, 44100), b = Sound::noise(0.3, 0.4, 48000);
  const Mixed out = mix("start=200000000", a, b);
  Time next{0};
  for (std::size_t i = 0; i < out.times.size(); ++i) {
    ASSERT_NEAR(static_cast<double>(out.times[i].count()), static_cast<double>(next.count()), 2);
    next = out.times[i] + out.durations[i];
  }
  EXPECT_EQ(next, Time{1s});
}

TEST_F(MixTest, TheSecondBeginsAtItsSampleAndEndsOrBeginsAgain) {
  const Sound a = constant(2, 0.25), b = Sound::noise(0.5, 0.2, 48000, 1, 3);
  const Sound once = mix("start=700000000", a, b).sound;
  EXPECT_THAT(part(once, 0, 0.7), Each(0.25F));
  for (std::size_t i = 0; i < b.frames(); ++i) ASSERT_NEAR(once.at(33600 + i), 0.25F + b.at(i), 1e-6) << i;
  EXPECT_THAT(part(once, 1.2, 2), Each(0.25F));
  const Sound again = mix("start=700000000 at-end=repeat", a, b).sound;
  ASSERT_EQ(again.frames(), a.frames());
  for (std::size_t i = 33600; i < again.frames(); ++i)
    ASSERT_NEAR(again.at(i), 0.25F + b.at((i - 33600) % b.frames()), 1e-6) << i;
}

/// The amplitude of a frequency.
double level(const std::vector<float>& s, int rate, double hertz) {
  std::complex<double> sum = 0;
  for (std::size_t n = 0; n < s.size(); ++n)
    sum += static_cast<double>(s[n]) * std::polar(1.0, -2 * G_PI * hertz * static_cast<double>(n) / rate);
  return 2 * std::abs(sum) / static_cast<double>(s.size());
}

TEST_F(MixTest, ConvertsTheSecondToTheFirstsRateAndChannels) {
  for (const auto& [rate, channels] : {std::pair{44100, 1}, std::pair{48000, 2}, std::pair{8000, 2}}) {
    SCOPED_TRACE(rate);
    const Sound a = constant(2, 0), b = Sound::sine(1, 1000, 0.5, rate, channels);
    const Mixed out = mix("at-end=repeat", a, b);
    EXPECT_EQ(out.sound.rate, 48000);
    EXPECT_EQ(out.sound.channels, 1);
    ASSERT_EQ(out.sound.frames(), a.frames());
    // In phase but for a sample, from the first sample to the last, where it begins again, too.
    for (std::size_t i = 480; i + 480 < a.frames(); ++i)
      if (i % 48000 > 480 && i % 48000 < 47520) {
        ASSERT_NEAR(out.sound.at(i), 0.5 * std::sin(2 * G_PI * static_cast<double>(i) / 48), 0.06) << i;
      }
    EXPECT_NEAR(level(part(out.sound, 1, 2), 48000, 1000), 0.5, 0.01);
  }
}

TEST_F(MixTest, OutsideOfDuringTheFirstIsAsItWas) {
  const Sound a = Sound::noise(2, 0.3), b = Sound::noise(2, 0.3, 48000, 1, 2);
  const Sound out = mix("original=0 during=\"0.5s..1.5s\"", a, b).sound;
  EXPECT_EQ(part(out, 0, 0.5), part(a, 0, 0.5));
  EXPECT_EQ(part(out, 1.5, 2), part(a, 1.5, 2));
  EXPECT_EQ(part(out, 0.506, 1.494), part(b, 0.506, 1.494));
  // No click: neither side begins at once.
  EXPECT_NEAR(out.at(24000), a.at(24000), 1e-3);
}

TEST_F(MixTest, TakesKeyframes) {
  const Sound a = constant(2, 0.5), b = constant(2, 0.25);
  const Sound out = mix("", a, b, {{"volume", {{0s, 0}, {2s, 1}}}, {"original", {{0s, 1}, {2s, 0}}}}).sound;
  for (std::size_t i = 0; i < out.frames(); i += 97) {
    const double t = static_cast<double>(i) / 48000 / 2;
    ASSERT_NEAR(out.at(i), 0.5 * (1 - t) + 0.25 * t, 1e-4) << i;
  }
}

TEST_F(MixTest, LoudSoundStaysBeyondFullScaleAndIsClampedInIntegers) {
  const Sound a = constant(0.1, 0.9), b = constant(0.1, 0.9);
  EXPECT_THAT(mix("", a, b).sound.samples, Each(FloatNear(1.8F, 1e-5F)));
  Graph graph(
      "reel-mix name=m appsrc name=a0 ! m.audio_sink_0 appsrc name=a1 ! m.audio_sink_1 m.audio_src ! audioconvert "
      "dithering=none ! audio/x-raw,format=S16LE ! appsink name=out");
  feed(graph, "a0", a);
  feed(graph, "a1", b);
  graph.run();
  EXPECT_THAT(graph.output("out").samples<std::int16_t>(), Each(32767));
}

TEST_F(MixTest, TheFirstMayBeWithoutSound) {
  const Sound s = Sound::noise(0.5, 0.3);
  const Sound alone = mix("start=250000000 volume=2", nullptr, &s).sound;
  ASSERT_EQ(alone.frames(), 36000U);
  EXPECT_THAT(part(alone, 0, 0.25), Each(0.0F));
  for (std::size_t i = 0; i < s.frames(); ++i) ASSERT_NEAR(alone.at(12000 + i), 2 * s.at(i), 1e-6);
}

TEST_F(MixTest, AloneItIsAsLongAsTheFirst) {
  const Sound s = Sound::noise(0.5, 0.3);
  EXPECT_EQ(mix("main-length=300000000", nullptr, &s).sound.samples, part(s, 0, 0.3));
  const Sound longer = mix("main-length=800000000", nullptr, &s).sound;
  ASSERT_EQ(longer.frames(), 38400U);
  EXPECT_THAT(part(longer, 0.5, 0.8), Each(0.0F));
  const Sound again = mix("main-length=800000000 at-end=repeat", nullptr, &s).sound;
  EXPECT_EQ(part(again, 0.5, 0.8), part(s, 0, 0.3));
  try {
    mix("at-end=repeat", nullptr, &s);
    FAIL() << "for how long?";
  } catch (const std::runtime_error& e) {
    EXPECT_THAT(e.what(), HasSubstr("how long it is is not known"));
  }
}

TEST_F(MixTest, IsHeardWhereTheFirstsSoundBeginsLateOrEndsEarly) {
  const Sound a = constant(0.5, 0.5), b = constant(3, 0.25);
  const Sound out = mix("main-length=2000000000", &a, &b, {}, 1s).sound;
  ASSERT_EQ(out.frames(), 96000U);
  EXPECT_THAT(part(out, 0, 1), Each(0.25F));
  EXPECT_THAT(part(out, 1, 1.5), Each(0.75F));
  EXPECT_THAT(part(out, 1.5, 2), Each(0.25F));
}

TEST_F(MixTest, RefusesASingleInput) {
  const Sound s = Sound::noise(0.1, 0.3);
  try {
    mix("", &s, nullptr);
    FAIL();
  } catch (const std::runtime_error& e) {
    EXPECT_THAT(e.what(), HasSubstr("no second input with sound"));
  }
}

TEST_F(MixTest, RefusesAThirdInput) {
  Graph graph(
      "reel-mix name=m audiotestsrc ! m.audio_sink_0 audiotestsrc ! m.audio_sink_1 audiotestsrc ! m.audio_sink_2 "
      "m.audio_src ! appsink name=out");
  try {
    graph.run();
    FAIL();
  } catch (const std::runtime_error& e) {
    EXPECT_THAT(e.what(), HasSubstr("mix plays two inputs"));
  }
}

/// A file; lengths in hundredths of a second.
std::string tone(int hertz, int length) {
  const auto file = std::filesystem::path(::testing::TempDir()) /
                    ("reel-mix-" + std::to_string(getpid()) + "-" + std::to_string(hertz) + ".wav");
  Graph graph("audiotestsrc wave=sine samplesperbuffer=480 freq=" + std::to_string(hertz) +
              " num-buffers=" + std::to_string(length) +
              " ! audio/x-raw,format=F32LE,rate=48000,channels=1 ! wavenc ! filesink location=" + file.string());
  graph.run();
  return file.string();
}

/// Both inputs are files, so both are sent to the moment, and what comes from there is what came there before.
TEST_F(MixTest, AfterASeekBothAreWhereTheyBelong) {
  const std::string main = tone(200, 400), second = tone(310, 250);
  for (const std::string with : {"start=500000000", "at-end=repeat", "at-end=silence"}) {
    SCOPED_TRACE(with);
    const std::string launch =
        "filesrc location=" + main + " ! wavparse ! queue ! m.audio_sink_0 filesrc location=" + second +
        " ! wavparse ! queue ! m.audio_sink_1 reel-mix name=m " + with + " m.audio_src ! appsink name=out";
    Graph whole(launch);
    whole.run();
    const auto all = whole.output("out").samples<float>();
    ASSERT_EQ(all.size(), 192000U);
    Graph sought(launch);
    gst_element_set_state(sought.pipeline(), GST_STATE_PAUSED);
    gst_element_get_state(sought.pipeline(), nullptr, nullptr, GST_CLOCK_TIME_NONE);
    ASSERT_NE(
        gst_element_seek_simple(sought.pipeline(), GST_FORMAT_TIME,
                                static_cast<GstSeekFlags>(GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE), GST_SECOND),
        FALSE);
    sought.run();
    const auto late = sought.output("out").samples<float>();
    ASSERT_EQ(late.size(), 144000U);
    for (std::size_t i = 0; i < late.size(); ++i) ASSERT_EQ(late[i], all[48000 + i]) << i;
  }
  std::filesystem::remove(main);
  std::filesystem::remove(second);
}

}  // namespace
