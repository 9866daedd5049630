#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <reel/testing/testing.hpp>

namespace {

using namespace reel::testing;
using namespace std::chrono_literals;
using reel::Time;
using ::testing::HasSubstr;

/// What differs from a plain picture.
struct Ink {
  int left = 1 << 20, top = 1 << 20, right = -1, bottom = -1, count = 0, brightest = 0;
};

class TextTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { load_plugin("titles"); }

  static Picture gray(const std::string& format = "I420", int width = 640, int height = 360) {
    return Picture::solid(format, width, height, {100, 128, 128, 0});
  }
  static Picture write(const std::string& options, const Picture& on = gray()) {
    return run_video("reel-text " + options, {on}).pictures.at(0);
  }
  static Ink ink_of(const Picture& p, int level = 100) {
    Ink ink;
    for (int y = 0; y < p.height(); ++y)
      for (int x = 0; x < p.width(); ++x) {
        if (p.at(0, x, y) == level) continue;
        ink = {std::min(ink.left, x),   std::min(ink.top, y), std::max(ink.right, x),
               std::max(ink.bottom, y), ink.count + 1,        std::max(ink.brightest, p.at(0, x, y))};
      }
    return ink;
  }
  static std::string failure_of(const std::string& options) {
    try {
      write(options);
    } catch (const std::runtime_error& e) {
      return e.what();
    }
    return "no failure";
  }
};

TEST_F(TextTest, KeepsToTheEdgeThatAlignNames) {
  const auto at = [](const char* align) { return ink_of(write(std::string("text=Hi align=") + align)); };
  const Ink top_left = at("top-left"), bottom_right = at("bottom-right"), center = at("center");
  EXPECT_LT(top_left.right, 120);
  EXPECT_LT(top_left.bottom, 60);
  EXPECT_NEAR(top_left.left, 14 + 2, 6);  // the margin is 4 % of 360
  EXPECT_GT(bottom_right.left, 520);
  EXPECT_GT(bottom_right.top, 300);
  EXPECT_NEAR((center.left + center.right) / 2.0, 320, 2);
  EXPECT_NEAR((center.top + center.bottom) / 2.0, 180, 5);
  EXPECT_NEAR((at("bottom").left + at("bottom").right) / 2.0, 320, 2);
}

TEST_F(TextTest, XAndYPlaceThePointThatAlignNames) {
  const Ink centered = ink_of(write("text=Hi align=center x=0.25 y=0.75"));
  EXPECT_NEAR((centered.left + centered.right) / 2.0, 160, 2);
  EXPECT_NEAR((centered.top + centered.bottom) / 2.0, 270, 5);
  const Ink corner = ink_of(write("text=Hi align=top-left x=0.5 y=0.5 outline=0"));
  EXPECT_GE(corner.left, 320);
  EXPECT_GE(corner.top, 180);
  EXPECT_LE(corner.left, 324);
}

TEST_F(TextTest, SizeIsAShareOfThePicture) {
  const Ink small = ink_of(write("text=H size=10 outline=0")), large = ink_of(write("text=H size=20 outline=0"));
  EXPECT_NEAR(small.bottom - small.top, 0.73 * 36, 3);  // a capital of DejaVu Sans
  EXPECT_NEAR(large.bottom - large.top, 0.73 * 72, 3);
}

TEST_F(TextTest, ColoursAndOutline) {
  const Picture p =
      write("text=HHH size=30 color=0xffff0000 outline=10 outline-color=0xff0000ff align=center", gray("RGB"));
  int red = 0, blue = 0;
  for (int y = 0; y < p.height(); ++y)
    for (int x = 0; x < p.width(); ++x) {
      red += p.at(0, x, y) == 255 && p.at(1, x, y) == 0 && p.at(2, x, y) == 0;
      blue += p.at(0, x, y) == 0 && p.at(1, x, y) == 0 && p.at(2, x, y) == 255;
    }
  EXPECT_GT(red, 1000);
  EXPECT_GT(blue, 1000);
}

