/// What an edit of pictures leaves alone: other tracks, chapters, attachments, metadata. And what is said where something cannot be
/// kept.
#include <gmock/gmock.h>

#include "edits.hpp"

namespace reel::tests {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

class SpliceTracks : public ::testing::Test {
 protected:
  void ffmpeg_makes(const std::string& arguments) const {
    const Result result = shell("cd " + quoted(folder_.path()) + "; ffmpeg -nostdin -y -v error " + arguments);
    ASSERT_EQ(result.output, "");
  }
  /// Two seconds of moving pictures.
  static std::string pictures(const std::string& source = "testsrc2") {
    return "-f lavfi -i " + source + "=size=160x96:rate=25:duration=2 ";
  }
  static std::string tone(int hertz) { return "-f lavfi -i sine=f=" + std::to_string(hertz) + ":d=2 "; }

  Result brighten(const std::string& from, const std::string& to) const {
    return run("  - uses: color\n    during: 1.2s..1.4s\n    with: { brightness: 0.3 }\n", from, to);
  }
  Result cut(const std::string& from, const std::string& to) const {
    return run("  - uses: cut\n    with: { remove: [ 1.2s..1.4s ] }\n", from, to);
  }
  Result run(const std::string& stages, const std::string& from, const std::string& to) const {
    write(folder_ / "p.yaml", "reel: 1\nstages:\n  - uses: source\n    with: { uri: " + (folder_ / from).string() +
                                  " }\n" + stages + "  - uses: sink\n    with: { uri: " + (folder_ / to).string() +
                                  " }\n");
    const Result result = shell(reel() + " run --progress none --report " + quoted(folder_ / "r.json") + " " +
                                quoted(folder_ / "p.yaml"));
    EXPECT_EQ(result.exit, 0) << result.output;
    EXPECT_THAT(read(folder_ / "r.json"), HasSubstr("\"plan\"")) << "everything was rendered";
    return result;
  }

  void expect_same_stream(const std::string& before, int stream, const std::string& after, int as) const {
    const auto was = packets_of(folder_ / before, std::to_string(stream)),
               is = packets_of(folder_ / after, std::to_string(as));
    ASSERT_EQ(was.size(), is.size()) << "stream " << stream;
    EXPECT_FALSE(was.empty()) << "stream " << stream;
    for (std::size_t i = 0; i < was.size(); ++i) {
      EXPECT_EQ(was[i].hash, is[i].hash) << "stream " << stream << ", packet " << i;
      EXPECT_EQ(was[i].pts, is[i].pts) << "stream " << stream << ", packet " << i;
    }
  }
  void expect_same(const std::string& entries, const std::string& before, const std::string& after,
                   const std::string& stream = "") const {
    EXPECT_EQ(ffprobe(folder_ / before, entries, stream), ffprobe(folder_ / after, entries, stream)) << entries;
  }

