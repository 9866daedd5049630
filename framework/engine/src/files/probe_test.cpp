#include "reel/engine/probe.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include "media_fixture.hpp"
#include "reel/base/error.hpp"

namespace reel::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

class Probe : public MediaTest {
 protected:
  static std::string fault(const std::string& uri) {
    try {
      probe(uri);
    } catch (const base::InputError& e) {
      return std::string(e.what()) + " | " + e.hint();
    }
    return "no error";
  }
};

TEST_F(Probe, TellsPictureAndSoundOfAnMp4) {
  const auto info = probe(clip());
  ASSERT_EQ(info.streams.size(), 2U);
  const auto* const v = info.video();
  ASSERT_NE(v, nullptr);
  EXPECT_EQ(v->video->codec, "h264");
  EXPECT_EQ(v->video->width, 160);
  EXPECT_EQ(v->video->height, 120);
  EXPECT_EQ(v->video->frame_rate, (model::Rational{25, 1}));
  EXPECT_FALSE(v->video->variable_frame_rate);
  EXPECT_EQ(v->video->bit_depth, 8);
  EXPECT_TRUE(v->is_default);
  const auto* const a = info.audio();
  ASSERT_NE(a, nullptr);
  EXPECT_EQ(a->audio->codec, "aac");
  EXPECT_EQ(a->audio->sample_rate, 48000);
  EXPECT_EQ(a->audio->channels, 1);
  EXPECT_GE(*info.duration, seconds(2));
  EXPECT_LT(*info.duration, milliseconds(2050));
}

TEST_F(Probe, CountsFromTheStartOfTheMedia) {
  const auto file = make("late.ts", "-i " + clip() + " -c copy -copyts -output_ts_offset 100");
  const auto info = probe(file);
  EXPECT_LT(info.video()->start, milliseconds(200));
  EXPECT_LT(info.audio()->start, milliseconds(200));
  const auto index = index_frames(file);
  EXPECT_EQ(index.times.size(), 50U);
  EXPECT_LT(index.times.front(), milliseconds(200));
}

TEST_F(Probe, SeesRotationTenBitAspectAndColours) {
  const auto upright = clip();
  // ffmpeg's old option counts against the clock, and players turn by what ffprobe calls -90.
  const auto turned = make("turned.mp4", "-i " + upright + " -c copy -metadata:s:v rotate=270");
  EXPECT_THAT(output_of("ffprobe -v error -show_entries stream_side_data=rotation -of csv=p=0 " + turned),
              HasSubstr("-90"));
  EXPECT_EQ(probe(turned).video()->video->rotation, 90);
  const auto deep =
      make("deep.mkv", "-i " + upright +
                           " -an -vf setsar=4/3 -c:v libx264 -pix_fmt yuv420p10le -color_primaries bt2020 "
                           "-color_trc smpte2084 -colorspace bt2020nc -color_range tv");
  const auto v = *probe(deep).video()->video;
  EXPECT_EQ(v.bit_depth, 10);
  EXPECT_EQ(v.pixel_aspect, (model::Rational{4, 3}));
  EXPECT_EQ(v.color_primaries, "bt2020");
  EXPECT_EQ(v.color_transfer, "smpte2084");
  EXPECT_EQ(v.color_matrix, "bt2020nc");
  EXPECT_EQ(v.color_range, "tv");
}

TEST_F(Probe, TellsVariableFromConstantFrameRate) {
  const std::string x264 = " -an -c:v libx264 -preset ultrafast ";
  const auto ntsc = make("ntsc.mkv", "-f lavfi -i testsrc=size=64x64:rate=30000/1001:duration=3" + x264);
  EXPECT_FALSE(probe(ntsc).video()->video->variable_frame_rate) << "Matroska rounds to milliseconds";
  for (const std::string name : {"vfr.mkv", "vfr.mp4"}) {
    const auto file =
        make(name, "-f lavfi -i testsrc=size=64x64:rate=30:duration=3 -vf \"select='not(eq(mod(n,7),3))'\" -vsync vfr" +
                       x264);
    EXPECT_TRUE(probe(file).video()->video->variable_frame_rate) << name;
  }
}

TEST_F(Probe, ReadsChaptersAndTags) {
  const auto chapters = write("chapters.txt",
                              ";FFMETADATA1\ntitle=Harbour\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1000\ntitle=One\n"
                              "[CHAPTER]\nTIMEBASE=1/1000\nSTART=1000\nEND=2000\ntitle=Two\n");
  const auto info =
      probe(make("marked.mp4", "-i " + clip() + " -i " + chapters + " -map_metadata 1 -map_chapters 1 -c copy"));
  ASSERT_EQ(info.chapters.size(), 2U);
  EXPECT_EQ(info.chapters[1].title, "Two");
  EXPECT_EQ(info.chapters[1].range.begin, seconds(1));
  EXPECT_EQ(info.tags.at("title"), "Harbour");
}

TEST_F(Probe, ACoverPictureIsNoVideo) {
  const auto cover = make("cover.png", "-f lavfi -i testsrc=size=64x64 -frames:v 1");
  const auto song =
      make("song.mp3", "-i " + tone() + " -i " + cover + " -map 0 -map 1 -c:v copy -disposition:v attached_pic");
  const auto info = probe(song);
  EXPECT_EQ(info.video(), nullptr);
  ASSERT_NE(info.audio(), nullptr);
  EXPECT_EQ(info.audio()->audio->codec, "mp3");
}

