#include "stages.hpp"

namespace {

using namespace reel::testing;
using namespace std::chrono_literals;

using SharpenTest = PictureTest;

TEST_F(SharpenTest, IsAnUnsharpMaskOfLuma) {
  for (const std::string format : {"I420", "NV12", "Y444_10LE", "GRAY16_LE"})
    for (const std::string radius : {"0.7", "2.5"}) {
      SCOPED_TRACE(format + " " + radius);
      const Picture in = Picture::checker(format, 60, 40, 7);
      const Picture out = apply("reel-sharpen amount=0.5 radius=" + radius, in);
      const Picture blurred = apply("reel-blur radius=" + radius, in);
      int most = 0;
      for (int y = 0; y < 40; ++y)
        for (int x = 0; x < 60; ++x) {
          const double expected = in.at(0, x, y) + 0.5 * (in.at(0, x, y) - blurred.at(0, x, y));
          most = std::max(
              most, std::abs(out.at(0, x, y) - static_cast<int>(std::clamp<double>(expected, 0, in.full_scale()))));
        }
      EXPECT_LE(most, 1);
      for (int c = 1; c < in.components(); ++c) EXPECT_EQ(max_difference(in, out, c), 0);
    }
}

TEST_F(SharpenTest, UndoesAFaintBlur) {
  const Picture in = Picture::make("GRAY8", 80, 60, [](int, int x, int y) { return 60 + (x / 9 + y / 7) % 3 * 60; });
  const Picture soft = apply("reel-blur radius=0.8", in);
  const Picture sharp = apply("reel-sharpen amount=1.2 radius=0.8", soft);
  EXPECT_GT(psnr(in, sharp), psnr(in, soft) + 3);
}

TEST_F(SharpenTest, LeavesFaintDifferencesAloneBelowTheThreshold) {
  // Noise of +-4 and one edge.
  const Picture noise = Picture::noise("GRAY8", 64, 64);
  const Picture in =
      Picture::make("GRAY8", 64, 64, [&](int, int x, int y) { return (x < 32 ? 60 : 180) + noise.at(0, x, y) / 32; });
  const Picture out = apply("reel-sharpen amount=2 threshold=0.04", in);
  expect_untouched(in, out, 0, [](int x, int) { return x < 26 || x > 37; });
  EXPECT_LT(out.at(0, 31, 30), in.at(0, 31, 30) - 20);
  EXPECT_GT(out.at(0, 32, 30), in.at(0, 32, 30) + 20);
}

TEST_F(SharpenTest, ChangesNothingAtZeroOutsideItsRegionAndOutsideItsTimes) {
  const Picture in = Picture::noise("I420", 50, 40);
  EXPECT_EQ(apply("reel-sharpen amount=0", in), in);
  const Picture out = apply("reel-sharpen amount=3 region=\"box 10 10 20 20 px\"", in);
  expect_untouched(in, out, 0, [](int x, int y) { return x < 10 || y < 10 || x >= 30 || y >= 30; });
  EXPECT_NE(in, out);
  const auto run = run_video("reel-sharpen during=40ms..80ms", std::vector<Picture>(4, in));
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(run.pictures[i] == in, i != 1);
  for (const auto& [width, height] : odd_sizes)
    for (const std::string& format : yuv_formats)
      EXPECT_EQ(apply("reel-sharpen amount=5 radius=10", Picture::noise(format, width, height)).width(), width);
}

}  // namespace
