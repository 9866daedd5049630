#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numbers>
#include <reel/testing/testing.hpp>

#include "streams.hpp"

namespace {

using namespace reel::testing;
using namespace std::chrono_literals;
using reel::BufferPtr;
using reel::CapsPtr;
using reel::Time;
using ::testing::HasSubstr;

class TransitionTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { load_plugin("timeline"); }
};

struct Clip {
  std::vector<Picture> pictures;
  std::vector<float> sound;  ///< one channel
  int rate = 48000;
  int fps = 25;
};

Clip grey(int luma, std::size_t count, const char* format = "I420", int width = 16, int height = 8) {
  return {.pictures = std::vector<Picture>(count, Picture::solid(format, width, height, {luma, 128, 128, 0}))};
}

struct Joined {
  std::vector<Picture> pictures;
  std::vector<Time> times;
  std::vector<float> sound;
  Time sound_begin{-1};

  std::vector<int> lumas(int x = 0, int y = 0) const {
    std::vector<int> values;
    for (const Picture& p : pictures) values.push_back(p.at(0, x, y));
    return values;
  }
};

void feed(Graph& graph, const std::string& n, const Clip& clip) {
  if (!clip.pictures.empty()) {
    GstVideoInfo info = clip.pictures[0].info();
    info.fps_n = clip.fps, info.fps_d = 1;
    const CapsPtr caps(gst_video_info_to_caps(&info));
    gst_app_src_set_caps(GST_APP_SRC(graph.element(("v" + n).c_str()).get()), caps.get());
    const Time each = Time{1s} / clip.fps;
    for (std::size_t i = 0; i < clip.pictures.size(); ++i)
      graph.push("v" + n, clip.pictures[i].buffer(each * static_cast<int>(i), each));
  }
  if (clip.sound.empty()) return;
  const CapsPtr caps(gst_caps_from_string(sound_caps("F32LE", clip.rate, 1).c_str()));
  gst_app_src_set_caps(GST_APP_SRC(graph.element(("a" + n).c_str()).get()), caps.get());
  push_sound(graph, ("a" + n).c_str(), static_cast<std::int64_t>(clip.sound.size()), clip.rate, 1,
             [&](std::int64_t i) { return clip.sound[static_cast<std::size_t>(i)]; });
}

Joined join(const std::string& with, const Clip& first, const Clip& second) {
  std::string launch = "reel-transition name=t " + with;
  const auto source = [&](bool there, const std::string& name, const std::string& pad) {
    if (there) launch += " appsrc name=" + name + " ! t." + pad;
  };
  source(!first.pictures.empty(), "v0", "video_sink_0");
  source(!second.pictures.empty(), "v1", "video_sink_1");
  source(!first.sound.empty(), "a0", "audio_sink_0");
  source(!second.sound.empty(), "a1", "audio_sink_1");
  if (!first.pictures.empty() || !second.pictures.empty())
    launch += " t.video_src ! queue max-size-buffers=0 max-size-bytes=0 ! appsink name=vo";
  if (!first.sound.empty() || !second.sound.empty())
    launch += " t.audio_src ! queue max-size-buffers=0 max-size-bytes=0 ! appsink name=ao";
  Graph graph(launch);
  feed(graph, "0", first);
  feed(graph, "1", second);
  graph.run(20s);
  Joined result;
  const Output& video = graph.output("vo");
  for (const auto& b : video.buffers) {
    GstVideoInfo info;
    const CapsPtr caps(gst_caps_from_string(video.caps.c_str()));
    gst_video_info_from_caps(&info, caps.get());
    result.pictures.push_back(Picture::from(b.get(), info));
    result.times.push_back(pts(b));
  }
  const Output& audio = graph.output("ao");
  result.sound = audio.samples<float>();
  if (!audio.buffers.empty()) result.sound_begin = pts(audio.buffers[0]);
  return result;
}

TEST_F(TransitionTest, PlaysOneAfterTheOther) {
  const Joined out = join("duration=0", grey(50, 10), grey(200, 7));
  std::vector<int> expected(10, 50);
  expected.insert(expected.end(), 7, 200);
  EXPECT_EQ(out.lumas(), expected);
  for (std::size_t i = 0; i < out.times.size(); ++i) EXPECT_EQ(out.times[i], static_cast<int>(i) * 40ms);
}