  const TemporaryFolder folder_;
};

constexpr const char* h264 = "-c:v libx264 -g 25 -c:a aac ";

TEST_F(SpliceTracks, other_tracks_of_an_mp4_stay) {
  write(folder_ / "s.srt", "1\n00:00:00,300 --> 00:00:00,900\nOne\n\n2\n00:00:01,100 --> 00:00:01,700\nTwo\n");
  write(folder_ / "m.txt",
        ";FFMETADATA1\ntitle=A title\nartist=Somebody\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=900\ntitle=First\n"
        "[CHAPTER]\nTIMEBASE=1/1000\nSTART=900\nEND=2000\ntitle=Second\n");
  ffmpeg_makes(
      pictures() + pictures("testsrc") + tone(440) + tone(880) +
      "-i s.srt -i m.txt -map 0 -map 1 -map 2 -map 3 -map 4 -map_metadata 5 -map_chapters 5 " + h264 +
      "-c:s mov_text -metadata:s:a:0 language=deu -metadata:s:a:1 language=eng -disposition:a:1 comment a.mp4");
  const Result result = brighten("a.mp4", "b.mp4");
  EXPECT_THAT(result.output, Not(HasSubstr("left out")));
  expect_same("stream=codec_name,codec_type:stream_tags=language:stream_disposition", "a.mp4", "b.mp4");
  for (int stream = 1; stream < 5; ++stream) expect_same_stream("a.mp4", stream, "b.mp4", stream);
  expect_same("chapter=start_time,end_time:chapter_tags=title", "a.mp4", "b.mp4");
  expect_same("format_tags=title,artist", "a.mp4", "b.mp4");
}

TEST_F(SpliceTracks, other_tracks_of_a_matroska_file_stay) {
  write(folder_ / "s.srt", "1\n00:00:00,300 --> 00:00:00,900\nOne\n\n2\n00:00:01,100 --> 00:00:01,700\nTwo\n");
  write(folder_ / "m.txt",
        ";FFMETADATA1\ntitle=A title\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=900\ntitle=First\n[CHAPTER]\n"
        "TIMEBASE=1/1000\nSTART=900\nEND=2000\ntitle=Second\n");
  write(folder_ / "font.ttf", std::string(5000, 'f'));
  ffmpeg_makes(pictures() + tone(440) + tone(880) + "-i s.srt -i m.txt -map 0 -map 1 -map 2 -map 3 -map_metadata 4 " +
               h264 +
               "-c:a:1 flac -c:s srt -metadata:s:s:0 language=fra -attach font.ttf -metadata:s:t "
               "mimetype=font/ttf a.mkv");
  const Result result = brighten("a.mkv", "b.mkv");
  EXPECT_THAT(result.output, Not(HasSubstr("left out")));
  expect_same("stream=codec_name,codec_type:stream_tags=language,filename,mimetype", "a.mkv", "b.mkv");
  for (int stream = 1; stream < 4; ++stream) expect_same_stream("a.mkv", stream, "b.mkv", stream);
  expect_same("chapter=start_time,end_time:chapter_tags=title", "a.mkv", "b.mkv");
  expect_same("format_tags=title", "a.mkv", "b.mkv");
  ffmpeg_makes("-dump_attachment:t:0 out.ttf -i b.mkv -t 0 -f null -");
  EXPECT_EQ(read(folder_ / "out.ttf"), read(folder_ / "font.ttf"));
}

TEST_F(SpliceTracks, a_timecode_stays) {
  ffmpeg_makes(pictures() + tone(440) + h264 + "-timecode 10:11:12:13 a.mov");
  brighten("a.mov", "b.mov");
  expect_same("stream=codec_type,codec_tag_string:stream_tags=timecode", "a.mov", "b.mov");
  expect_same_stream("a.mov", 1, "b.mov", 1);
  EXPECT_EQ(ffprobe(folder_ / "b.mov", "stream_tags=timecode", "v:0"), "10:11:12:13");
}

TEST_F(SpliceTracks, how_pictures_are_to_be_shown_stays) {
  ffmpeg_makes(pictures() + tone(440) +
               "-vf setsar=4/3 -color_primaries smpte170m -color_trc smpte170m -colorspace smpte170m -color_range tv "
               "-chroma_sample_location topleft " +
               h264 + "x.mp4");
  ffmpeg_makes("-i x.mp4 -c copy -metadata:s:v rotate=90 a.mp4");
  brighten("a.mp4", "b.mp4");
  const std::string of_stream =
      "stream=width,height,sample_aspect_ratio,pix_fmt,color_range,color_space,color_transfer,color_primaries,"
      "chroma_location,field_order,profile,level,avg_frame_rate,time_base:stream_side_data=rotation";
  expect_same(of_stream, "a.mp4", "b.mp4", "v:0");
  // Of each picture, copied or rendered, as its own header has it.
  expect_same(
      "frame=width,height,sample_aspect_ratio,pix_fmt,color_range,color_space,color_transfer,color_primaries,"
      "chroma_location,interlaced_frame",
      "a.mp4", "b.mp4", "v:0");
}

TEST_F(SpliceTracks, what_a_cut_cannot_keep_is_said) {
  write(folder_ / "s.srt", "1\n00:00:00,300 --> 00:00:00,900\nOne\n");
  ffmpeg_makes(pictures() + pictures("testsrc") + tone(440) + tone(880) +
               "-i s.srt -map 0 -map 1 -map 2 -map 3 -map 4 " + h264 + "-c:s mov_text a.mp4");
  const Result result = cut("a.mp4", "b.mp4");
  EXPECT_THAT(result.output, HasSubstr("stream 1 (video, h264) is left out: it cannot be cut"));
  EXPECT_THAT(result.output, HasSubstr("stream 4 (subtitle, mov_text) is left out: it cannot be cut"));
  EXPECT_EQ(ffprobe(folder_ / "b.mp4", "stream=codec_type"), "video\naudio");
}

/// A known fault of how sound is chosen: a second track of it vanishes without a word.
TEST_F(SpliceTracks, a_second_sound_that_is_not_kept_is_said) {
  ffmpeg_makes(pictures() + tone(440) + tone(880) + "-map 0 -map 1 -map 2 " + h264 + "a.mp4");
  EXPECT_THAT(cut("a.mp4", "b.mp4").output, HasSubstr("stream 2 (audio, aac) is left out: it cannot be cut"));
}

TEST_F(SpliceTracks, what_another_container_cannot_hold_is_said) {
  write(folder_ / "s.srt", "1\n00:00:00,300 --> 00:00:00,900\nOne\n");
  write(folder_ / "font.ttf", std::string(5000, 'f'));
  ffmpeg_makes(pictures() + tone(440) + "-i s.srt -map 0 -map 1 -map 2 " + h264 +
               "-c:s srt -attach font.ttf -metadata:s:t mimetype=font/ttf a.mkv");
  const Result result = brighten("a.mkv", "b.mp4");
  EXPECT_THAT(result.output, HasSubstr("stream 2 (subtitle, subrip) is left out: the new container cannot hold it"));
  EXPECT_THAT(result.output, HasSubstr("stream 3 (attachment"));
}

TEST_F(SpliceTracks, chapters_follow_a_cut) {
  write(folder_ / "m.txt",
        ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1300\ntitle=First\n[CHAPTER]\nTIMEBASE=1/1000\n"
        "START=1300\nEND=2000\ntitle=Second\n");
  ffmpeg_makes(pictures() + tone(440) + "-i m.txt -map 0 -map 1 -map_chapters 2 " + h264 + "a.mp4");
  cut("a.mp4", "b.mp4");
  EXPECT_EQ(ffprobe(folder_ / "b.mp4", "chapter=start_time,end_time"), "0.000000\n1.200000\n1.200000\n1.800000");
}

TEST_F(SpliceTracks, a_cover_picture_stays) {
  ffmpeg_makes("-f lavfi -i color=red:size=64x64 -frames:v 1 c.png");
  ffmpeg_makes(pictures() + tone(440) + "-i c.png -map 0 -map 1 -map 2 " + h264 +
               "-c:v:1 copy -disposition:v:1 attached_pic a.mp4");
  brighten("a.mp4", "b.mp4");
  expect_same("stream=codec_name:stream_disposition=attached_pic", "a.mp4", "b.mp4");
  expect_same_stream("a.mp4", 2, "b.mp4", 2);
  cut("a.mp4", "c.mp4");
  expect_same_stream("a.mp4", 2, "c.mp4", 2);
}

TEST_F(SpliceTracks, one_picture_alone_is_edited) {
  ffmpeg_makes("-f lavfi -i testsrc2=size=160x96:rate=25:duration=0.04 -c:v libx264 a.mp4");
  const Source source = source_of(folder_ / "a.mp4", folder_ / "raw");
  ASSERT_EQ(source.packets.size(), 1U);
  Editor(folder_).check(source, {.brighter = {{0, 1}}}, folder_ / "b.mp4");
}

}  // namespace
}  // namespace reel::tests
