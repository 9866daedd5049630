#include "reel/engine/preview.hpp"

#include <gmock/gmock.h>

#include "fake_stages.hpp"
#include "reel/base/error.hpp"
#include "reel/engine/probe.hpp"

namespace reel::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class PreviewTest : public PipelineTest {
 protected:
  /// Picture n has the brightness 16 + 20 * (n mod 10). Long enough for seeks.
  std::string ramp() const {
    return make("ramp.mkv",
                "-f lavfi -i "
                "\"color=black:size=64x64:rate=25:duration=8,format=yuv420p,geq=lum='16+20*mod(N,10)':cb=128:"
                "cr=128\" -c:v ffv1 -g 10");
  }
  int brightness(const std::string& picture) const {
    const std::string raw = output_of("ffmpeg -v error -i " + picture + " -pix_fmt gray -f rawvideo -");
    return static_cast<unsigned char>(raw.at(raw.size() / 2));
  }
};

TEST_F(PreviewTest, ShowsThePictureThatCoversTheTime) {
  const auto prepared = prepare(yaml(ramp(), "  - uses: gst/videoflip\n"));
  const auto result = preview(prepared, milliseconds(6010), path("p.png"));
  EXPECT_EQ(result.time, seconds(6));
  EXPECT_EQ(result.width, 64);
  EXPECT_EQ(result.height, 64);
  EXPECT_NEAR(brightness(path("p.png")), 0, 5);
  EXPECT_EQ(preview(prepared, milliseconds(6159), path("p.png")).time, milliseconds(6120));
  // 3 * 20, from limited to full range.
  EXPECT_NEAR(brightness(path("p.png")), 70, 5);
  EXPECT_EQ(preview(prepared, milliseconds(0), path("p.png")).time, seconds(0));
  EXPECT_EQ(preview(prepared, milliseconds(7999), path("p.png")).time, milliseconds(7960));
}

TEST_F(PreviewTest, AStageThatNeedsAllGetsAll) {
  // Foreign elements of which nothing is known count as `whole`.
  const auto prepared = prepare(yaml(ramp(), "  - uses: gst/videorate\n"));
  EXPECT_EQ(preview(prepared, milliseconds(6010), path("p.png")).time, seconds(6));
}

TEST_F(PreviewTest, WritesJpegAndRefusesOtherNames) {
  const auto prepared = prepare(yaml(ramp(), ""));
  preview(prepared, seconds(1), path("p.jpg"));
  EXPECT_EQ(probe(path("p.jpg")).video()->video->codec, "mjpeg");
  EXPECT_THROW(preview(prepared, seconds(1), path("p.txt")), base::InputError);
  EXPECT_THROW(preview(prepared, seconds(8), path("q.png")), base::InputError);
  EXPECT_FALSE(std::filesystem::exists(path("q.png")));
  EXPECT_THROW(preview(prepare(yaml(tone(), "")), seconds(1), path("q.png")), base::InputError);
  EXPECT_THROW(preview(prepared, seconds(1), path("nowhere/q.png")), base::RunError);
}

TEST_F(PreviewTest, PixelsAreShownSquare) {
  const auto wide = make("wide.mkv", "-i " + ramp() + " -vf setsar=2/1 -c:v ffv1");
  const auto result = preview(prepare(yaml(wide, "")), seconds(1), path("p.png"));
  EXPECT_EQ(result.width, 2 * result.height);
}

}  // namespace
}  // namespace reel::engine
