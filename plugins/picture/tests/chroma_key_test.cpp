#include "stages.hpp"

namespace {

using namespace reel::testing;
using namespace std::chrono_literals;

class ChromaKeyTest : public PictureTest {
 protected:
  /// A colour as AYUV of standard definition, from RGB 0..255.
  static std::array<int, 4> yuv(double r, double g, double b) {
    const double y = 0.299 * r + 0.587 * g + 0.114 * b;
    return {static_cast<int>(std::lround(16 + y * 219 / 255)),
            static_cast<int>(std::lround(128 + (b - y) / 1.772 * 224 / 255)),
            static_cast<int>(std::lround(128 + (r - y) / 1.402 * 224 / 255)), 255};
  }
  static Picture color(double r, double g, double b, const std::string& format = "AYUV") {
    return Picture::solid(format, 8, 8, yuv(r, g, b));
  }
  static int alpha(const std::string& with, const Picture& in) {
    return apply("reel-chroma-key " + with, in).at(3, 4, 4);
  }
};

TEST_F(ChromaKeyTest, RemovesTheScreenInLightAndShadowAndKeepsTheRest) {
  for (const std::string format : {"AYUV", "VUYA", "A444_10LE"}) {
    SCOPED_TRACE(format);
    const int opaque = Picture(format, 1, 1).full_scale();
    EXPECT_EQ(alpha("", color(0, 255, 0, format)), 0);
    EXPECT_EQ(alpha("", color(20, 190, 30, format)), 0);              // worse light
    EXPECT_EQ(alpha("", color(90, 255, 90, format)), 0);              // washed out
    EXPECT_EQ(alpha("", color(0, 177, 64, format)), 0);               // the green of real cloth
    EXPECT_LT(alpha("", color(16, 100, 32, format)), opaque / 3);     // in deep shadow
    EXPECT_NEAR(alpha("", color(224, 172, 140, format)), opaque, 4);  // skin
    for (const auto& [r, g, b] : {std::tuple{255, 255, 255},
                                  {0, 0, 0},
                                  {128, 128, 128},
                                  {255, 0, 0},
                                  {0, 0, 255},
                                  {250, 220, 20},
                                  {0, 200, 220}})
      EXPECT_NEAR(alpha("", color(r, g, b, format)), opaque, 4) << r << " " << g << " " << b;
  }
  EXPECT_EQ(alpha("color=0xFF0000FF", color(10, 20, 230)), 0);
  EXPECT_EQ(alpha("color=0xFF0000FF", color(0, 255, 0)), 255);
}

TEST_F(ChromaKeyTest, SoftnessFadesFromTheToleranceOn) {
  // From the key colour to grey of the same luma: distances 0..1.
  const Picture in = Picture::make("AYUV", 101, 1, [](int c, int x, int) {
    const auto green = yuv(0, 255, 0);
    return c == 0 || c == 3 ? green[static_cast<std::size_t>(c)]
                            : 128 + (green[static_cast<std::size_t>(c)] - 128) * (100 - x) / 100;
  });
  const Picture out = apply("reel-chroma-key tolerance=0.3 softness=0.4 spill=0", in);
  EXPECT_EQ(out.at(3, 28, 0), 0);
  EXPECT_NEAR(out.at(3, 50, 0), 128, 6);
  EXPECT_EQ(out.at(3, 72, 0), 255);
  for (int x = 1; x < 101; ++x) EXPECT_GE(out.at(3, x, 0), out.at(3, x - 1, 0));
}

TEST_F(ChromaKeyTest, TakesTheScreensReflectionOut) {
  const Picture hair = color(140, 160, 130);  // greenish
  const Picture kept = apply("reel-chroma-key spill=0", hair), clean = apply("reel-chroma-key spill=1", hair);
  EXPECT_EQ(max_difference(hair, kept), 0);
  const auto chroma = [](const Picture& p) { return std::hypot(p.at(1, 4, 4) - 128, p.at(2, 4, 4) - 128); };
  EXPECT_LT(chroma(clean), chroma(hair) / 2);
  EXPECT_EQ(clean.at(0, 4, 4), hair.at(0, 4, 4));
  const Picture skin = color(224, 172, 140);
  EXPECT_LE(max_difference(skin, apply("reel-chroma-key spill=1", skin)), 1);
}

TEST_F(ChromaKeyTest, ABackgroundTakesThePlaceOfTheScreen) {
  const Picture out = apply("reel-chroma-key background=0xFFFF0000", color(0, 255, 0));
  const auto red = yuv(255, 0, 0);
  for (int c = 0; c < 4; ++c) EXPECT_NEAR(out.at(c, 4, 4), red[static_cast<std::size_t>(c)], 1);
  const Picture kept = apply("reel-chroma-key background=0xFFFF0000", color(255, 255, 255));
  EXPECT_LE(max_difference(kept, color(255, 255, 255)), 1);
  EXPECT_EQ(alpha("background=0x80000000", color(0, 255, 0)), 128);
}

TEST_F(ChromaKeyTest, WhatWasTransparentStaysSo) {
  Picture in = color(255, 255, 255);
  in.set(3, 4, 4, 77);
  EXPECT_EQ(alpha("", in), 77);
}

TEST_F(ChromaKeyTest, NeedsAColourWithAHue) {
  try {
    apply("reel-chroma-key color=0xFF808080", color(1, 2, 3));
    FAIL() << "grey is no key";
  } catch (const std::runtime_error& e) {
    EXPECT_THAT(e.what(), ::testing::HasSubstr("choose one with a hue"));
  }
}

TEST_F(ChromaKeyTest, WorksBehindVideoconvertInHighDefinitionAndDuringATime) {
  const Picture in = Picture::solid("I420", 1280, 720, {173, 42, 26, 0});  // pure green in BT.709
  const auto run = run_video("videoconvert ! reel-chroma-key during=40ms..80ms", std::vector<Picture>(3, in));
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(run.pictures[i].at(3, 100, 100), i == 1 ? 0 : 255) << i;
}

TEST_F(ChromaKeyTest, TakesAnySize) {
  for (const auto& [width, height] : odd_sizes)
    EXPECT_EQ(apply("reel-chroma-key", Picture::noise("AYUV", width, height)).height(), height);
}

}  // namespace
