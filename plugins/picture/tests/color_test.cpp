#include "stages.hpp"

namespace {

using namespace reel::testing;
using namespace std::chrono_literals;

class ColorTest : public PictureTest {
 protected:
  static std::string with(const std::string& name, double value) {
    return "reel-color " + name + "=" + std::to_string(value);
  }
  /// Full range, as ffmpeg's filters take all samples.
  static Picture full_range(const Picture& from) {
    Picture p(from.format(), from.width(), from.height(), "1:4:0:0");
    p.bytes() = from.bytes();
    return p;
  }
};

TEST_F(ColorTest, ChangesNothingAtTheDefaults) {
  for (const std::string& format : yuv_formats) {
    const Picture in = Picture::noise(format, 33, 21);
    EXPECT_EQ(apply("reel-color", in), in) << format;
  }
}

TEST_F(ColorTest, BlackGoesToWhiteAndBackInLimitedRange) {
  const Picture black = Picture::solid("I420", 8, 8, {16, 128, 128, 0}),
                white = Picture::solid("I420", 8, 8, {235, 128, 128, 0});
  EXPECT_EQ(apply("reel-color brightness=1", black), white);
  EXPECT_EQ(apply("reel-color brightness=-1", white), black);
  EXPECT_NEAR(apply("reel-color contrast=0", white).at(0, 0, 0), 126, 1);
  EXPECT_EQ(apply("reel-color gamma=3", white), white);
  EXPECT_EQ(apply("reel-color gamma=3", black), black);
}

TEST_F(ColorTest, TenBitsAreKept) {
  const Picture in = Picture::gradient("I420_10LE", 1024, 8);
  const Picture out = apply("reel-color contrast=1.001 brightness=0.01", in);
  int levels = 0;
  for (int x = 1; x < 1024; ++x) levels += out.at(0, x, 0) != out.at(0, x - 1, 0) ? 1 : 0;
  EXPECT_GT(levels, 800);
  EXPECT_NEAR(out.at(0, 512, 0) - in.at(0, 512, 0), 0.01 * 876, 1);
}

TEST_F(ColorTest, BrightnessContrastAndGammaAreThoseOfFfmpeg) {
  const Picture in = full_range(Picture::noise("I420", 64, 48));
  for (const std::string setting : {"brightness=0.2", "contrast=1.5", "gamma=2.2", "contrast=0.6:brightness=-0.1"}) {
    std::string ours = setting;
    std::ranges::replace(ours, ':', ' ');
    const Picture out = apply("reel-color " + ours, in);
    // With a gamma ffmpeg computes a table, without one it rounds coarsely.
    const std::string exact = setting.find("gamma") == std::string::npos ? ":gamma=1.0001" : "";
    const Picture expected = run_ffmpeg("eq=" + setting + exact, {in}).at(0);
    int most = 0;
    in.for_each([&](int c, int x, int y) { most = std::max(most, std::abs(out.at(c, x, y) - expected.at(c, x, y))); });
    EXPECT_LE(most, 1) << setting;
  }
}

TEST_F(ColorTest, SaturationAndHueAreThoseOfFfmpeg) {
  const Picture in = Picture::noise("I420", 64, 48);
  for (const auto& [degrees, saturation] : {std::pair{30, 1.0}, {0, 1.7}, {-75, 0.5}, {180, 1.0}, {0, 0.0}}) {
    const Picture out =
        apply("reel-color hue=" + std::to_string(degrees) + " saturation=" + std::to_string(saturation), in);
    const Picture expected =
        run_ffmpeg("hue=h=" + std::to_string(degrees) + ":s=" + std::to_string(saturation), {in}).at(0);
    int most = 0;
    in.for_each([&](int c, int x, int y) { most = std::max(most, std::abs(out.at(c, x, y) - expected.at(c, x, y))); });
    EXPECT_LE(most, 1) << degrees << " " << saturation;
  }
}

/// What the temperature makes of a colour, as R, G, B 0..1.
std::array<double, 3> rgb_of(const Picture& p) {
  const double y = (p.at(0, 4, 4) - 16) / 219.0, u = (p.at(1, 1, 1) - 128) / 224.0, v = (p.at(2, 1, 1) - 128) / 224.0;
  constexpr double kr = 0.299, kb = 0.114;
  const double r = y + 2 * (1 - kr) * v, b = y + 2 * (1 - kb) * u;
  return {r, (y - kr * r - kb * b) / (1 - kr - kb), b};
}

TEST_F(ColorTest, TemperatureTintsGreyAndKeepsItsLuma) {
  const Picture grey = Picture::solid("I420", 16, 16, {126, 128, 128, 0});
  double last = 1e9;
  for (const double t : {-100.0, -50.0, -10.0, 10.0, 50.0, 100.0}) {
    const Picture out = apply(with("temperature", t), grey);
    const auto rgb = rgb_of(out);
    EXPECT_EQ(t > 0, rgb[0] > rgb[2]) << t;
    EXPECT_NEAR(out.at(0, 4, 4), 126, 1);
    EXPECT_LT(rgb[2] / rgb[0], last);  // ever warmer
    last = rgb[2] / rgb[0];
  }
  // Light of 3740 K has about a third of the blue of that of 6500 K, red being equal: 0.62 when gamma-coded.
  const auto warm = rgb_of(apply(with("temperature", 100), grey));
  EXPECT_NEAR(std::pow(warm[2] / warm[0], 2.2), 0.33, 0.04);
}

TEST_F(ColorTest, TemperatureIsAGainOfRedGreenAndBlue) {
  const Picture grey = Picture::solid("I420", 16, 16, {126, 128, 128, 0});
  const auto gains = rgb_of(apply(with("temperature", 60), grey));
  const double level = 110.0 / 219;
  for (const std::array color : {std::array{90, 110, 150, 0}, {150, 120, 110, 0}, {60, 140, 128, 0}}) {
    for (const std::string format : {"I420", "Y42B", "Y444", "NV12"}) {
      const Picture in = Picture::solid(format, 16, 16, color);
      const auto before = rgb_of(in), after = rgb_of(apply(with("temperature", 60), in));
      for (std::size_t i = 0; i < 3; ++i)
        EXPECT_NEAR(after[i], before[i] * gains[i] / level, 0.012) << format << " channel " << i;
    }
  }
}

TEST_F(ColorTest, ChangesOnlyItsRegion) {
  for (const std::string format : {"I420", "NV12", "Y42B", "I420_10LE", "AYUV"})
    for (const std::string setting : {"brightness=0.3", "temperature=80", "saturation=2 hue=20"}) {
      SCOPED_TRACE(format + " " + setting);
      const Picture in = Picture::noise(format, 61, 47);
      const Picture out = apply("reel-color region=\"box 10 8 30 20 px\" " + setting, in);
      const Picture all = apply("reel-color " + setting, in);
      for (int c = 0; c < 3; ++c) {
        const int sx = c > 0 && in.width(c) < 61 ? 2 : 1, sy = c > 0 && in.height(c) < 47 ? 2 : 1;
        const auto inside = [&](int x, int y) {
          return x * sx >= 10 && (x + 1) * sx <= 40 && y * sy >= 8 && (y + 1) * sy <= 28;
        };
        expect_untouched(in, out, c, [&](int x, int y) { return !inside(x, y); });
        expect_untouched(all, out, c, inside);
      }
    }
}

TEST_F(ColorTest, FollowsKeyframesAndTakesAnySize) {
  const Picture in = Picture::noise("I420", 32, 32);
  const auto run =
      run_video("reel-color", std::vector<Picture>(11, in), {.keyframes = {{"saturation", {{0s, 1}, {400ms, 0}}}}});
  EXPECT_EQ(run.pictures[0], in);
  EXPECT_EQ(run.pictures[5], apply("reel-color saturation=0.5", in));
  EXPECT_EQ(run.pictures[10].at(1, 3, 3), 128);
  for (const auto& [width, height] : odd_sizes)
    for (const std::string& format : yuv_formats)
      EXPECT_EQ(apply("reel-color temperature=-40 contrast=2 hue=90", Picture::noise(format, width, height)).width(),
                width);
}

TEST_F(ColorTest, AlphaStaysAsItIs) {
  const Picture in = Picture::noise("AYUV", 32, 32);
  const Picture out = apply("reel-color brightness=0.2 temperature=30 saturation=3", in);
  EXPECT_EQ(max_difference(in, out, 3), 0);
  EXPECT_NE(max_difference(in, out, 0), 0);
}

}  // namespace