TEST_F(TextTest, WhiteIsWhiteAtAnyDepth) {
  for (const auto& [format, white] : {std::pair("I420", 235),
                                      {"I420_10LE", 940},
                                      {"Y444_12LE", 3760},
                                      {"RGB", 255},
                                      {"GBR_10LE", 1023},
                                      {"NV12", 235},
                                      {"GRAY8", 255}}) {
    SCOPED_TRACE(format);
    const Picture p = write("text=HHHH size=40 outline=0 align=center", gray(format));
    EXPECT_EQ(ink_of(p, gray(format).at(0, 0, 0)).brightest, white);
  }
}

TEST_F(TextTest, LeavesTheRestAlone) {
  const Picture in = Picture::noise("I420_10LE", 320, 180);
  const Picture out = write("text=Hi align=top-left", in);
  int changed = 0;
  out.for_each([&](int c, int x, int y) {
    if (y > out.height(c) / 3 || x > out.width(c) / 2) changed += out.at(c, x, y) != in.at(c, x, y);
  });
  EXPECT_EQ(changed, 0);
}

TEST_F(TextTest, LongTextWraps) {
  const Ink one = ink_of(write("text=\"a few words\""));
  const Ink many =
      ink_of(write("text=\"a few words that go on and on for much longer than one line of this picture has room\""));
  EXPECT_GT(many.bottom - many.top, 2 * (one.bottom - one.top));
  EXPECT_GE(many.left, 8);
  EXPECT_LE(many.right, 632);
  const Ink word = ink_of(write("text=" + std::string(120, 'W')));
  EXPECT_GE(word.left, 0);
  EXPECT_LE(word.right, 632);
}

TEST_F(TextTest, Markup) {
  const Picture p = write(
      "markup=true size=30 outline=0 align=center text=\"<span foreground='#00ff00'>HH</span> &amp;\"", gray("RGB"));
  int green = 0;
  for (int y = 0; y < p.height(); ++y)
    for (int x = 0; x < p.width(); ++x) green += p.at(0, x, y) == 0 && p.at(1, x, y) == 255;
  EXPECT_GT(green, 1000);
  EXPECT_THAT(failure_of("markup=true text=\"<b>open\""), HasSubstr("the markup cannot be read"));
  EXPECT_THAT(failure_of("markup=true text=\"Q & A\""), HasSubstr("&amp; for &"));
  EXPECT_EQ(failure_of("text=\"Q & A <b>\""), "no failure");
}

TEST_F(TextTest, TimeStandsForTheStreamTime) {
  const auto run = run_video("reel-text text={time} outline=0", {gray(), gray(), gray()}, {.start = 3723s});
  EXPECT_NE(run.pictures[0], run.pictures[1]);
  EXPECT_EQ(run.pictures[1], run_video("reel-text text=1:02:03.040 outline=0", {gray()}).pictures[0]);
}

TEST_F(TextTest, During) {
  const auto run = run_video("reel-text text=Hi during=\"40000000..80000000\"", {gray(), gray(), gray()});
  EXPECT_EQ(run.pictures[0], gray());
  EXPECT_NE(run.pictures[1], gray());
  EXPECT_EQ(run.pictures[2], gray());
}

TEST_F(TextTest, FadesAtBothEndsOfDuring) {
  const std::vector<Picture> in(25, gray());
  const auto run = run_video(
      "reel-text text=HHH size=30 outline=0 animation=fade animation-duration=200000000 during=\"0..800000000\"", in);
  const auto bright = [&](std::size_t i) { return ink_of(run.pictures[i]).brightest; };
  EXPECT_EQ(ink_of(run.pictures[0]).count, 0);
  EXPECT_NEAR(bright(1), 100 + 135 * 0.2, 2);
  EXPECT_NEAR(bright(4), 100 + 135 * 0.8, 2);
  EXPECT_EQ(bright(10), 235);
  EXPECT_NEAR(bright(17), 100 + 135 * 0.6, 2);
  EXPECT_EQ(ink_of(run.pictures[20]).count, 0);
}

