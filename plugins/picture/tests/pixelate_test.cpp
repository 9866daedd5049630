#include "stages.hpp"

namespace {

using namespace reel::testing;
using namespace std::chrono_literals;

using PixelateTest = PictureTest;

int mean(const Picture& p, int c, int left, int top, int right, int bottom) {
  long long sum = 0;
  for (int y = top; y < bottom; ++y)
    for (int x = left; x < right; ++x) sum += p.at(c, x, y);
  const long long n = static_cast<long long>(right - left) * (bottom - top);
  return static_cast<int>((sum * 2 + n) / (2 * n));
}

TEST_F(PixelateTest, EveryBlockHasTheMeanOfItsSamples) {
  for (const std::string& format : yuv_formats) {
    SCOPED_TRACE(format);
    const Picture in = Picture::noise(format, 83, 51);
    const Picture out = apply("reel-pixelate size=10", in);
    for (int c = 0; c < in.components(); ++c) {
      const int bx = in.width(c) < 83 ? 5 : 10, by = in.height(c) < 51 ? 5 : 10;
      int wrong = 0;
      for (int y = 0; y < in.height(c); ++y)
        for (int x = 0; x < in.width(c); ++x) {
          const int left = x / bx * bx, top = y / by * by;
          const int expected =
              mean(in, c, left, top, std::min(left + bx, in.width(c)), std::min(top + by, in.height(c)));
          wrong += out.at(c, x, y) != expected ? 1 : 0;
        }
      EXPECT_EQ(wrong, 0) << "component " << c;
    }
  }
}

TEST_F(PixelateTest, TakesFractionsOfPixels) {
  const Picture out = apply("reel-pixelate size=2.5", Picture::noise("GRAY8", 20, 5));
  // Blocks end at round(2.5 n): 3, 5, 8, 10, …
  EXPECT_EQ(out.at(0, 0, 0), out.at(0, 2, 2));
  EXPECT_NE(out.at(0, 2, 0), out.at(0, 3, 0));
  EXPECT_EQ(out.at(0, 3, 0), out.at(0, 4, 0));
  EXPECT_NE(out.at(0, 4, 0), out.at(0, 5, 0));
}

TEST_F(PixelateTest, SizeOneChangesNothingAndSizesGrowByKeyframes) {
  const Picture in = Picture::noise("I420_10LE", 64, 48);
  EXPECT_EQ(apply("reel-pixelate size=1", in), in);
  const auto run =
      run_video("reel-pixelate", std::vector<Picture>(11, in), {.keyframes = {{"size", {{0s, 1}, {400ms, 21}}}}});
  EXPECT_EQ(run.pictures[0], in);
  EXPECT_EQ(run.pictures[5], apply("reel-pixelate size=11", in));
  EXPECT_EQ(run.pictures[10], apply("reel-pixelate size=21", in));
}

TEST_F(PixelateTest, BlocksStayWhereTheyAreWhenTheRegionMoves) {
  const Picture in = Picture::noise("Y444", 100, 40);
  const Picture all = apply("reel-pixelate size=8", in);
  const auto run = run_video("reel-pixelate size=8 region=\"0:box 0 0 30 40 px;1s:box 70 0 30 40 px\"",
                             std::vector<Picture>(26, in));
  for (std::size_t i = 0; i < 26; ++i) {
    const double left = 70.0 * static_cast<double>(i) / 25;
    for (int c = 0; c < 3; ++c) {
      expect_untouched(in, run.pictures[i], c, [&](int x, int) { return x + 1 <= left || x >= left + 30; });
      expect_untouched(all, run.pictures[i], c, [&](int x, int) { return x >= left && x + 1 <= left + 30; });
    }
  }
}

TEST_F(PixelateTest, TakesAnySizeOfPictureAndBlock) {
  for (const auto& [width, height] : odd_sizes)
    for (const std::string format : {"I420", "NV12", "Y42B", "I422_10LE", "RGBA", "RGB", "AYUV"})
      for (const char* const size : {"1.3", "7", "500"}) {
        SCOPED_TRACE(format + " " + std::to_string(width) + "x" + std::to_string(height) + " size " + size);
        const Picture out = apply(std::string("reel-pixelate region=\"polygon 0 0 1 0.1 0.7 1\" size=") + size,
                                  Picture::noise(format, width, height));
        EXPECT_EQ(out.height(), height);
      }
}

TEST_F(PixelateTest, TransparentPixelsDoNotCount) {
  const Picture in = Picture::make("RGBA", 8, 8, [](int c, int x, int) {
    return c == 3 ? (x < 4 ? 255 : 0) : x < 4 ? 200 : 10;
  });
  const Picture out = apply("reel-pixelate size=8", in);
  EXPECT_EQ(out.at(0, 0, 0), 200);
  EXPECT_EQ(out.at(3, 0, 0), 128);
}

TEST_F(PixelateTest, ActsOnlyDuringItsTimes) {
  const Picture in = Picture::noise("I420", 32, 32);
  const auto run = run_video("reel-pixelate during=80ms..160ms", std::vector<Picture>(6, in));
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(run.pictures[i] == in, i < 2 || i >= 4) << i;
}

}  // namespace
