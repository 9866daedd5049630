#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <reel/testing/testing.hpp>
#include <thread>

namespace {

using namespace reel::testing;
using namespace std::chrono_literals;
using reel::CapsPtr;
using reel::ElementPtr;
using reel::Time;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* blendable[] = {
    "I420",      "YV12",      "Y42B",      "Y41B",      "Y444",      "NV12",      "NV21",      "NV16",
    "NV24",      "YUY2",      "UYVY",      "GRAY8",     "A420",      "AYUV",      "I420_10LE", "I422_10LE",
    "Y444_10LE", "I420_12LE", "I422_12LE", "Y444_12LE", "Y444_16LE", "A420_10LE", "A444_10LE", "RGB",
    "BGR",       "RGBx",      "xRGB",      "BGRx",      "xBGR",      "RGBA",      "ARGB",      "BGRA",
    "ABGR",      "GBR",       "GBRA",      "GBR_10LE",  "GBR_12LE",  "GBRA_10LE"};

struct Input {
  std::vector<Picture> pictures;
  Time each = 40ms;
  Time start{0};
};

class OverlayTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { load_plugin("titles"); }

  static void feed(Graph& graph, const char* name, const Input& input) {
    if (input.pictures.empty()) return;
    GstVideoInfo info = input.pictures[0].info();
    info.fps_n = 25, info.fps_d = 1;
    const CapsPtr caps(gst_video_info_to_caps(&info));
    gst_app_src_set_caps(GST_APP_SRC(graph.element(name).get()), caps.get());
    Time at = input.start;
    for (const Picture& p : input.pictures) {
      graph.push(name, p.buffer(at, input.each));
      at += input.each;
    }
  }

  static std::vector<Picture> overlay(const std::string& options, const Input& main, const Input& second,
                                      const std::vector<Keyframes>& keyframes = {}) {
    Graph graph("appsrc name=main ! o.video_sink_0 appsrc name=second ! o.video_sink_1 reel-overlay name=o " + options +
                " ! appsink name=out");
    for (const Keyframes& k : keyframes) set_keyframes(graph.element("o").get(), k);
    feed(graph, "main", main);
    feed(graph, "second", second);
    graph.run(20s);
    std::vector<Picture> result;
    const Output& out = graph.output("out");
    times.clear();
    for (const auto& b : out.buffers) {
      GstVideoInfo info;
      const CapsPtr caps(gst_caps_from_string(out.caps.c_str()));
      gst_video_info_from_caps(&info, caps.get());
      result.push_back(Picture::from(b.get(), info));
      times.push_back(pts(b));
    }
    return result;
  }
  static inline std::vector<Time> times;
};

Input still(const Picture& p) { return {{p}}; }
Input frames_of(const Picture& p, std::size_t n) { return {std::vector<Picture>(n, p)}; }

/// Luma of one pixel in each picture.
std::vector<int> lumas(const std::vector<Picture>& pictures, int x = 1, int y = 1) {
  std::vector<int> values;
  for (const Picture& p : pictures) values.push_back(p.at(0, x, y));
  return values;
}

Input counting(std::size_t n, int first, Time each = 40ms) {
  Input in;
  in.each = each;
  for (std::size_t i = 0; i < n; ++i)
    in.pictures.push_back(Picture::solid("I420", 8, 8, {first + static_cast<int>(i), 128, 128, 0}));
  return in;
}

TEST_F(OverlayTest, ReplacesItsBoxAndNothingElse) {
  const Picture main = Picture::noise("Y444", 64, 48), second = Picture::noise("Y444", 16, 12, 2);
  const Picture out = overlay("x=0.25 y=0.5", still(main), still(second)).at(0);
  int wrong = 0;
  out.for_each([&](int c, int x, int y) {
    const bool inside = x >= 16 && x < 32 && y >= 24 && y < 36;
    wrong += out.at(c, x, y) != (inside ? second.at(c, x - 16, y - 24) : main.at(c, x, y));
  });
  EXPECT_EQ(wrong, 0);
}