TEST_F(TextTest, SlidesUpAndDown) {
  const std::vector<Picture> in(25, gray());
  const auto run = run_video(
      "reel-text text=HHH size=20 outline=0 align=center animation=slide-up "
      "animation-duration=400000000 during=\"0..900000000\"",
      in);
  const auto top = [&](std::size_t i) { return ink_of(run.pictures[i]).top; };
  EXPECT_GT(top(2), top(5));
  EXPECT_GT(top(5), top(11));
  EXPECT_GT(top(21), top(13));
}

TEST_F(TextTest, TypesLetterByLetter) {
  const std::vector<Picture> in(12, gray());
  const auto run =
      run_video("reel-text text=HHHHHHHHHH animation=typewriter animation-duration=400000000 align=left", in);
  EXPECT_EQ(ink_of(run.pictures[0]).count, 0);
  for (std::size_t i = 1; i < 10; ++i) {
    EXPECT_GT(ink_of(run.pictures[i + 1]).right, ink_of(run.pictures[i]).right) << i;
    EXPECT_EQ(ink_of(run.pictures[i + 1]).left, ink_of(run.pictures[i]).left) << i;
  }
  EXPECT_EQ(run.pictures[10], run.pictures[11]);
}

TEST_F(TextTest, KeyframesOfOpacityAndPlace) {
  const std::vector<Picture> in(5, gray());
  const auto fading =
      run_video("reel-text text=HHH size=30 outline=0", in, {.keyframes = {{"opacity", {{0ms, 0}, {160ms, 1}}}}});
  EXPECT_EQ(fading.pictures[0], gray());
  EXPECT_NEAR(ink_of(fading.pictures[2]).brightest, 100 + 135 / 2.0, 1);
  const auto moving =
      run_video("reel-text text=H align=left y=0.5", in, {.keyframes = {{"x", {{0ms, 0}, {160ms, 0.5}}}}});
  EXPECT_EQ(ink_of(moving.pictures[4]).left - ink_of(moving.pictures[0]).left, 320);
}

TEST_F(TextTest, BackgroundBox) {
  const Ink plain = ink_of(write("text=Hi outline=0")),
            boxed = ink_of(write("text=Hi outline=0 background=0xff202020 padding=50"));
  EXPECT_GT(boxed.count, 3 * plain.count);
}

TEST_F(TextTest, AnyScriptAndAnySize) {
  for (const auto& [width, height] : {std::pair(1, 1), {3, 5}, {17, 9}, {1279, 719}})
    for (const char* format : {"I420", "Y42B", "I420_10LE", "RGB"})
      EXPECT_EQ(write("text=\"Größe 東京 🎬 العربية\"", gray(format, width, height)).width(), width);
  EXPECT_EQ(write("text=\"\""), gray());
  EXPECT_EQ(write("text=\" \""), gray());
}

TEST_F(TextTest, PixelAspectIsMadeUpFor) {
  const auto shape = [](const char* aspect) {
    Graph graph(std::string("videotestsrc num-buffers=1 pattern=solid-color foreground-color=0xff000000 ! "
                            "video/x-raw,format=GRAY8,width=400,height=200,pixel-aspect-ratio=") +
                aspect + " ! reel-text text=H size=50 outline=0 align=center ! appsink name=out");
    graph.run();
    GstVideoInfo info;
    gst_video_info_set_format(&info, GST_VIDEO_FORMAT_GRAY8, 400, 200);
    const Picture p = Picture::from(graph.output("out").buffers.at(0).get(), info);
    const Ink ink = ink_of(p, p.at(0, 0, 0));
    return double(ink.right - ink.left + 1) / (ink.bottom - ink.top + 1);
  };
  EXPECT_NEAR(shape("2/1") * 2, shape("1/1"), 0.06);
}

}  // namespace
