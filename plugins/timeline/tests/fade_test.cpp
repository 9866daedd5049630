#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "streams.hpp"

namespace {

using namespace reel::testing;
using namespace std::chrono_literals;
using reel::BufferPtr;
using reel::Time;
using ::testing::HasSubstr;

class FadeTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { load_plugin("timeline"); }
};

struct Faded {
  GstVideoInfo info{};
  std::vector<BufferPtr> in, out;
};

/// 50 pictures at 25 a second, all bytes `value` (16 bit words in deeper formats), through a fade.
Faded run(const std::string& with, const std::string& format, unsigned value, int width = 6, int height = 4,
          const std::string& more = "", bool knows_length = true) {
  const std::string caps = "video/x-raw,format=" + format + ",width=" + std::to_string(width) +
                           ",height=" + std::to_string(height) + ",framerate=25/1" + more;
  Graph graph("appsrc name=v caps=\"" + caps + "\" " + (knows_length ? "duration=2000000000" : "") +
              " ! f.video_sink reel-fade name=f " + with + " f.video_src ! appsink name=vo");
  Faded result;
  const reel::CapsPtr parsed(gst_caps_from_string(caps.c_str()));
  gst_video_info_from_caps(&result.info, parsed.get());
  const bool deep = GST_VIDEO_INFO_COMP_DEPTH(&result.info, 0) > 8;
  std::vector<std::uint8_t> data(result.info.size, static_cast<std::uint8_t>(value));
  if (deep)
    for (std::size_t i = 0; i + 1 < data.size(); i += 2)
      data[i] = static_cast<std::uint8_t>(value), data[i + 1] = static_cast<std::uint8_t>(value >> 8U);
  for (int i = 0; i < 50; ++i) {
    result.in.push_back(make_buffer(data.data(), data.size(), i * 40ms, 40ms));
    graph.push("v", BufferPtr(gst_buffer_ref(result.in.back().get())));
  }
  graph.run();
  result.out = std::move(graph.output("vo").buffers);
  return result;
}

/// Component `c` of the pixel at the right bottom corner of picture `i`.
unsigned corner(Faded& f, std::size_t i, int c) {
  GstVideoFrame raw;
  gst_video_frame_map(&raw, &f.info, f.out[i].get(), GST_MAP_READ);
  reel::VideoFrame frame(raw, Time{0});
  unsigned value = 0;
  const auto read = [&](auto plane) { value = plane.at(plane.width() - 1, plane.height() - 1); };
  if (frame.depth() > 8)
    read(frame.component<std::uint16_t>(c));
  else
    read(frame.component<std::uint8_t>(c));
  gst_video_frame_unmap(&raw);
  return value;
}

TEST_F(FadeTest, FirstAndLastPictureAreTheColourAndTheMiddleIsUntouched) {
  auto f = run("", "I420", 100);
  ASSERT_EQ(f.out.size(), 50U);
  EXPECT_EQ(corner(f, 0, 0), 16U);
  EXPECT_EQ(corner(f, 0, 1), 128U);
  EXPECT_EQ(corner(f, 49, 0), 16U);
  EXPECT_EQ(corner(f, 49, 2), 128U);
  for (std::size_t i = 1; i < 25; ++i) EXPECT_NEAR(corner(f, i, 0), 16 + 84 * static_cast<double>(i) / 25, 0.51) << i;
  auto shorter = run("duration=400000000", "I420", 100);
  for (std::size_t i = 10; i < 40; ++i) EXPECT_EQ(contents(shorter.out[i]), contents(f.in[i])) << i;
  EXPECT_LT(corner(shorter, 9, 0), 100U);
  EXPECT_LT(corner(shorter, 40, 0), 100U);
}

TEST_F(FadeTest, DirectionInLeavesTheEndAndNeedsNoLength) {
  auto f = run("direction=in", "GRAY8", 200, 1, 1, "", false);
  EXPECT_EQ(contents(f.out[49]), contents(f.in[49]));
  EXPECT_LT(corner(f, 3, 0), 60U);
}

TEST_F(FadeTest, BlackIsExactInEveryRangeAndDepth) {
  const std::string full = ",colorimetry=(string)1:4:0:0";
  const std::string limited = ",colorimetry=bt709";
  struct Case {
    const char* format;
    std::string more;
    unsigned y, u;
  };
  for (const Case& c : {Case{"I420", limited, 16, 128}, Case{"I420", full, 0, 128}, Case{"NV12", limited, 16, 128},
                        Case{"I420_10LE", limited, 64, 512}, Case{"Y444_10LE", full, 0, 512},
                        Case{"I422_12LE", limited, 256, 2048}, Case{"Y42B", limited, 16, 128}}) {
    SCOPED_TRACE(c.format + c.more);
    auto f = run("", c.format, 90, 7, 5, c.more);
    EXPECT_EQ(corner(f, 0, 0), c.y);
    EXPECT_EQ(corner(f, 0, 1), c.u);
    EXPECT_EQ(corner(f, 0, 2), c.u);
    auto still = run("duration=0", c.format, 90, 7, 5, c.more);
    EXPECT_EQ(contents(still.out[0]), contents(still.in[0]));
  }
}

