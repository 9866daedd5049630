#include "stages.hpp"

namespace {

using namespace reel::testing;
using namespace std::chrono_literals;

class DenoiseTest : public PictureTest {
 protected:
  /// A scene with edges, texture and a square that moves 5 pixels a picture.
  static std::vector<Picture> scene(const std::string& format, int count, int width = 160, int height = 120) {
    std::vector<Picture> pictures;
    for (int i = 0; i < count; ++i)
      pictures.push_back(Picture::make(format, width, height, [&](int c, int x, int y) {
        const bool square = c == 0 && x >= 10 + 5 * i && x < 40 + 5 * i && y >= 40 && y < 70;
        const double wave = 20 * std::sin(x * 0.3) * std::cos(y * 0.2);
        const double value = square ? 220 : c > 0 ? 100 + 20 * c + y / 4 : 90 + wave + (x > width / 2 ? 40 : 0);
        return static_cast<int>(value * (1 << (Picture(format, 1, 1).depth() - 8)));
      }));
    return pictures;
  }
  static std::vector<Picture> noisy(std::vector<Picture> pictures, double sigma, unsigned seed = 3) {
    std::mt19937 random(seed);
    std::normal_distribution<double> noise(0, sigma * (1 << (pictures[0].depth() - 8)));
    for (Picture& p : pictures)
      p.for_each(
          [&](int c, int x, int y) { p.set(c, x, y, static_cast<int>(std::lround(p.at(c, x, y) + noise(random)))); });
    return pictures;
  }
  static double luma_psnr(const std::vector<Picture>& a, const std::vector<Picture>& b) {
    double sum = 0;
    for (std::size_t i = 3; i < a.size(); ++i) sum += psnr(a[i], b[i], 0);
    return sum / static_cast<double>(a.size() - 3);
  }
};

TEST_F(DenoiseTest, GainsMoreThanFfmpegsHqdn3d) {
  const auto clean = scene("I420", 9);
  for (const double sigma : {3.0, 6.0, 12.0}) {
    const auto in = noisy(clean, sigma);
    const auto out = run_video("reel-denoise strength=" + std::to_string(sigma / 20), in).pictures;
    EXPECT_GT(luma_psnr(clean, out), luma_psnr(clean, in) + 5) << sigma;
    double best = 0;  // whatever its setting
    for (const char* const strength : {"2", "4", "8", "12", "20"})
      best = std::max(best, luma_psnr(clean, run_ffmpeg(std::string("hqdn3d=") + strength, in)));
    EXPECT_GT(luma_psnr(clean, out), best) << sigma;
  }
}

TEST_F(DenoiseTest, MovingThingsLeaveNoTrace) {
  const auto clean = scene("I420", 6);
  const auto out = run_video("reel-denoise strength=0.3", clean).pictures;
  for (int y = 45; y < 65; ++y) {
    EXPECT_NEAR(out[5].at(0, 31, y), clean[5].at(0, 31, y), 8);  // uncovered just now
    EXPECT_NEAR(out[5].at(0, 62, y), 220, 3);                    // covered just now
  }
}

TEST_F(DenoiseTest, TenBitsGainAsMuch) {
  const auto clean = scene("I420_10LE", 6);
  const auto in = noisy(clean, 6);
  const auto out = run_video("reel-denoise strength=0.3", in).pictures;
  EXPECT_GT(luma_psnr(clean, out), luma_psnr(clean, in) + 5);
}

TEST_F(DenoiseTest, DependsOnTwoPicturesBeforeAndNoMore) {
  const auto in = noisy(scene("I420", 10), 6);
  const auto whole = run_video("reel-denoise strength=0.4", in).pictures;
  // From picture 4 on as in a span with its warm-up: picture 6 has its whole window.
  const auto part = run_video("reel-denoise strength=0.4", {in.begin() + 4, in.end()}, {.start = 160ms});
  for (std::size_t i = 6; i < 10; ++i) EXPECT_EQ(part.pictures[i - 4], whole[i]) << i;
  EXPECT_NE(part.pictures[0], whole[4]);
  EXPECT_EQ(part.times[0], 160ms);
}

TEST_F(DenoiseTest, EachOfItsTimesStartsAfresh) {
  const auto in = noisy(scene("I420", 10), 6);
  const auto out = run_video("reel-denoise strength=0.4 during=80ms..160ms,200ms..320ms", in).pictures;
  for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(out[i] == in[i], i < 2 || i == 4 || i >= 8) << i;
  const auto alone = run_video("reel-denoise strength=0.4", {in.begin() + 5, in.begin() + 8}).pictures;
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(out[i + 5], alone[i]) << i;
}

TEST_F(DenoiseTest, PicturesThatPassAtStrengthZeroAreNoHistory) {
  const auto in = noisy(scene("I420", 8), 6);
  EXPECT_EQ(run_video("reel-denoise strength=0", in).pictures[5], in[5]);
  const auto out = run_video("reel-denoise", in,
                             {.keyframes = {{"strength", {{0s, 0.4}, {80ms, 0}, {120ms, 0}, {160ms, 0.4}, {1s, 0.4}}}}})
                       .pictures;
  EXPECT_EQ(out[2], in[2]);
  EXPECT_EQ(out[3], in[3]);
  const auto alone = run_video("reel-denoise strength=0.4", {in.begin() + 4, in.end()}).pictures;
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(out[i + 4], alone[i]) << i;
}

TEST_F(DenoiseTest, TakesAnySizeAndKeepsTimestamps) {
  for (const auto& [width, height] : odd_sizes)
    for (const std::string format : {"I420", "Y42B", "Y444_12LE", "GRAY8", "GRAY16_LE"}) {
      const Picture in = Picture::noise(format, width, height);
      const auto run = run_video("reel-denoise strength=1", {in, in, in, in}, {.start = 3s});
      ASSERT_EQ(run.pictures.size(), 4U);
      EXPECT_EQ(run.times[3], 3s + 120ms);
    }
  const Picture solid = Picture::solid("I420", 20, 20, {200, 90, 30, 0});
  EXPECT_EQ(run_video("reel-denoise", {solid, solid}).pictures[1], solid);
}

}  // namespace
