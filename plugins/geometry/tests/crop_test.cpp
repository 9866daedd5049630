#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <reel/testing/testing.hpp>

namespace {

using namespace reel::testing;
using ::testing::HasSubstr;

class CropTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { load_plugin("geometry"); }
  static Picture crop(const std::string& options, const Picture& in) {
    return run_video("reel-crop " + options, {in}).pictures.at(0);
  }
  static std::string failure_of(const std::string& options, const Picture& in) {
    try {
      crop(options, in);
    } catch (const std::runtime_error& e) {
      return e.what();
    }
    return "no failure";
  }
};

/// Every sample of `out` is the one of `in` that lies (x, y) pixels further.
void expect_part(const Picture& in, const Picture& out, int x, int y) {
  int wrong = 0;
  out.for_each([&](int c, int cx, int cy) {
    const int sx = in.info().finfo->w_sub[c], sy = in.info().finfo->h_sub[c];
    wrong += out.at(c, cx, cy) != in.at(c, cx + (x >> sx), cy + (y >> sy));
  });
  EXPECT_EQ(wrong, 0);
}

TEST_F(CropTest, EdgesInEveryFormat) {
  for (const char* format :
       {"I420",      "YV12", "Y42B", "Y41B",      "Y444",      "NV12",      "NV21",      "NV16",      "NV24",
        "GRAY8",     "A420", "AYUV", "P010_10LE", "I420_10LE", "I422_10LE", "Y444_10LE", "I420_12LE", "Y444_16LE",
        "A422_10LE", "RGB",  "BGRx", "RGBA",      "GBR",       "GBR_10LE",  "GBRA_12LE"}) {
    SCOPED_TRACE(format);
    const Picture in = Picture::noise(format, 64, 48);
    const Picture out = crop("left=4 right=8 top=2 bottom=6", in);
    EXPECT_EQ(out.width(), 52);
    EXPECT_EQ(out.height(), 40);
    expect_part(in, out, 4, 2);
  }
}

TEST_F(CropTest, RoundsToChromaSamplesOfTheFormat) {
  const Picture small = crop("left=3 top=3 right=2 bottom=2", Picture::noise("I420", 32, 32));
  EXPECT_EQ(small.width(), 26);
  EXPECT_EQ(small.height(), 26);
  const Picture in = Picture::noise("Y444", 32, 32);
  const Picture exact = crop("left=3 top=3 right=2 bottom=2", in);
  EXPECT_EQ(exact.width(), 27);
  EXPECT_EQ(exact.height(), 27);
  expect_part(in, exact, 3, 3);
}

TEST_F(CropTest, OddPicturesKeepTheirOddSizeWhereNothingIsCut) {
  const Picture in = Picture::noise("I420", 1279, 719);
  const Picture out = crop("top=100", in);
  EXPECT_EQ(out.width(), 1279);
  EXPECT_EQ(out.height(), 618);
  expect_part(in, out, 0, 100);
  EXPECT_EQ(crop("", Picture::noise("I420_10LE", 3, 5)), Picture::noise("I420_10LE", 3, 5));
  EXPECT_EQ(crop("", Picture::noise("I420", 1, 1)), Picture::noise("I420", 1, 1));
}

TEST_F(CropTest, RegionInSharesAndPixels) {
  const Picture in = Picture::noise("I420", 100, 80);
  for (const char* region : {"box 0.2 0.25 0.5 0.5", "box 20 20 50 40 px"}) {
    const Picture out = crop("region=\"" + std::string(region) + "\"", in);
    EXPECT_EQ(out.width(), 50);
    EXPECT_EQ(out.height(), 40);
    expect_part(in, out, 20, 20);
  }
}

TEST_F(CropTest, AspectIsCutRoundTheCentre) {
  const Picture in = Picture::noise("I420", 640, 480);
  const Picture wide = crop("aspect=16:9", in);
  EXPECT_EQ(wide.width(), 640);
  EXPECT_EQ(wide.height(), 360);
  expect_part(in, wide, 0, 60);
  const Picture square = crop("aspect=1", in);
  EXPECT_EQ(square.width(), 480);
  expect_part(in, square, 80, 0);
}

TEST_F(CropTest, SaysWhatIsWrong) {
  const Picture in = Picture::noise("I420", 64, 48);
  EXPECT_THAT(failure_of("left=40 right=40", in), HasSubstr("nothing is left of a picture of 64x48 pixels"));
  EXPECT_THAT(failure_of("aspect=wide", in), HasSubstr("cannot read the aspect 'wide'"));
  EXPECT_THAT(failure_of("aspect=16:0", in), HasSubstr("expected proportions such as 16:9"));
  EXPECT_THAT(failure_of("region=\"polygon 0 0 1 0 1 1\"", in), HasSubstr("expected a box"));
  EXPECT_THAT(failure_of("region=nonsense", in), HasSubstr("cannot read 'nonsense'"));
}

TEST_F(CropTest, TimestampsAndCapsStay) {
  const auto in = Picture::noise("I420", 64, 48);
  const VideoRun run = run_video("reel-crop left=2", {in, in, in}, {.fps_n = 30000, .fps_d = 1001});
  ASSERT_EQ(run.times.size(), 3U);
  EXPECT_EQ(run.times[2].count(), 66'733'333);
  EXPECT_THAT(run.caps, HasSubstr("30000/1001"));
}

}  // namespace