TEST_F(FadeTest, RgbFadesToAColourAndAlphaStays) {
  auto f = run("color=0xff3264c8 direction=in", "RGBA", 10, 5, 3);
  EXPECT_EQ(corner(f, 0, 0), 0x32U);
  EXPECT_EQ(corner(f, 0, 1), 0x64U);
  EXPECT_EQ(corner(f, 0, 2), 0xC8U);
  EXPECT_EQ(corner(f, 0, 3), 10U);
  auto planar = run("color=0xff3264c8 direction=in", "GBR_10LE", 10, 5, 3);
  EXPECT_NEAR(corner(planar, 0, 0), 0x32 * 1023 / 255.0, 0.51);
  EXPECT_NEAR(corner(planar, 0, 2), 0xC8 * 1023 / 255.0, 0.51);
}

TEST_F(FadeTest, DuringIsTheWholeFadeAndOutsideNothingChanges) {
  auto f = run("during=400ms..1s duration=200000000", "I420", 100);
  for (const std::size_t i : {0U, 9U, 25U, 49U}) EXPECT_EQ(contents(f.out[i]), contents(f.in[i])) << i;
  EXPECT_EQ(corner(f, 10, 0), 16U);
  EXPECT_EQ(corner(f, 15, 0), 100U);
  EXPECT_EQ(corner(f, 24, 0), 16U);
  auto out = run("direction=out during=..1s duration=200000000", "I420", 100, 6, 4, "", false);
  EXPECT_EQ(corner(out, 0, 0), 100U);
  EXPECT_EQ(corner(out, 24, 0), 16U);
  EXPECT_EQ(corner(out, 25, 0), 100U);
}

TEST_F(FadeTest, TheSmoothCurveStartsGently) {
  auto line = run("direction=in", "GRAY8", 235), smooth = run("direction=in curve=smooth", "GRAY8", 235);
  EXPECT_LT(corner(smooth, 5, 0), corner(line, 5, 0));
  EXPECT_GT(corner(smooth, 20, 0), corner(line, 20, 0));
}

TEST_F(FadeTest, AnUnknownLengthIsSaid) {
  try {
    run("", "I420", 100, 6, 4, "", false);
    FAIL() << "a fade out of unknown place went through";
  } catch (const std::runtime_error& e) {
    EXPECT_THAT(e.what(), HasSubstr("length of the media is not known"));
  }
}

TEST_F(FadeTest, SoundFadesSampleBySample) {
  for (const char* format : {"F32LE", "S16LE", "S32LE"}) {
    SCOPED_TRACE(format);
    Graph graph(
        "appsrc name=a duration=3000000000 caps=\"" + sound_caps("F32LE", 8000, 2) +
        "\" ! audioconvert dithering=none ! audio/x-raw,format=" + format +
        " ! f.audio_sink reel-fade name=f f.audio_src ! audioconvert ! audio/x-raw,format=F32LE ! appsink name=ao");
    push_sound(graph, "a", 24000, 8000, 2, [](std::int64_t) { return 0.5F; });
    graph.run();
    const auto out = graph.output("ao").samples<float>();
    ASSERT_EQ(out.size(), 48000U);
    EXPECT_EQ(out[0], 0);
    for (std::size_t n = 0; n < 8000; n += 100) EXPECT_NEAR(out[2 * n], 0.5 * static_cast<double>(n) / 8000, 1e-4);
    for (std::size_t n = 8000; n < 16000; ++n) ASSERT_EQ(out[2 * n], 0.5F);
    for (std::size_t n = 16000; n < 24000; n += 100)
      EXPECT_NEAR(out[2 * n + 1], 0.5 * static_cast<double>(24000 - n) / 8000, 1e-4);
  }
}

TEST_F(FadeTest, PictureAndSoundCanBeLeftAlone) {
  auto f = run("picture=false", "I420", 100);
  EXPECT_EQ(contents(f.out[0]), contents(f.in[0]));
}

TEST_F(FadeTest, ASharedBufferIsNotWrittenTo) {
  Faded f = run("", "I420", 100);
  EXPECT_EQ(contents(f.in[0])[0], 100);
}

}  // namespace