TEST_F(TransitionTest, FadesOverTheOverlap) {
  const Joined out = join("duration=400000000", grey(50, 20), grey(200, 20));
  ASSERT_EQ(out.pictures.size(), 30U);
  for (int i = 0; i < 30; ++i) {
    const double share = std::clamp((i - 10 + 0.5) / 10, 0.0, 1.0);
    const double expected = i < 10 ? 50 : i >= 20 ? 200 : 50 + 150 * share;
    EXPECT_NEAR(out.lumas()[static_cast<std::size_t>(i)], expected, 0.51) << i;
    EXPECT_EQ(out.times[static_cast<std::size_t>(i)], i * 40ms);
  }
}

TEST_F(TransitionTest, EachPictureOfBothIsShownInOrder) {
  Clip first = grey(0, 20), second = grey(0, 20);
  for (int i = 0; i < 20; ++i) {
    first.pictures[static_cast<std::size_t>(i)] = Picture::solid("I420", 16, 8, {20 + i, 128, 128, 0});
    second.pictures[static_cast<std::size_t>(i)] = Picture::solid("I420", 16, 8, {120 + i, 128, 128, 0});
  }
  // A wipe to the right shows both at once: the second on the left, the first on the right.
  const Joined out = join("kind=wipe-right duration=400000000", first, second);
  ASSERT_EQ(out.pictures.size(), 30U);
  for (int i = 0; i < 30; ++i) {
    const auto& p = out.pictures[static_cast<std::size_t>(i)];
    EXPECT_EQ(p.at(0, 0, 0), i < 10 ? 20 + i : 120 + i - 10) << i;
    EXPECT_EQ(p.at(0, 15, 0), i < 20 ? 20 + i : 120 + i - 10) << i;
  }
}

TEST_F(TransitionTest, WipesAndSlidesShowEachPixelWhereItBelongs) {
  // Columns and rows that carry their number; one picture in the middle of the overlap: half of each.
  const int w = 16, h = 8;
  for (const char* format : {"I420", "RGB", "NV12", "I420_10LE", "AYUV"})
    for (const char* kind :
         {"wipe-left", "wipe-right", "wipe-up", "wipe-down", "slide-left", "slide-right", "slide-up", "slide-down"}) {
      SCOPED_TRACE(::testing::Message() << format << " " << kind);
      const Picture a = Picture::noise(format, w, h, 1), b = Picture::noise(format, w, h, 2);
      const Joined out = join(std::string("duration=40000000 kind=") + kind, {.pictures = {a}}, {.pictures = {b}});
      ASSERT_EQ(out.pictures.size(), 1U);
      const std::string_view k = kind;
      const bool slide = k.starts_with("slide");
      int wrong = 0;
      out.pictures[0].for_each([&](int c, int x, int y) {
        const int width = a.width(c), height = a.height(c);
        int from_second = 0, sx = x, sy = y;
        if (k.ends_with("left")) from_second = x >= width / 2, sx = slide ? (x + width / 2) % width : x;
        if (k.ends_with("right")) from_second = x < width / 2, sx = slide ? (x + width / 2) % width : x;
        if (k.ends_with("up")) from_second = y >= height / 2, sy = slide ? (y + height / 2) % height : y;
        if (k.ends_with("down")) from_second = y < height / 2, sy = slide ? (y + height / 2) % height : y;
        wrong += out.pictures[0].at(c, x, y) != (from_second != 0 ? b : a).at(c, sx, sy);
      });
      EXPECT_EQ(wrong, 0);
    }
}

TEST_F(TransitionTest, DipsToAColour) {
  const Joined out = join("kind=dip duration=400000000 color=0xffffffff", grey(50, 20), grey(100, 20));
  const auto lumas = out.lumas();
  EXPECT_EQ(lumas[9], 50);
  EXPECT_NEAR(lumas[14], 50 + 185 * 0.9, 1);
  EXPECT_NEAR(lumas[15], 100 + 135 * 0.9, 1);
  EXPECT_EQ(lumas[20], 100);
}

TEST_F(TransitionTest, FitsTheSecondIntoTheFirst) {
  // A tall picture into a wide one: black at both sides, its shape kept.
  const Joined out = join("duration=0", grey(50, 2, "I420", 32, 16), grey(200, 2, "Y444", 8, 16));
  ASSERT_EQ(out.pictures.size(), 4U);
  const Picture& p = out.pictures[3];
  EXPECT_EQ(p.width(), 32);
  EXPECT_EQ(p.at(0, 2, 8), 16);
  EXPECT_EQ(p.at(0, 29, 8), 16);
  EXPECT_NEAR(p.at(0, 16, 8), 200, 1);
  EXPECT_NEAR(p.at(0, 13, 8), 200, 1);
}

