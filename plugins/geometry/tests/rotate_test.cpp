#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <reel/testing/testing.hpp>

namespace {

using namespace reel::testing;
using ::testing::HasSubstr;

class RotateTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { load_plugin("geometry"); }
  static Picture rotate(const std::string& options, const Picture& in) {
    return run_video("reel-rotate " + options, {in}).pictures.at(0);
  }
};

constexpr const char* exact_formats[] = {"I420",   "YV12", "Y444",      "NV12",      "NV24",     "GRAY8",
                                         "A420",   "AYUV", "I420_10LE", "Y444_12LE", "AYUV64",   "A420_10LE",
                                         "ARGB64", "RGB",  "BGRx",      "GBR",       "GBRA_10LE"};

TEST_F(RotateTest, FourQuarterTurnsAreNone) {
  for (const char* format : exact_formats)
    for (const auto& [width, height] : {std::pair(64, 48), {37, 51}, {3, 5}, {1, 1}, {1279, 33}}) {
      SCOPED_TRACE(::testing::Message() << format << " " << width << "x" << height);
      const Picture in = Picture::noise(format, width, height);
      const std::string turn = "reel-rotate angle=90";
      EXPECT_EQ(run_video(turn + " ! " + turn + " ! " + turn + " ! " + turn, {in}).pictures.at(0), in);
      EXPECT_EQ(rotate("angle=180", rotate("angle=180", in)), in);
      EXPECT_EQ(rotate("angle=-90", rotate("angle=90", in)), in);
    }
}

TEST_F(RotateTest, TurnsClockwise) {
  const Picture in = Picture::noise("Y444", 6, 4);
  const Picture right = rotate("angle=90", in), half = rotate("angle=180", in), left = rotate("angle=270", in);
  ASSERT_EQ(right.width(), 4);
  ASSERT_EQ(right.height(), 6);
  for (int c = 0; c < 3; ++c)
    for (int y = 0; y < 4; ++y)
      for (int x = 0; x < 6; ++x) {
        EXPECT_EQ(right.at(c, 3 - y, x), in.at(c, x, y));
        EXPECT_EQ(half.at(c, 5 - x, 3 - y), in.at(c, x, y));
        EXPECT_EQ(left.at(c, y, 5 - x), in.at(c, x, y));
      }
}

TEST_F(RotateTest, Mirrors) {
  const Picture in = Picture::noise("I420", 8, 6);
  const Picture across = rotate("flip=horizontal", in), down = rotate("flip=vertical", in);
  EXPECT_EQ(across.at(0, 0, 1), in.at(0, 7, 1));
  EXPECT_EQ(across.at(1, 0, 1), in.at(1, 3, 1));
  EXPECT_EQ(down.at(0, 2, 0), in.at(0, 2, 5));
  EXPECT_EQ(down.at(2, 2, 0), in.at(2, 2, 2));
  EXPECT_EQ(rotate("angle=180 flip=vertical", in), across);
}

TEST_F(RotateTest, AgreesWithVideoflip) {
  const Picture in = Picture::noise("I420", 64, 48);
  EXPECT_EQ(rotate("angle=90", in), run_video("videoflip video-direction=90r", {in}).pictures.at(0));
  EXPECT_EQ(rotate("angle=90 flip=vertical", in), run_video("videoflip video-direction=ul-lr", {in}).pictures.at(0));
}

TEST_F(RotateTest, QuarterTurnOf422KeepsLumaExactAndChromaInPlace) {
  for (const char* format : {"Y42B", "I422_10LE"}) {
    SCOPED_TRACE(format);
    const Picture in = Picture::gradient(format, 64, 48);
    const Picture out = rotate("angle=90", in);
    ASSERT_EQ(out.width(), 48);
    ASSERT_EQ(out.width(1), 24);
    for (int y = 0; y < 64; ++y)
      for (int x = 0; x < 48; ++x) EXPECT_EQ(out.at(0, x, y), in.at(0, y, 47 - x));
    // U rises downwards in the input: after the turn, to the left.
    const int step = in.full_scale() / 40;
    for (int x = 0; x < 24; ++x)
      EXPECT_NEAR(out.at(1, x, 30), (in.at(1, 15, 47 - 2 * x) + in.at(1, 15, 46 - 2 * x)) / 2, step);
    EXPECT_LE(max_difference(rotate("angle=270", out), in), step);
  }
}

TEST_F(RotateTest, SmallAnglesKeepTheSizeUnlessTheyMayGrow) {
  const Picture in = Picture::gradient("I420", 200, 100);
  const Picture kept = rotate("angle=30", in), grown = rotate("angle=30 expand=true", in);
  EXPECT_EQ(kept.width(), 200);
  EXPECT_EQ(kept.height(), 100);
  EXPECT_EQ(grown.width(), 224);
  EXPECT_EQ(grown.height(), 188);
}

TEST_F(RotateTest, EmptyCornersHaveTheBackgroundColour) {
  for (const auto& [format, value] : {std::pair("I420", 41), {"I420_10LE", 41 * 4}, {"RGB", 0}}) {
    SCOPED_TRACE(format);
    const Picture in = Picture::solid(format, 100, 100, {200, 128, 128, 0});
    const Picture out = rotate("angle=45 background=0xff0000ff", in);  // blue
    EXPECT_NEAR(out.at(0, 1, 1), value, out.depth() > 8 ? 4 : 1);
    EXPECT_EQ(out.at(0, 50, 50), in.at(0, 50, 50));
  }
}

TEST_F(RotateTest, AgreesWithFfmpegAtAnyAngle) {
  const Picture in = Picture::gradient("I420", 120, 90);
  const Picture ours = rotate("angle=10 method=bilinear", in);
  const Picture theirs = run_ffmpeg("rotate=10*PI/180:c=black", {in}).at(0);
  double worst = 0;  // inside; the filters differ at the edges
  for (int y = 25; y < 65; ++y)
    for (int x = 25; x < 95; ++x) worst = std::max(worst, std::abs(double(ours.at(0, x, y) - theirs.at(0, x, y))));
  EXPECT_LE(worst, 3);
}

TEST_F(RotateTest, AFullCircleInStepsStaysClose) {
  const Picture in = Picture::gradient("Y444_10LE", 121, 121);
  const std::string stage = "reel-rotate angle=30";
  const Picture out = run_video(stage + " ! " + stage + " ! " + stage, {in}).pictures.at(0);
  const Picture exact = rotate("angle=90", in);
  for (int y = 40; y < 80; ++y)
    for (int x = 40; x < 80; ++x) EXPECT_NEAR(out.at(0, x, y), exact.at(0, x, y), 4);
}

TEST_F(RotateTest, EveryFormatTakesAnyAngle) {
  for (const char* format : exact_formats) {
    SCOPED_TRACE(format);
    const Picture in = Picture::solid(format, 33, 21, {120, 90, 140, 255});
    const Picture out = rotate("angle=7.5", in);
    for (int c = 0; c < out.components(); ++c)
      EXPECT_EQ(out.at(c, out.width(c) / 2, out.height(c) / 2), in.at(c, in.width(c) / 2, in.height(c) / 2));
  }
}

TEST_F(RotateTest, PixelAspectTurnsToo) {
  Graph graph(
      "videotestsrc num-buffers=1 ! video/x-raw,format=I420,width=720,height=576,pixel-aspect-ratio=16/15 "
      "! reel-rotate angle=90 ! appsink name=out");
  graph.run();
  EXPECT_THAT(graph.output("out").caps, HasSubstr("pixel-aspect-ratio=(fraction)15/16"));
}

}  // namespace