TEST_F(OverlayTest, BlendsExactlyInEveryFormat) {
  for (const char* format : blendable)
    for (const auto& [width, height] : {std::pair(40, 30), {37, 21}}) {
      SCOPED_TRACE(::testing::Message() << format << " " << width << "x" << height);
      // The last pixel of an odd row has only half a group: copying such pictures loses a part of its chroma.
      if (width % 2 != 0 && (std::string_view(format) == "YUY2" || std::string_view(format) == "UYVY")) continue;
      const Picture main = Picture::noise(format, width, height);
      Picture second = Picture::solid("AYUV", 9, 7, {180, 90, 150, 255});
      const bool rgb = GST_VIDEO_INFO_IS_RGB(&main.info());
      if (rgb) second = Picture::solid("ARGB", 9, 7, {180, 90, 150, 255});
      const Picture out = overlay("x=0.2 y=0.2 opacity=0.5", still(main), still(second)).at(0);
      const int left = static_cast<int>(std::lround(0.2 * width)), top = static_cast<int>(std::lround(0.2 * height));
      int worst_inside = 0, changed_outside = 0;
      for (int c = 0; c < std::min(3, main.components()); ++c) {
        const int sx = main.info().finfo->w_sub[c], sy = main.info().finfo->h_sub[c];
        const double to = (180 + (c == 1   ? -90
                                  : c == 2 ? -30
                                           : 0)) *
                          (rgb ? main.full_scale() / 255.0 : 1 << (main.depth() - 8));
        for (int y = 0; y < out.height(c); ++y)
          for (int x = 0; x < out.width(c); ++x) {
            int covered = 0, all = 0;
            for (int v = y << sy; v < std::min((y + 1) << sy, height); ++v)
              for (int u = x << sx; u < std::min((x + 1) << sx, width); ++u)
                ++all, covered += u >= left && u < left + 9 && v >= top && v < top + 7;
            const double alpha = main.components() > 3 && covered > 0 ? -1 : 0.5 * covered / all;
            if (alpha < 0) continue;  // see-through main pictures have a test of their own
            const double expected = main.at(c, x, y) + (to - main.at(c, x, y)) * alpha;
            const int error = static_cast<int>(std::abs(out.at(c, x, y) - expected) + 0.4);
            if (covered > 0)
              worst_inside = std::max(worst_inside, error);
            else
              changed_outside += out.at(c, x, y) != main.at(c, x, y);
          }
      }
      EXPECT_LE(worst_inside, std::max(1, 1 << (main.depth() - 10 > 0 ? main.depth() - 10 : 0)));
      EXPECT_EQ(changed_outside, 0);
    }
}

TEST_F(OverlayTest, AlphaOfTheSecondCounts) {
  for (const int alpha : {0, 1, 64, 128, 200, 255}) {
    const Picture main = Picture::noise("RGB", 32, 32);
    const Picture second = Picture::solid("RGBA", 32, 32, {250, 10, 100, alpha});
    const Picture out = overlay("", still(main), still(second)).at(0);
    constexpr int color[] = {250, 10, 100};
    out.for_each([&](int c, int x, int y) {
      EXPECT_NEAR(out.at(c, x, y), main.at(c, x, y) + (color[c] - main.at(c, x, y)) * alpha / 255.0, 1);
    });
    if (alpha == 0) {
      EXPECT_EQ(out, main);
    }
  }
}

TEST_F(OverlayTest, SeeThroughMainPicturesGrowOpaque) {
  const Picture main = Picture::solid("RGBA", 16, 16, {0, 0, 200, 0});
  const Picture out = overlay("opacity=0.5", still(main), still(Picture::solid("RGB", 16, 16, {240, 20, 0, 0}))).at(0);
  EXPECT_NEAR(out.at(0, 8, 8), 240, 1);  // nothing of the invisible blue
  EXPECT_NEAR(out.at(2, 8, 8), 0, 1);
  EXPECT_NEAR(out.at(3, 8, 8), 128, 1);
}

TEST_F(OverlayTest, InvisibleColoursDoNotBleedWhenScaled) {
  // A white disc on transparent black: its edge must not turn grey.
  const Picture second = Picture::make("RGBA", 64, 64, [](int c, int x, int y) {
    const bool in = (x - 32) * (x - 32) + (y - 32) * (y - 32) < 700;
    return in ? 255 : c == 3 ? 0 : 0;
  });
  const Picture out =
      overlay("width=0.3", still(Picture::solid("RGB", 64, 64, {255, 255, 255, 0})), still(second)).at(0);
  int darkest = 255;
  out.for_each([&](int c, int x, int y) { darkest = std::min(darkest, out.at(c, x, y)); });
  EXPECT_GE(darkest, 253);
}

