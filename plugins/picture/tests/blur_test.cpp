#include "stages.hpp"

namespace {

using namespace reel::testing;
using namespace std::chrono_literals;

class BlurTest : public PictureTest {
 protected:
  static int mirrored(int i, int n) {
    i = (i % (2 * n) + 2 * n) % (2 * n);
    return i < n ? i : 2 * n - 1 - i;
  }
  /// An exact Gaussian of component `c`; the picture goes on mirrored.
  static std::vector<double> gaussian(const Picture& p, int c, double sigma_x, double sigma_y) {
    const int w = p.width(c), h = p.height(c);
    std::vector<double> in, across(static_cast<std::size_t>(w * h)), out(across.size());
    for (int y = 0; y < h; ++y)
      for (int x = 0; x < w; ++x) in.push_back(p.at(c, x, y));
    filter(in, across, w, h, 1, w, sigma_x);
    filter(across, out, h, w, w, 1, sigma_y);
    return out;
  }
  static void filter(const std::vector<double>& in, std::vector<double>& out, int n, int lines, int step, int line_step,
                     double sigma) {
    const int reach = static_cast<int>(5 * sigma) + 1;
    for (int line = 0; line < lines; ++line)
      for (int i = 0; i < n; ++i) {
        double sum = 0, weight = 0;
        for (int k = -reach; k <= reach; ++k) {
          const double w = std::exp(-0.5 * k * k / (sigma * sigma));
          sum += w * in[static_cast<std::size_t>(line * line_step + mirrored(i + k, n) * step)];
          weight += w;
        }
        out[static_cast<std::size_t>(line * line_step + i * step)] = sum / weight;
      }
  }
  static double largest_error(const Picture& out, int c, const std::vector<double>& expected) {
    double most = 0;
    for (int y = 0; y < out.height(c); ++y)
      for (int x = 0; x < out.width(c); ++x)
        most = std::max(most, std::abs(out.at(c, x, y) - expected[static_cast<std::size_t>(y * out.width(c) + x)]));
    return most / out.full_scale();
  }
};

TEST_F(BlurTest, IsAGaussianOfThatStandardDeviationInAllFormats) {
  for (const std::string format : {"I420", "Y42B", "NV12", "Y444_10LE", "I420_12LE", "RGB", "GBR_10LE", "GRAY16_LE"})
    for (const double sigma : {1.0, 2.5, 7.0, 20.0}) {
      SCOPED_TRACE(format + " " + std::to_string(sigma));
      const Picture in = Picture::checker(format, 93, 71, 13);
      const Picture out = apply("reel-blur radius=" + std::to_string(sigma), in);
      for (int c = 0; c < in.components(); ++c) {
        const double sx = sigma * in.width(c) / in.width(), sy = sigma * in.height(c) / in.height();
        // Three boxes come within 2.5 % of the step of a Gaussian.
        EXPECT_LT(
            largest_error(out, c,
                          gaussian(in, c, sx > 0.6 * sigma ? sigma : sigma / 2, sy > 0.6 * sigma ? sigma : sigma / 2)),
            0.02);
      }
    }
}

TEST_F(BlurTest, ComesCloseToFfmpegsGblur) {
  const Picture in = Picture::noise("Y444", 160, 120);
  for (const char* const sigma : {"3", "10"}) {
    const Picture out = apply(std::string("reel-blur radius=") + sigma, in);
    const Picture reference = run_ffmpeg(std::string("gblur=steps=6:sigma=") + sigma, {in}).at(0);
    int most = 0;  // away from the rim, which ffmpeg treats in another way
    for (int y = 40; y < 80; ++y)
      for (int x = 40; x < 120; ++x) most = std::max(most, std::abs(out.at(0, x, y) - reference.at(0, x, y)));
    EXPECT_LE(most, 5) << sigma;  // both are approximations
  }
}

TEST_F(BlurTest, KeepsOneColourExactly) {
  for (const std::string& format : yuv_formats)
    for (const char* const radius : {"0.3", "5", "200"}) {
      const Picture in = Picture::solid(format, 50, 34, {235, 16, 240, 255});
      EXPECT_EQ(apply(std::string("reel-blur radius=") + radius, in), in) << format << " " << radius;
    }
  for (const std::string& format : rgb_formats) {
    const Picture in = Picture::solid(format, 50, 34, {255, 0, 17, 128});
    EXPECT_LE(max_difference(apply("reel-blur radius=9", in), in), format == "RGBA64_LE" ? 2 : 0) << format;
  }
}

TEST_F(BlurTest, TakesAnySize) {
  for (const auto& [width, height] : odd_sizes)
    for (const std::string format : {"I420", "NV12", "Y42B", "I420_10LE", "RGBA", "RGB"}) {
      SCOPED_TRACE(format + " " + std::to_string(width) + "x" + std::to_string(height));
      const Picture in = Picture::noise(format, width, height);
      const Picture out = apply("reel-blur radius=30 region=\"box 0.1 0.1 0.75 0.6\" feather=7", in);
      EXPECT_EQ(out.width(), width);
      if (width == 1) continue;
      EXPECT_NE(apply("reel-blur radius=3", in), in);
    }
}

TEST_F(BlurTest, GrowsSmoothlyFromZero) {
  const Picture in = Picture::checker("GRAY16_LE", 64, 48, 4);
  Picture before = in;
  EXPECT_EQ(apply("reel-blur radius=0", in), in);
  double last = 0;
  for (int i = 1; i <= 60; ++i) {
    const Picture out = apply("reel-blur radius=" + std::to_string(i * 0.05), in);
    const double change = mean_difference(before, out) / in.full_scale();
    EXPECT_LT(change, 0.03) << "a jump at radius " << i * 0.05;
    EXPECT_GE(mean_difference(in, out), last - 1);
    last = mean_difference(in, out);
    before = out;
  }
  EXPECT_GT(last / in.full_scale(), 0.2);
}

TEST_F(BlurTest, FollowsKeyframesAndLeavesPicturesAloneAtZero) {
  const Picture in = Picture::checker("I420", 64, 48, 4);
  const auto run =
      run_video("reel-blur", std::vector<Picture>(26, in), {.keyframes = {{"radius", {{0s, 0}, {1s, 12}}}}});
  ASSERT_EQ(run.pictures.size(), 26U);
  EXPECT_EQ(run.pictures[0], in);
  for (std::size_t i = 1; i < 26; ++i) EXPECT_LE(psnr(run.pictures[i], in), psnr(run.pictures[i - 1], in) + 0.01) << i;
  EXPECT_EQ(run.pictures[25], apply("reel-blur radius=12", in));
}

TEST_F(BlurTest, ActsOnlyDuringItsTimesAndKeepsTimestamps) {
  const Picture in = Picture::noise("I420", 32, 32);
  const auto run = run_video("reel-blur during=1.08s..1.2s", std::vector<Picture>(10, in), {.start = 1s});
  for (std::size_t i = 0; i < 10; ++i) {
    EXPECT_EQ(run.times[i], 1s + i * 40ms);
    EXPECT_EQ(run.durations[i], 40ms);
    EXPECT_EQ(run.pictures[i] == in, i < 2 || i >= 5) << i;
  }
}

TEST_F(BlurTest, StaysInItsRegion) {
  for (const std::string format : {"I420", "Y42B", "Y444", "NV12", "I420_10LE", "RGB", "AYUV"}) {
    SCOPED_TRACE(format);
    const Picture in = Picture::noise(format, 80, 60);
    const Picture out = apply("reel-blur radius=6 region=\"box 20 10 31 21 px\"", in);
    for (int c = 0; c < in.components(); ++c) {
      const int sx = in.width() / in.width(c), sy = in.height() / in.height(c);
      expect_untouched(in, out, c, [&](int x, int y) {
        return (x + 1) * sx <= 20 || x * sx >= 51 || (y + 1) * sy <= 10 || y * sy >= 31;
      });
      EXPECT_NE(in.at(c, 30 / sx, 20 / sy), out.at(c, 30 / sx, 20 / sy));
    }
    // Inside it is the blur of the whole picture: what lies around shines in.
    const Picture all = apply("reel-blur radius=6", in);
    EXPECT_EQ(out.at(0, 20, 10), all.at(0, 20, 10));
    EXPECT_EQ(out.at(0, 50, 30), all.at(0, 50, 30));
  }
}

TEST_F(BlurTest, AFeatheredRegionFadesIn) {
  const Picture in = Picture::make("GRAY8", 120, 40, [](int, int x, int) { return x % 2 == 0 ? 0 : 255; });
  const Picture out = apply("reel-blur radius=10 region=\"box 0.5 0 0.5 1\" feather=40", in);
  EXPECT_EQ(out.at(0, 20, 20), 0);
  EXPECT_NEAR(out.at(0, 118, 20), 128, 6);  // no feather at the rim of the picture itself
  int last = 0;
  for (int x = 20; x < 100; x += 2) {
    EXPECT_GE(out.at(0, x, 20), last);
    last = out.at(0, x, 20);
  }
  EXPECT_NEAR(out.at(0, 60, 20), 64, 8);
}

TEST_F(BlurTest, FollowsAMovingPolygon) {
  const Picture in = Picture::noise("I420", 100, 60);
  const auto run =
      run_video("reel-blur radius=5 region=\"0:polygon 0 0 20 0 20 20 0 20 px;1s:polygon 80 0 100 0 100 20 80 20 px\"",
                std::vector<Picture>(26, in));
  expect_untouched(in, run.pictures[0], 0, [](int x, int y) { return x >= 20 || y >= 20; });
  expect_untouched(in, run.pictures[25], 0, [](int x, int y) { return x < 80 || y >= 20; });
  EXPECT_NE(run.pictures[25].at(0, 90, 10), in.at(0, 90, 10));
}

TEST_F(BlurTest, HiddenColoursDoNotBleedOutOfTransparentPixels) {
  // Red, but green where it is transparent.
  const Picture in = Picture::make("RGBA", 64, 16, [](int c, int x, int) {
    const bool visible = x < 32;
    return c == 3 ? (visible ? 255 : 0) : c == 0 ? (visible ? 255 : 0) : c == 1 ? (visible ? 0 : 255) : 0;
  });
  const Picture out = apply("reel-blur radius=4", in);
  EXPECT_NEAR(out.at(3, 31, 8), 135, 12);
  EXPECT_GE(out.at(0, 31, 8), 254);
  EXPECT_LE(out.at(1, 31, 8), 1);
  EXPECT_GE(out.at(0, 36, 8), 254);
}

TEST_F(BlurTest, RefusesAnUnreadableRegion) {
  EXPECT_THROW(
      {
        try {
          apply("reel-blur region=\"circle 1 2 3\"", Picture::noise("I420", 16, 16));
        } catch (const std::runtime_error& e) {
          EXPECT_THAT(e.what(), ::testing::HasSubstr("circle 1 2 3"));
          throw;
        }
      },
      std::runtime_error);
}

}  // namespace