TEST_F(TransitionTest, CrossfadesSoundAtEqualPower) {
  Clip first = grey(50, 25), second = grey(60, 25);
  first.sound.assign(48000, 0.5F);
  second.sound.assign(48000, -0.25F);
  const Joined out = join("duration=500000000", first, second);
  // 25 pictures end at 1 s; the overlap is 0.5 s to 1 s.
  ASSERT_EQ(out.sound.size(), 72000U);
  EXPECT_EQ(out.sound_begin, Time{0});
  double worst = 0;
  for (int i = 0; i < 72000; ++i) {
    const double angle = std::numbers::pi / 2 * std::clamp((i - 24000 + 0.5) / 24000, 0.0, 1.0);
    const double expected = i < 24000 ? 0.5 : i >= 48000 ? -0.25 : 0.5 * std::cos(angle) - 0.25 * std::sin(angle);
    worst = std::max(worst, std::abs(out.sound[static_cast<std::size_t>(i)] - expected));
  }
  EXPECT_LT(worst, 1e-6);
}

TEST_F(TransitionTest, PicturesDecideWhereTheSecondBegins) {
  // Sound that is longer or shorter than the pictures does not move what follows.
  for (const std::size_t length : {std::size_t{40000}, std::size_t{60000}}) {
    Clip first = grey(50, 25), second = grey(60, 25);
    first.sound.assign(length, 0.5F);
    second.sound.assign(48000, 0);
    second.sound[24000] = 1;
    const Joined out = join("duration=0", first, second);
    ASSERT_EQ(out.sound.size(), 96000U);
    EXPECT_EQ(out.sound[72000], 1) << length;
  }
}

TEST_F(TransitionTest, AnInputWithoutSoundIsSilent) {
  Clip silent = grey(50, 25), loud = grey(60, 25);
  loud.sound.assign(48000, 0.5F);
  const Joined later = join("duration=0", silent, loud);
  ASSERT_EQ(later.sound.size(), 96000U);
  EXPECT_EQ(later.sound[47999], 0);
  EXPECT_EQ(later.sound[48000], 0.5F);
  const Joined before = join("duration=500000000", loud, silent);
  ASSERT_EQ(before.sound.size(), 48000U);
  EXPECT_EQ(before.sound[23999], 0.5F);
  EXPECT_NEAR(before.sound[47999], 0, 1e-4);
}

TEST_F(TransitionTest, SoundAloneIsJoinedToo) {
  Clip first, second;
  first.sound.assign(48000, 0.5F);
  second.sound.assign(24000, 0.25F);
  const Joined out = join("duration=250000000", first, second);
  EXPECT_EQ(out.sound.size(), 60000U);
}

TEST_F(TransitionTest, SoundOfAnotherRateKeepsItsPitchAndItsTime) {
  Clip first, second;
  first.sound.assign(48000, 0);
  second.rate = 44100;
  for (int i = 0; i < 44100; ++i)
    second.sound.push_back(static_cast<float>(0.5 * std::sin(2 * std::numbers::pi * 1000 * i / 44100)));
  const Joined out = join("duration=0", first, second);
  EXPECT_NEAR(static_cast<double>(out.sound.size()), 96000, 2);
  double worst = 0;
  for (std::size_t i = 50000; i < 94000; ++i)
    worst = std::max(worst, std::abs(out.sound[i] - 0.5 * std::sin(2 * std::numbers::pi * 1000 *
                                                                   static_cast<double>(i - 48000) / 48000)));
  EXPECT_LT(worst, 0.01);
}

TEST_F(TransitionTest, AnOverlapLongerThanTheFirstBeginsWithIt) {
  const Joined out = join("duration=5000000000", grey(50, 10), grey(200, 20));
  EXPECT_EQ(out.pictures.size(), 20U);
  EXPECT_NEAR(out.lumas()[0], 50 + 150 * 0.05, 1);
}

TEST_F(TransitionTest, SaysThatASecondInputIsMissing) {
  Clip first = grey(50, 5);
  try {
    join("", first, {});
    FAIL() << "it ran";
  } catch (const std::runtime_error& e) {
    EXPECT_THAT(e.what(), HasSubstr("no second input"));
  }
}

}  // namespace