TEST_F(OverlayTest, SizesFollowTheMainPicture) {
  const auto width_of = [](const Picture& p) {
    int n = 0;
    for (int x = 0; x < p.width(); ++x) n += p.at(0, x, 0) > 150;
    return n;
  };
  const auto height_of = [](const Picture& p) {
    int n = 0;
    for (int y = 0; y < p.height(); ++y) n += p.at(0, 0, y) > 150;
    return n;
  };
  const Picture main = Picture::solid("GRAY8", 160, 120, {50, 0, 0, 0}),
                second = Picture::solid("GRAY8", 40, 20, {200, 0, 0, 0});
  const auto size = [&](const std::string& options) {
    const Picture p = overlay(options, still(main), still(second)).at(0);
    return std::pair(width_of(p), height_of(p));
  };
  EXPECT_EQ(size(""), std::pair(40, 20));
  EXPECT_EQ(size("width=0.5"), std::pair(80, 40));
  EXPECT_EQ(size("height=0.5"), std::pair(120, 60));
  EXPECT_EQ(size("width=0.5 height=0.5"), std::pair(80, 60));
  EXPECT_EQ(size("width=4"), std::pair(160, 120));
  EXPECT_EQ(size("x=-0.125"), std::pair(20, 20));
  EXPECT_EQ(size("x=1.5"), std::pair(0, 0));
}

TEST_F(OverlayTest, TakesTheFrameOfTheMoment) {
  // 25 frames a second below, 10 above: each of these shows for two or three of the main ones.
  const auto out = overlay("", frames_of(Picture::solid("I420", 8, 8, {20, 128, 128, 0}), 10), counting(4, 100, 100ms));
  EXPECT_THAT(lumas(out), ElementsAre(100, 100, 100, 101, 101, 102, 102, 102, 103, 103));
  EXPECT_EQ(times.back(), 360ms);
}

TEST_F(OverlayTest, BeginsAtStartAndHidesOrHoldsAtTheEnd) {
  const Input main = frames_of(Picture::solid("I420", 8, 8, {20, 128, 128, 0}), 8);
  EXPECT_THAT(lumas(overlay("start=80000000", main, counting(3, 100))), ElementsAre(20, 20, 100, 101, 102, 20, 20, 20));
  EXPECT_THAT(lumas(overlay("start=80000000 at-end=hold", main, counting(3, 100))),
              ElementsAre(20, 20, 100, 101, 102, 102, 102, 102));
}

TEST_F(OverlayTest, APictureStays) {
  const Input main = frames_of(Picture::solid("I420", 8, 8, {20, 128, 128, 0}), 4);
  EXPECT_THAT(lumas(overlay("", main, counting(1, 100))), ElementsAre(100, 100, 100, 100));
}

TEST_F(OverlayTest, During) {
  const Input main = frames_of(Picture::solid("I420", 8, 8, {20, 128, 128, 0}), 6);
  EXPECT_THAT(lumas(overlay("during=\"40000000..80000000,160000000..\"", main, counting(6, 100))),
              ElementsAre(20, 101, 20, 20, 104, 105));
}

TEST_F(OverlayTest, Keyframes) {
  const Input main = frames_of(Picture::solid("I420", 8, 8, {20, 128, 128, 0}), 6);
  const Input second = frames_of(Picture::solid("I420", 8, 8, {120, 128, 128, 0}), 6);
  const auto fading = overlay("", main, second, {{"opacity", {{0ms, 0}, {200ms, 1}}}});
  EXPECT_THAT(lumas(fading), ElementsAre(20, 40, 60, 80, 100, 120));
  const auto moving = overlay("", main, second, {{"x", {{0ms, 0}, {160ms, 1}}}});
  EXPECT_THAT(lumas(moving, 3, 3), ElementsAre(120, 120, 20, 20, 20, 20));
}

TEST_F(OverlayTest, OneSideMayBeEmptyOrShort) {
  const Picture p = Picture::solid("I420", 8, 8, {20, 128, 128, 0});
  EXPECT_EQ(overlay("", frames_of(p, 5), {}).size(), 5U);
  EXPECT_EQ(overlay("", {}, counting(20, 100)).size(), 0U);
  EXPECT_EQ(overlay("", frames_of(p, 2), counting(100, 1)).size(), 2U);
  EXPECT_EQ(overlay("start=10000000000", frames_of(p, 3), counting(100, 1)).size(), 3U);
  EXPECT_EQ(overlay("opacity=0", frames_of(p, 50), counting(100, 1)).size(), 50U);
}

std::string failure_of(const std::string& launch) {
  try {
    Graph graph(launch);
    graph.run(10s);
  } catch (const std::runtime_error& e) {
    return e.what();
  }
  return "no failure";
}

