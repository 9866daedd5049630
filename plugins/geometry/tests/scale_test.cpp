#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <reel/testing/testing.hpp>

namespace {

using namespace reel::testing;
using ::testing::HasSubstr;

class ScaleTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { load_plugin("geometry"); }
  static Picture scale(const std::string& options, const Picture& in) {
    return run_video("reel-scale " + options, {in}).pictures.at(0);
  }
  static std::pair<int, int> size(const std::string& options, const Picture& in) {
    const Picture out = scale(options, in);
    return {out.width(), out.height()};
  }
};
using Size = std::pair<int, int>;

TEST_F(ScaleTest, OneSideKeepsProportions) {
  const Picture in = Picture::gradient("I420", 640, 360);
  EXPECT_EQ(size("width=320", in), Size(320, 180));
  EXPECT_EQ(size("height=720", in), Size(1280, 720));
  EXPECT_EQ(size("", in), Size(640, 360));
  EXPECT_EQ(size("width=333", in), Size(334, 188));
  EXPECT_EQ(size("width=333", Picture::gradient("Y444", 640, 360)), Size(333, 187));
}

TEST_F(ScaleTest, FitsDecideTheSize) {
  const Picture in = Picture::gradient("I420", 640, 360);
  EXPECT_EQ(size("width=400 height=400 fit=stretch", in), Size(400, 400));
  EXPECT_EQ(size("width=400 height=400 fit=contain", in), Size(400, 400));
  EXPECT_EQ(size("width=400 height=400 fit=cover", in), Size(400, 400));
  EXPECT_EQ(size("width=400 height=400 fit=inside", in), Size(400, 226));
}

TEST_F(ScaleTest, ContainPutsBarsOfTheBackground) {
  const Picture in = Picture::solid("I420", 64, 32, {200, 128, 128, 0});
  const Picture out = scale("width=64 height=64 fit=contain background=0xff000000", in);
  EXPECT_EQ(out.at(0, 32, 15), 16);
  EXPECT_EQ(out.at(0, 32, 16), 200);
  EXPECT_EQ(out.at(0, 32, 47), 200);
  EXPECT_EQ(out.at(0, 32, 48), 16);
  const Picture deep =
      scale("width=64 height=64 background=0xffffffff", Picture::solid("I420_10LE", 64, 32, {60, 128, 128, 0}));
  EXPECT_EQ(deep.at(0, 32, 15), 940);
  EXPECT_EQ(deep.at(1, 16, 7), 512);
  EXPECT_EQ(deep.at(0, 32, 16), 240);
  EXPECT_EQ(deep.at(0, 32, 48), 940);
  const Picture red = scale("width=64 height=64 background=0xffff0000", Picture::solid("RGB", 64, 32, {0, 0, 9, 0}));
  EXPECT_EQ(red.at(0, 5, 5), 255);
  EXPECT_EQ(red.at(2, 5, 5), 0);
  EXPECT_EQ(red.at(2, 5, 32), 9);
}

TEST_F(ScaleTest, CoverCutsTheMiddle) {
  // Left and right quarters are dark, the middle half is bright: a square of it shows no dark.
  const Picture in = Picture::make("Y444", 80, 40, [](int c, int x, int) {
    return c != 0 ? 128 : x / 20 % 3 == 0 ? 20 : 220;
  });
  const Picture out = scale("width=40 height=40 fit=cover", in);
  EXPECT_EQ(out.at(0, 0, 20), 220);
  EXPECT_EQ(out.at(0, 39, 20), 220);
}

TEST_F(ScaleTest, AgreesWithSwscale) {
  for (const char* format : {"I420", "I420_10LE", "RGB"}) {
    SCOPED_TRACE(format);
    const double pi = 3.14159265358979;
    Picture in(format, 256, 256);
    in.for_each([&](int c, int x, int y) {
      const double u = double(x) / in.width(c), v = double(y) / in.height(c);
      in.set(c, x, y,
             static_cast<int>(in.full_scale() * (0.5 + 0.35 * std::sin(9 * pi * u * v + c) * std::cos(5 * pi * v))));
    });
    const auto [ours, theirs] = [&] {
      const Picture there = scale("width=128 height=128 method=bicubic", in);
      return std::pair(
          scale("width=256 height=256 method=bicubic", there),
          run_ffmpeg("scale=128:128:flags=bicubic+accurate_rnd,scale=256:256:flags=bicubic+accurate_rnd", {in}).at(0));
    }();
    EXPECT_GT(psnr(ours, theirs), 46);
    EXPECT_GT(psnr(ours, in), 50);
  }
}

TEST_F(ScaleTest, NearestKeepsHardPixels) {
  const Picture in = Picture::noise("RGB", 16, 16);
  const Picture out = scale("width=64 height=64 method=nearest", in);
  int wrong = 0;
  out.for_each([&](int c, int x, int y) { wrong += out.at(c, x, y) != in.at(c, x / 4, y / 4); });
  EXPECT_EQ(wrong, 0);
}

TEST_F(ScaleTest, DeepSamplesStayInRange) {
  Picture hard = Picture::make("Y444_10LE", 64, 64, [](int, int x, int y) { return (x / 4 + y / 4) % 2 * 1023; });
  int most = 0;
  const Picture large = scale("width=200 height=200 method=lanczos", hard);
  large.for_each([&](int c, int x, int y) {
    most = std::max(
        most,
        *reinterpret_cast<const std::uint16_t*>(
            &large.bytes()[large.info().offset[c] + static_cast<std::size_t>(y * large.info().stride[c] + 2 * x)]) +
            0);
  });
  EXPECT_EQ(most, 1023);
}

TEST_F(ScaleTest, SameSizeChangesNothing) {
  for (const char* format : {"I420", "NV12", "I422_10LE", "RGB", "Y444_12LE", "A420"}) {
    SCOPED_TRACE(format);
    const Picture in = Picture::noise(format, 62, 46);
    EXPECT_EQ(scale("width=62 height=46", in), in);
  }
}

TEST_F(ScaleTest, MakesPixelsSquare) {
  Graph graph(
      "videotestsrc num-buffers=1 ! video/x-raw,format=I420,width=720,height=576,pixel-aspect-ratio=64/45 "
      "! reel-scale height=360 ! appsink name=out");
  graph.run();
  const std::string& caps = graph.output("out").caps;
  EXPECT_THAT(caps, HasSubstr("width=(int)640"));
  EXPECT_THAT(caps, HasSubstr("height=(int)360"));
  EXPECT_THAT(caps, HasSubstr("pixel-aspect-ratio=(fraction)1/1"));
}

TEST_F(ScaleTest, OddAndTinyPictures) {
  EXPECT_EQ(size("width=320", Picture::noise("I420", 1, 1)), Size(320, 320));
  EXPECT_EQ(size("width=64", Picture::noise("I420", 3, 5)), Size(64, 106));
  EXPECT_EQ(size("width=2", Picture::noise("I420_10LE", 1279, 719)), Size(2, 2));
}

TEST_F(ScaleTest, RefusesImpossibleSizes) {
  try {
    scale("height=32766", Picture::noise("I420", 300, 2));
    FAIL();
  } catch (const std::runtime_error& e) {
    EXPECT_THAT(e.what(), HasSubstr("expected at most 32767"));
  }
}

}  // namespace
