#include "reel/engine/media_check.hpp"

#include <gmock/gmock.h>

#include "fake_stages.hpp"

namespace reel::engine {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

class MediaCheck : public PipelineTest {
 protected:
  /// The faults of a pipeline that must not pass.
  std::string refused(const std::string& text) {
    EXPECT_FALSE(try_prepare(text).has_value());
    return faults();
  }
  std::string warned(const std::string& text) {
    EXPECT_TRUE(try_prepare(text).has_value()) << faults();
    return faults();
  }
  static std::string flip(const std::string& during) { return "  - uses: gst/videoflip\n    during: " + during + "\n"; }
};

TEST_F(MediaCheck, ReplacesFrameNumbersByTheTimesOfThePictures) {
  const auto ntsc =
      make("ntsc.mp4", "-f lavfi -i testsrc=size=64x64:rate=30000/1001:duration=2 -c:v libx264 -preset ultrafast");
  const auto prepared = prepare(yaml(ntsc, flip("1f..30f")));
  const auto during = *prepared.pipeline.stages[1].during;
  EXPECT_EQ(std::get<base::Time>(*during.begin).count(), 33366666);
  EXPECT_EQ(std::get<base::Time>(*during.end).count(), 1001000000);
  EXPECT_THAT(refused(yaml(ntsc, flip("1f..61f"))),
              HasSubstr("there is no picture 61f: what reaches 'videoflip' has 60"));
  EXPECT_THAT(refused(yaml(ntsc, flip("1.5s..30f"))), HasSubstr("ends before it begins"));
  EXPECT_EQ(std::get<base::Time>(*prepare(yaml(ntsc, flip("0f..60f"))).pipeline.stages[1].during->end).count(),
            2002000000);
}

TEST_F(MediaCheck, FrameNumbersNeedPictures) {
  EXPECT_THAT(refused(yaml(tone(), "  - uses: gst/volume\n    during: 0f..10f\n")), HasSubstr("has no picture"));
}

TEST_F(MediaCheck, RangesPastTheEnd) {
  const auto source = silent_clip();
  const std::string outside = refused(yaml(source, flip("3s..4s")));
  EXPECT_THAT(
      outside,
      HasSubstr("test.yaml:6:13: error: 'during' begins at 0:03, but what reaches 'videoflip' lasts only 0:02"));
  const std::string partly = warned(yaml(source, flip("1s..4s")));
  EXPECT_THAT(partly, HasSubstr("warning: 'during' ends at 0:04"));
  EXPECT_EQ(warned(yaml(source, flip("1s..2s"))), "");
}

TEST_F(MediaCheck, KeyframesPastTheEnd) {
  const auto source = silent_clip();
  const auto keys = [](const std::string& a, const std::string& b) {
    return "  - uses: gst/videobalance\n    with: { hue: [ { at: " + a + ", value: 0 }, { at: " + b +
           ", value: 1 } ] }\n";
  };
  EXPECT_THAT(refused(yaml(source, keys("5s", "6s"))), HasSubstr("'hue' has its first keyframe at 0:05"));
  EXPECT_THAT(warned(yaml(source, keys("1s", "6s"))), HasSubstr("'hue' has a keyframe at 0:06"));
}

TEST_F(MediaCheck, SourcesThatCannotBeRead) {
  EXPECT_THAT(refused(yaml(path("none.mp4"), "")), HasSubstr("test.yaml:4:18: error: there is no file"));
  EXPECT_THAT(refused(yaml(write("empty.mp4", ""), "")), HasSubstr("is empty (0 bytes)"));
  EXPECT_THAT(refused(yaml("s3://bucket/x.mp4", "")), HasSubstr("no installed plugin opens 's3://'"));
}

TEST_F(MediaCheck, AnMp4ThatIsCutShortBehindItsIndexWarns) {
  const auto fast = make("fast.mp4", "-i " + clip("whole.mp4", "4") + " -c copy -movflags +faststart");
  const std::string bytes = read(fast);
  EXPECT_THAT(warned(yaml(write("short.mp4", bytes.substr(0, bytes.size() * 3 / 4)), "")), HasSubstr("is cut short"));
}

TEST_F(MediaCheck, StagesWhoseKindIsNotThere) {
  EXPECT_THAT(refused(yaml(tone(), "  - uses: gst/videoflip\n")),
              HasSubstr("'gst/videoflip' needs a picture, but the media here hold only sound"));
  EXPECT_THAT(refused(yaml(silent_clip(), "  - uses: gst/volume\n")),
              HasSubstr("needs sound, but the media here hold only pictures"));
}

TEST_F(MediaCheck, TargetsThatCannotBe) {
  const auto source = silent_clip();
  EXPECT_THAT(refused(yaml(source, "", "nowhere/out.mkv")), HasSubstr("there is no folder '" + path("nowhere")));
  std::filesystem::create_directory(path("folder"));
  EXPECT_THAT(refused(yaml(source, "", "folder")), HasSubstr("is a folder, expected the name of a file"));
  std::filesystem::create_symlink(source, path("link.mp4"));
  EXPECT_THAT(refused(yaml(source, "", "link.mp4")), HasSubstr("would overwrite its own input, given on line 4"));
  std::filesystem::create_hard_link(source, path("hard.mp4"));
  EXPECT_THAT(refused(yaml(source, "", "hard.mp4")), HasSubstr("would overwrite its own input"));
  const std::string twice = "  - uses: sink\n    with: { uri: " + path("folder/../out.mkv") + " }\n";
  EXPECT_THAT(refused(yaml(source, twice)), HasSubstr("the sink on line 6 writes to the same file"));
}

}  // namespace
}  // namespace reel::engine