TEST_F(OverlayTest, NeedsTwoInputs) {
  EXPECT_THAT(failure_of("videotestsrc num-buffers=3 ! o.video_sink_0 reel-overlay name=o ! fakesink"),
              HasSubstr("there is no second input"));
  EXPECT_THAT(failure_of("videotestsrc num-buffers=3 ! o.video_sink_0 videotestsrc num-buffers=3 ! o.video_sink_1 "
                         "videotestsrc num-buffers=3 ! o.video_sink_2 reel-overlay name=o ! fakesink"),
              HasSubstr("expected exactly two inputs"));
}

TEST_F(OverlayTest, FormatsNegotiateByVideoconvert) {
  Graph graph(
      "videotestsrc num-buffers=2 ! video/x-raw,format=v210,width=64,height=48 ! videoconvert ! o.video_sink_0 "
      "videotestsrc num-buffers=2 pattern=ball ! video/x-raw,format=P010_10LE,width=32,height=32 ! o.video_sink_1 "
      "reel-overlay name=o ! appsink name=out");
  graph.run();
  EXPECT_EQ(graph.output("out").buffers.size(), 2U);
  EXPECT_THAT(graph.output("out").caps, HasSubstr("_10LE"));
}

std::string racing(int main_frames, int second_frames) {
  return "videotestsrc num-buffers=" + std::to_string(main_frames) +
         " ! video/x-raw,width=16,height=16,framerate=30/1 ! queue max-size-buffers=2 ! o.video_sink_0 "
         "videotestsrc num-buffers=" +
         std::to_string(second_frames) +
         " ! video/x-raw,width=8,height=8,framerate=25/1 ! queue max-size-buffers=2 ! o.video_sink_1 "
         "reel-overlay name=o start=100000000 ! queue max-size-buffers=2 ! appsink name=out sync=false";
}

TEST_F(OverlayTest, NeverDeadlocks) {
  std::minstd_rand random(7);
  for (int run = 0; run < 100; ++run) {
    const int main = 1 + static_cast<int>(random() % 60), second = 1 + static_cast<int>(random() % 60);
    SCOPED_TRACE(::testing::Message() << main << " over " << second);
    Graph graph(racing(main, second));
    graph.run(10s);
    EXPECT_EQ(graph.output("out").buffers.size(), static_cast<std::size_t>(main));
  }
}

TEST_F(OverlayTest, StopsAtAnyMoment) {
  std::minstd_rand random(7);
  for (int run = 0; run < 60; ++run) {
    Graph graph(racing(100000, 100000));
    gst_element_set_state(graph.pipeline(), run % 3 == 0 ? GST_STATE_PAUSED : GST_STATE_PLAYING);
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 8000));
    gst_element_set_state(graph.pipeline(), run % 2 == 0 ? GST_STATE_READY : GST_STATE_NULL);
    if (run % 2 == 0) {
      gst_element_set_state(graph.pipeline(), GST_STATE_PLAYING);
      std::this_thread::sleep_for(std::chrono::microseconds(random() % 4000));
    }
  }
}

TEST_F(OverlayTest, SeeksInBothInputs) {
  Graph graph(racing(100000, 100000));
  gst_element_set_state(graph.pipeline(), GST_STATE_PAUSED);
  ASSERT_EQ(gst_element_get_state(graph.pipeline(), nullptr, nullptr, 5 * GST_SECOND), GST_STATE_CHANGE_SUCCESS);
  for (int i = 1; i <= 20; ++i) {
    const auto to = static_cast<gint64>(i) * GST_SECOND;
    for (const char* pad : {"video_sink_0", "video_sink_1"}) {
      const reel::PadPtr sink(gst_element_get_static_pad(graph.element("o").get(), pad));
      EXPECT_TRUE(gst_pad_push_event(
          sink.get(), gst_event_new_seek(1, GST_FORMAT_TIME,
                                         static_cast<GstSeekFlags>(GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE),
                                         GST_SEEK_TYPE_SET, to, GST_SEEK_TYPE_NONE, 0)));
    }
    ASSERT_EQ(gst_element_get_state(graph.pipeline(), nullptr, nullptr, 5 * GST_SECOND), GST_STATE_CHANGE_SUCCESS);
    GstSample* const sample = gst_app_sink_try_pull_preroll(GST_APP_SINK(graph.element("out").get()), 5 * GST_SECOND);
    ASSERT_NE(sample, nullptr);
    EXPECT_NEAR(double(GST_BUFFER_PTS(gst_sample_get_buffer(sample))), double(to), 34e6);
    gst_sample_unref(sample);
  }
}

}  // namespace
