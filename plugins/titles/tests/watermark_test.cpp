#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <reel/testing/testing.hpp>

namespace {

using namespace reel::testing;
using ::testing::HasSubstr;

class WatermarkTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { load_plugin("titles"); }

  std::string save(const std::string& name, const std::string& content) const {
    std::ofstream(folder_.file(name), std::ios::binary) << content;
    return folder_.file(name);
  }
  std::string png(const Picture& p) const {
    save_png(p, folder_.file("logo.png"));
    return folder_.file("logo.png");
  }
  static Picture mark(const std::string& file, const std::string& options, const Picture& on) {
    return run_video("reel-watermark file=" + file + " " + options, {on}).pictures.at(0);
  }
  static std::string failure_of(const std::string& file) {
    try {
      mark(file, "", Picture("I420", 64, 48));
    } catch (const std::runtime_error& e) {
      return e.what();
    }
    return "no failure";
  }

  TemporaryFolder folder_;
};

TEST_F(WatermarkTest, LiesWhereItShould) {
  const std::string red = png(Picture::solid("RGB", 20, 10, {255, 0, 0, 0}));
  const Picture on = Picture::solid("RGB", 200, 100, {0, 0, 0, 0});
  const auto box = [&](const std::string& options) {
    const Picture p = mark(red, options, on);
    int left = 999, top = 999, right = 0, bottom = 0;
    for (int y = 0; y < 100; ++y)
      for (int x = 0; x < 200; ++x)
        if (p.at(0, x, y) > 0)
          left = std::min(left, x), top = std::min(top, y), right = std::max(right, x), bottom = std::max(bottom, y);
    return std::array{left, top, right + 1, bottom + 1};
  };
  EXPECT_EQ(box("width=20 margin=5"), (std::array{150, 70, 190, 90}));
  EXPECT_EQ(box("width=20 margin=5 position=top-left"), (std::array{10, 10, 50, 30}));
  EXPECT_EQ(box("width=20 margin=5 position=center"), (std::array{80, 40, 120, 60}));
  EXPECT_EQ(box("width=10 margin=0 position=top"), (std::array{90, 0, 110, 10}));
  EXPECT_EQ(box("width=100 margin=0 position=top"), (std::array{0, 0, 200, 100}));
}

TEST_F(WatermarkTest, OpacityAndAlphaMultiply) {
  const std::string file = png(Picture::solid("RGBA", 10, 10, {200, 100, 50, 128}));
  for (const char* format : {"RGB", "GBR_10LE"}) {
    SCOPED_TRACE(format);
    const Picture on = Picture::solid(format, 100, 100, {20, 20, 20, 0});
    const Picture out = mark(file, "width=50 margin=0 position=center opacity=0.5", on);
    const double unit = out.full_scale() / 255.0, share = 0.5 * 128 / 255;
    EXPECT_NEAR(out.at(0, 50, 50), on.at(0, 0, 0) + (200 * unit - on.at(0, 0, 0)) * share, 1);
    EXPECT_NEAR(out.at(2, 50, 50), on.at(2, 0, 0) + (50 * unit - on.at(2, 0, 0)) * share, 1);
    EXPECT_EQ(out.at(0, 10, 10), on.at(0, 10, 10));
  }
  const Picture on = Picture::noise("I420", 100, 100);
  EXPECT_EQ(mark(file, "opacity=0", on), on);
}

TEST_F(WatermarkTest, SvgIsDrawnAtItsSize) {
  const std::string svg = save("logo.svg", R"(<svg xmlns="http://www.w3.org/2000/svg" width="4" height="2">
      <rect width="2" height="2" fill="#ff0000"/><rect x="2" width="2" height="2" fill="#0000ff"/></svg>)");
  const Picture out = mark(svg, "width=100 margin=0 position=top-left opacity=1", Picture("RGB", 200, 100));
  EXPECT_EQ(out.at(0, 99, 50), 255);
  EXPECT_EQ(out.at(2, 99, 50), 0);
  EXPECT_EQ(out.at(0, 100, 50), 0);  // no blur at the seam
  EXPECT_EQ(out.at(2, 100, 50), 255);
}

TEST_F(WatermarkTest, During) {
  const std::string file = png(Picture::solid("RGB", 10, 10, {255, 0, 0, 0}));
  const Picture on = Picture::noise("I420_10LE", 64, 48);
  const auto run = run_video("reel-watermark file=" + file + " during=\"40000000..\"", {on, on});
  EXPECT_EQ(run.pictures[0], on);
  EXPECT_NE(run.pictures[1], on);
}

TEST_F(WatermarkTest, OddPictures) {
  const std::string file = png(Picture::solid("RGBA", 7, 3, {255, 0, 0, 200}));
  for (const auto& [width, height] : {std::pair(1, 1), {3, 5}, {1279, 719}})
    for (const char* format : {"I420", "Y42B", "NV12", "I420_10LE", "AYUV"})
      EXPECT_EQ(mark(file, "", Picture::noise(format, width, height)).width(), width);
}

TEST_F(WatermarkTest, SaysWhatIsWrongWithTheFile) {
  EXPECT_THAT(failure_of("\"\""), HasSubstr("no image is named"));
  EXPECT_THAT(failure_of("/nowhere/logo.png"), HasSubstr("/nowhere/logo.png cannot be opened: No such file"));
  EXPECT_THAT(failure_of("/"), HasSubstr("is a folder"));
  EXPECT_THAT(failure_of(save("empty.png", "")), HasSubstr("is empty"));
  EXPECT_THAT(failure_of(save("no.png", "this is text")), HasSubstr("is no image that can be read"));
  EXPECT_THAT(failure_of(save("list.png", "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://127.0.0.1:9/a.ts\n")),
              HasSubstr("is no image that can be read"));
  EXPECT_THAT(failure_of(save("bad.svg", "<svg><rect></svg>")), HasSubstr("is no image that can be read"));
}

}  // namespace