TEST_F(Probe, AStillPictureHasNoDuration) {
  for (const std::string name : {"still.png", "still.jpg"}) {
    const auto info = probe(make(name, "-f lavfi -i testsrc=size=64x48 -frames:v 1"));
    ASSERT_NE(info.video(), nullptr) << name;
    EXPECT_TRUE(info.video()->video->still);
    EXPECT_FALSE(info.duration.has_value());
    EXPECT_EQ(info.video()->video->width, 64);
  }
}

TEST_F(Probe, OpensFileUris) {
  clip("with space & ümlaut.mp4");
  const auto info = probe("file://" + folder().string() + "/with%20space%20%26%20%C3%BCmlaut.mp4");
  EXPECT_NE(info.video(), nullptr);
}

TEST_F(Probe, SaysWhatIsWrongWithAFile) {
  clip();
  EXPECT_THAT(fault(path("clap.mp4")), HasSubstr("there is no file"));
  EXPECT_THAT(fault(path("clap.mp4")), HasSubstr("did you mean '" + path("clip.mp4")));
  EXPECT_THAT(fault(path("nowhere/clip.mp4")), HasSubstr("does not exist either"));
  EXPECT_THAT(fault(folder().string()), HasSubstr("is a folder"));
  EXPECT_THAT(fault(write("empty.mp4", "")), HasSubstr("is empty (0 bytes)"));
  EXPECT_THAT(fault(write("notes.txt", "Dear all,\nthe meeting is at nine.\n")), HasSubstr("is no media file"));
  EXPECT_THAT(fault(write("notes.mp4", std::string(5000, 'x'))), HasSubstr("is no media file"));
  EXPECT_THAT(fault(write("tiny.mp4", "tiny")), HasSubstr("is no media file"));
  EXPECT_THAT(fault(write("list.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://example.org/a.ts\n")),
              HasSubstr("is a playlist"));
  EXPECT_THAT(fault("s3://media/clip.mp4"), HasSubstr("no installed plugin opens 's3://'"));
  EXPECT_THAT(fault("file://server/clip.mp4"), HasSubstr("another machine"));
  EXPECT_THAT(fault(""), HasSubstr("no file name"));
  EXPECT_THAT(fault("/dev/zero"), HasSubstr("not a regular file"));
}

TEST_F(Probe, SaysThatAnMp4IsCutShort) {
  const std::string whole = read(clip());
  EXPECT_THAT(fault(write("short.mp4", whole.substr(0, whole.size() / 2))), HasSubstr("is cut short"));
  const auto subtitles = write("words.srt", "1\n00:00:00,000 --> 00:00:01,000\nHello\n");
  EXPECT_THAT(fault(subtitles), HasSubstr("no picture and no sound"));
}

TEST_F(Probe, RefusesFilesThatMayNotBeRead) {
  const auto file = clip();
  std::filesystem::permissions(file, std::filesystem::perms::none);
  std::filesystem::permissions(std::filesystem::path(file).parent_path(), std::filesystem::perms{0755});
  // Root may read everything, so it becomes nobody for the while.
  const bool root = geteuid() == 0;
  if (root) {
    ASSERT_EQ(seteuid(65534), 0);
  }
  const std::string said = fault(file);
  if (root) {
    ASSERT_EQ(seteuid(0), 0);
  }
  EXPECT_THAT(said, HasSubstr("may not be read"));
}

TEST_F(Probe, KeepsABoundedPartOfWhatAFileSaysOfItself) {
  std::string tags;
  for (int i = 0; i < 150; ++i) tags += " -metadata key" + std::to_string(i) + "=value";
  const auto many = probe(make("many.mkv", "-i " + clip() + tags + " -c copy"));
  EXPECT_EQ(many.tags.size(), 100U);
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "\u00e4";
  const auto wordy = probe(make("wordy.mkv", "-i " + clip() + " -metadata title=a" + text + " -c copy"));
  EXPECT_EQ(wordy.tags.at("title").size(), 999U) << "no character is cut in two";
}

TEST_F(Probe, IndexesThePicturesAsFfprobeDoes) {
  const auto file =
      make("b-frames.mp4", "-f lavfi -i testsrc=size=64x64:rate=30000/1001:duration=2 -c:v libx264 -g 20 -bf 3");
  const auto index = index_frames(file);
  const auto reference =
      output_of("ffprobe -v error -select_streams v -show_entries frame=key_frame,pts_time -of csv=p=0 " + file);
  std::istringstream lines(reference);
  std::string line;
  std::size_t i = 0;
  while (std::getline(lines, line)) {
    if (line.empty()) continue;
    ASSERT_LT(i, index.times.size());
    EXPECT_EQ(index.keyframes[i], line[0] == '1') << i;
    EXPECT_NEAR(static_cast<double>(index.times[i].count()), std::stod(line.substr(2)) * 1e9, 1000) << i;
    ++i;
  }
  EXPECT_EQ(i, index.times.size());
  EXPECT_EQ(index.times[1], nanoseconds(33366666)) << "rounded down";
  EXPECT_EQ(index.end, nanoseconds(60LL * 1001 * 1'000'000'000 / 30000));
}

TEST_F(Probe, CannotIndexSound) { EXPECT_THROW(index_frames(tone()), base::InputError); }

}  // namespace
}  // namespace reel::engine
