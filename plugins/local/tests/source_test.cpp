#include <unistd.h>

#include "media.hpp"

namespace reel::local {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Values;

constexpr const char* pictures_and_sound =
    "-f lavfi -i testsrc2=size=128x96:rate=30000/1001:duration=1 "
    "-f lavfi -i aevalsrc='0.4*sin(2*PI*(300*t+900*t*t))|0.4*sin(2*PI*(300*t+900*t*t))':s=48000:d=1 ";
constexpr const char* pictures = "-f lavfi -i testsrc2=size=128x96:rate=25:duration=0.4 ";

class SourceTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { load_plugin("local"); }

  std::string file(const std::string& name) const { return folder_.file(name); }
  static std::string source(const std::string& path, const std::string& more = "") {
    return "reel-source name=s uri=\"" + path + "\" " + more + " ";
  }

  static VideoRun read_pictures(const std::string& path, const std::string& more = "") {
    Graph graph(source(path, more) + "s.video_src ! appsink name=v");
    graph.run(20s);
    return run_of(graph.output("v"));
  }
  static VideoRun run_of(const Output& out) {
    VideoRun run;
    run.caps = out.caps;
    GstVideoInfo info;
    const CapsPtr caps(gst_caps_from_string(out.caps.c_str()));
    if (gst_video_info_from_caps(&info, caps.get()) == FALSE) throw std::runtime_error("no pictures: " + out.caps);
    for (const BufferPtr& b : out.buffers) {
      run.pictures.push_back(Picture::from(b.get(), info));
      run.times.push_back(pts(b));
      run.durations.push_back(duration(b));
    }
    return run;
  }

  TemporaryFolder folder_;
};

// -- each kind of file

struct FileKind {
  const char *name, *options;
  bool video, audio, start_exact;
};
std::ostream& operator<<(std::ostream& out, const FileKind& k) { return out << k.name; }

class SourceKindTest : public SourceTest, public ::testing::WithParamInterface<FileKind> {
 protected:
  static double seconds(Time t) { return double(t.count()) / 1e9; }
  /// Where the first of the streams starts, unless that is before 0, where nothing is heard.
  static double media_start(const std::string& path) {
    double first = 1e9;
    for (const auto& start : probe(path, "stream=start_time"))
      if (start != "N/A") first = std::min(first, std::stod(start));
    return std::max(first, 0.0);
  }
};

TEST_P(SourceKindTest, GivesEveryPictureAndEverySampleInItsPlace) {
  const FileKind& kind = GetParam();
  const std::string path = ffmpeg(std::string(pictures_and_sound) + kind.options, file(kind.name));
  std::string launch = source(path);
  if (kind.video) launch += " s.video_src ! appsink name=v";
  if (kind.audio)
    launch += " s.audio_src ! audioconvert ! audio/x-raw,format=F32LE,layout=interleaved ! appsink name=a";
  Graph graph(launch);
  graph.run(20s);
  if (kind.video) {
    const VideoRun run = run_of(graph.output("v"));
    ASSERT_EQ(run.pictures.size(), 30U);
    const auto expected = decoded_pictures(path, run.pictures[0].format(), 128, 96);
    ASSERT_EQ(expected.size(), 30U);
    const auto times = picture_times(path);
    const double start = kind.start_exact ? media_start(path) : times.at(0);
    for (int i = 0; i < 30; ++i) {
      const auto n = static_cast<std::size_t>(i);
      // GStreamer's demuxer of Matroska gives the first picture the time 0 even where the sound starts earlier.
      const bool first_of_matroska = i == 0 && run.times[0] == Time{0} && std::string_view(kind.name).ends_with("mkv");
      EXPECT_EQ(max_difference(run.pictures[n], expected[n]), 0) << i;
      if (first_of_matroska) continue;
      EXPECT_NEAR(seconds(run.times[n] - (kind.start_exact ? Time{0} : run.times[0])), times.at(n) - start, 0.0006)
          << i;
    }
  }
  if (kind.audio) {
    const Output& out = graph.output("a");
    const auto sound = first_channel(out.samples<float>(), 2);
    EXPECT_NEAR(double(sound.size()), 48000, kind.start_exact ? 1200 : 2500);
    const double delay = double(delay_of(first_channel(decoded_sound<float>(path), 2), 48000, 24000)) +
                         std::min(0.0, start_of(path, "a:0")) * 48000;
    const Time origin = kind.start_exact || !kind.video ? Time{0} : pts(graph.output("v").buffers.at(0));
    EXPECT_NEAR(double(delay_of(sound, 48000, 24000) + reel::sample_at(pts(out.buffers.front()) - origin, 48000)),
                delay, kind.start_exact ? 48 : 2500);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, SourceKindTest,
    Values(FileKind{"a.mp4", "-c:v libx264 -preset ultrafast -bf 2 -c:a aac", true, true, true},
           FileKind{"b.mov", "-c:v prores_ks -profile:v 3 -pix_fmt yuv422p10le -c:a pcm_s16le", true, true, true},
           FileKind{"c.mkv", "-c:v ffv1 -pix_fmt yuv420p10le -c:a flac", true, true, true},
           FileKind{"d.webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus", true, true, true},
           FileKind{"e.mkv", "-c:v libx265 -preset ultrafast -x265-params log-level=none -pix_fmt yuv420p10le -c:a aac",
                    true, true, true},
           FileKind{"f.ts", "-c:v libx264 -preset ultrafast -bf 2 -c:a aac", true, true, false},
           FileKind{"g.avi", "-c:v mpeg4 -q:v 3 -c:a pcm_s16le", true, true, true},
           FileKind{"h.flac", "-vn -c:a flac", false, true, true}, FileKind{"i.wav", "-vn", false, true, true},
           FileKind{"j.mp3", "-vn -c:a libmp3lame", false, true, false},
           FileKind{"k.ogg", "-vn -c:a libopus", false, true, true},
           FileKind{"l.m4a", "-vn -c:a aac", false, true, true},
           FileKind{"m.mp4", "-an -c:v libx264 -preset ultrafast -bf 2", true, false, true}),
    [](const auto& info) { return std::string(info.param.name).replace(1, 1, "_"); });

// -- time

TEST_F(SourceTest, VariableFrameRateKeepsEveryTime) {
  for (const char* const name : {"v.mp4", "v.mkv"}) {
    SCOPED_TRACE(name);
    const std::string path = ffmpeg(
        "-f lavfi -i testsrc2=size=128x96:rate=60:duration=2 -vf "
        "\"select='eq(n,0)+eq(n,3)+eq(n,4)+eq(n,40)+eq(n,41)+eq(n,77)+eq(n,119)'\" -vsync vfr "
        "-c:v libx264 -preset ultrafast -bf 2",
        file(name));
    const VideoRun run = read_pictures(path);
    std::vector<int> frames;
    for (const Time t : run.times) frames.push_back(static_cast<int>(std::lround(double(t.count()) * 60 / 1e9)));
    EXPECT_THAT(frames, ElementsAre(0, 3, 4, 40, 41, 77, 119));
  }
}

TEST_F(SourceTest, TimeStartsAtZeroWhateverTheClockOfTheFile) {
  const std::string path =
      ffmpeg(std::string(pictures) + "-c:v libx264 -preset ultrafast -bf 2 -output_ts_offset 3000", file("late.mkv"));
  const VideoRun run = read_pictures(path);
  ASSERT_EQ(run.times.size(), 10U);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(run.times[static_cast<std::size_t>(i)], frame_time(i, 25)) << i;
}

/// Their demuxers count from the first reading of the clock, which comes before the first picture.
TEST_F(SourceTest, TimeOfAnMpegStreamStartsAtZero) {
  const std::string clip = std::string(pictures) + "-f lavfi -i sine=d=0.4 -c:v mpeg2video -bf 2 -c:a ac3 ";
  const std::vector<std::string> paths{
      ffmpeg(clip, file("a.ts")), ffmpeg(clip + "-muxdelay 0.1 -output_ts_offset 95443", file("b.ts")),
      ffmpeg(clip + "-f mpegts -mpegts_m2ts_mode 1", file("c.m2ts")), ffmpeg(clip, file("d.mpg"))};
  for (const std::string& path : paths) {
    Graph graph(source(path) + "s.video_src ! appsink name=v s.audio_src ! appsink name=a");
    graph.run(20s);
    // What the codecs delay, ffmpeg writes as a later start of the pictures.
    EXPECT_LE(std::min(pts(graph.output("v").buffers.at(0)), pts(graph.output("a").buffers.at(0))), 12ms) << path;
    EXPECT_NEAR(double(pts(graph.output("v").buffers.at(0)).count()), 0.02e9, 0.03e9) << path;
  }
}

TEST_F(SourceTest, SoundThatStartsLaterStaysLater) {
  const std::string path =
      ffmpeg(std::string(pictures) + "-itsoffset 0.2 -f lavfi -i sine=d=0.2 -c:v libx264 -preset ultrafast -c:a flac",
             file("later.mkv"));
  Graph graph(source(path) + "s.video_src ! appsink name=v s.audio_src ! appsink name=a");
  graph.run(20s);
  EXPECT_EQ(pts(graph.output("v").buffers.at(0)), 0s);
  EXPECT_NEAR(double(pts(graph.output("a").buffers.at(0)).count()), 0.2e9, 1e6);
}

/// A file that was cut without encoding it anew: its edit list says to start between two pictures that can be jumped to.
TEST_F(SourceTest, AnEditListHidesWhatLiesBeforeIt) {
  const std::string whole =
      ffmpeg("-f lavfi -i testsrc2=size=128x96:rate=25:duration=2 -c:v libx264 -preset ultrafast -g 50 -bf 0",
             file("whole.mp4"));
  const std::string path = ffmpeg("-ss 0.4 -i '" + whole + "' -c copy", file("cut.mp4"));
  const VideoRun run = read_pictures(path);
  ASSERT_EQ(run.pictures.size(), 40U);
  const auto expected = decoded_pictures(whole, "I420", 128, 96);
  EXPECT_EQ(run.times[0], 0s);
  EXPECT_EQ(max_difference(run.pictures[0], expected.at(10)), 0);
  EXPECT_EQ(max_difference(run.pictures[39], expected.at(49)), 0);
}

TEST_F(SourceTest, TellsItsLength) {
  const std::string path =
      ffmpeg(std::string(pictures_and_sound) + "-c:v libx264 -preset ultrafast -bf 2 -c:a flac", file("length.mkv"));
  Graph graph(source(path) + "s.video_src ! fakesink s.audio_src ! fakesink");
  gst_element_set_state(graph.pipeline(), GST_STATE_PAUSED);
  gst_element_get_state(graph.pipeline(), nullptr, nullptr, 10 * GST_SECOND);
  gint64 length = 0;
  ASSERT_TRUE(gst_element_query_duration(graph.pipeline(), GST_FORMAT_TIME, &length));
  EXPECT_NEAR(double(length), 1.001e9, 2e6);
}

TEST_F(SourceTest, SeekingIsExact) {
  const std::string path =
      ffmpeg("-f lavfi -i testsrc2=size=128x96:rate=25:duration=2 -c:v libx264 -preset ultrafast -bf 2 -g 25",
             file("seek.mp4"));
  const auto expected = decoded_pictures(path, "I420", 128, 96);
  Graph graph(source(path) + "s.video_src ! appsink name=v");
  gst_element_set_state(graph.pipeline(), GST_STATE_PAUSED);
  gst_element_get_state(graph.pipeline(), nullptr, nullptr, 10 * GST_SECOND);
  ASSERT_TRUE(gst_element_seek(graph.pipeline(), 1.0, GST_FORMAT_TIME,
                               static_cast<GstSeekFlags>(GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE),
                               GST_SEEK_TYPE_SET, 520 * GST_MSECOND, GST_SEEK_TYPE_SET, 800 * GST_MSECOND));
  gst_element_set_state(graph.pipeline(), GST_STATE_PLAYING);
  graph.wait(20s);
  const VideoRun run = run_of(graph.output("v"));
  ASSERT_EQ(run.times.size(), 7U);
  EXPECT_EQ(run.times.front(), 520ms);
  for (std::size_t i = 0; i < 7; ++i) EXPECT_EQ(max_difference(run.pictures[i], expected.at(13 + i)), 0) << i;
}

// -- what the pictures are

TEST_F(SourceTest, RotatedPicturesStandUpright) {
  const std::string plain = ffmpeg(std::string(pictures) + "-c:v libx264 -preset ultrafast", file("plain.mp4"));
  for (const int angle : {90, 180, 270}) {
    SCOPED_TRACE(angle);
    const std::string path =
        ffmpeg("-i '" + plain + "' -c copy -metadata:s:v rotate=" + std::to_string(angle), file("turned.mp4"));
    const VideoRun run = read_pictures(path);
    ASSERT_EQ(run.pictures.size(), 10U);
    const bool quarter = angle != 180;
    EXPECT_EQ(run.pictures[0].width(), quarter ? 96 : 128);
    EXPECT_EQ(run.pictures, decoded_pictures(path, "I420", quarter ? 96 : 128, quarter ? 128 : 96, ""));
  }
}

TEST_F(SourceTest, TurnsTenBitPicturesAndThoseWithOddSizes) {
  const std::string plain = ffmpeg(
      "-f lavfi -i mandelbrot=size=127x95:rate=25 -frames:v 3 -c:v libx264 -preset ultrafast -qp 0 -pix_fmt "
      "yuv444p10le",
      file("plain10.mp4"));
  const std::string path = ffmpeg("-i '" + plain + "' -c copy -metadata:s:v rotate=90", file("turned10.mp4"));
  const VideoRun run = read_pictures(path);
  ASSERT_EQ(run.pictures.size(), 3U);
  EXPECT_EQ(run.pictures, decoded_pictures(path, "Y444_10LE", 95, 127, ""));
}

TEST_F(SourceTest, ColourPixelAspectAndDepthAreKept) {
  const std::string path = ffmpeg(
      "-f lavfi -i testsrc2=size=64x48:rate=25:duration=0.2 -vf setsar=4/3 -c:v libx265 -preset ultrafast "
      "-pix_fmt yuv420p10le -x265-params "
      "\"log-level=none:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:max-cll=1000,400:"
      "master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1)\"",
      file("hdr.mp4"));
  const VideoRun run = read_pictures(path);
  EXPECT_THAT(run.caps, HasSubstr("format=(string)I420_10LE"));
  EXPECT_THAT(run.caps, HasSubstr("colorimetry=(string)bt2100-pq"));
  EXPECT_THAT(run.caps, HasSubstr("pixel-aspect-ratio=(fraction)4/3"));
  EXPECT_THAT(run.caps, HasSubstr("content-light-level=(string)1000:400"));
  EXPECT_THAT(run.caps, HasSubstr("mastering-display-info=(string)34000:16000:13250:34500:7500:3000:"));
}

TEST_F(SourceTest, LosslessPicturesComeBitForBit) {
  for (const auto& [format, size] : {std::pair{"yuv420p", "63x47"},
                                     {"yuv422p10le", "64x48"},
                                     {"yuv444p", "5x3"},
                                     {"bgra", "33x21"},
                                     {"gray", "17x9"}}) {
    SCOPED_TRACE(format);
    const std::string path = ffmpeg(
        std::string("-f lavfi -i mandelbrot=size=") + size + ":rate=25 -frames:v 3 -pix_fmt " + format + " -c:v ffv1",
        file("odd.mkv"));
    const VideoRun run = read_pictures(path);
    ASSERT_EQ(run.pictures.size(), 3U);
    const Picture& p = run.pictures[0];
    EXPECT_EQ(std::to_string(p.width()) + "x" + std::to_string(p.height()), size);
    if (p.format() == "BGRA") {
      // testing::Picture numbers components by meaning, so any order will do.
      EXPECT_EQ(run.pictures, decoded_pictures(path, "BGRA", p.width(), p.height()));
    } else {
      EXPECT_EQ(run.pictures, decoded_pictures(path, p.format(), p.width(), p.height()));
    }
  }
}

// -- which streams

TEST_F(SourceTest, OneKindAloneCanBeRead) {
  const std::string path =
      ffmpeg(std::string(pictures_and_sound) + "-c:v libx264 -preset ultrafast -c:a flac", file("both.mkv"));
  Graph video(source(path, "audio=false") + "s.video_src ! appsink name=v");
  video.run(20s);
  EXPECT_EQ(video.output("v").buffers.size(), 30U);
  Graph audio(source(path, "video=false") + "s.audio_src ! appsink name=a");
  audio.run(20s);
  EXPECT_GT(audio.output("a").buffers.size(), 1U);
}

TEST_F(SourceTest, OfSeveralTheDefaultIsRead) {
  for (const char* const name : {"two.mkv", "two.mp4"}) {
    SCOPED_TRACE(name);
    const std::string path = ffmpeg(
        "-f lavfi -i anullsrc=r=48000:cl=mono:d=0.5 -f lavfi -i sine=r=48000:d=0.5 -map 0 -map 1 -c:a flac -strict -2 "
        "-disposition:a:0 0 -disposition:a:1 default",
        file(name));
    Graph graph(source(path) +
                "s.audio_src ! audioconvert ! audio/x-raw,format=F32LE,layout=interleaved ! appsink name=a");
    graph.run(20s);
    const auto sound = graph.output("a").samples<float>();
    ASSERT_EQ(sound.size(), 24000U);
    EXPECT_GT(*std::ranges::max_element(sound), 0.05F);
  }
}

TEST_F(SourceTest, TagsComeAlongAndTheOrientationDoesNot) {
  const std::string path =
      ffmpeg(std::string(pictures) + "-c:v libx264 -preset ultrafast -metadata title='A title' -metadata:s:v rotate=90",
             file("tagged.mp4"));
  const std::string turned = ffmpeg("-i '" + path + "' -c copy -metadata:s:v rotate=90", file("tagged-turned.mp4"));
  Graph graph(source(turned) + "s.video_src ! appsink name=v");
  GstTagList* all = gst_tag_list_new_empty();
  const ElementPtr out = graph.element("v");
  const PadPtr pad(gst_element_get_static_pad(out.get(), "sink"));
  gst_pad_add_probe(
      pad.get(), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
      [](GstPad*, GstPadProbeInfo* info, gpointer into) {
        GstTagList* tags = nullptr;
        if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) == GST_EVENT_TAG) {
          gst_event_parse_tag(GST_PAD_PROBE_INFO_EVENT(info), &tags);
          gst_tag_list_insert(static_cast<GstTagList*>(into), tags, GST_TAG_MERGE_KEEP);
        }
        return GST_PAD_PROBE_OK;
      },
      all, nullptr);
  graph.run(20s);
  gchar* title = nullptr;
  EXPECT_TRUE(gst_tag_list_get_string(all, GST_TAG_TITLE, &title));
  EXPECT_STREQ(title, "A title");
  EXPECT_EQ(gst_tag_list_get_tag_size(all, GST_TAG_IMAGE_ORIENTATION), 0U);
  g_free(title);
  gst_tag_list_unref(all);
}

// -- still images

TEST_F(SourceTest, AStillImageIsShownForItsDuration) {
  for (const char* const name : {"still.png", "still.jpg"}) {
    SCOPED_TRACE(name);
    const std::string path = ffmpeg("-f lavfi -i testsrc2=size=63x47 -frames:v 1", file(name));
    const VideoRun run = read_pictures(path, "duration=2000000000 fps=29.97");
    ASSERT_EQ(run.pictures.size(), 60U);
    EXPECT_THAT(run.caps, HasSubstr("framerate=(fraction)30000/1001"));
    EXPECT_EQ(run.times[59], Time(gst_util_uint64_scale(59 * 1001, GST_SECOND, 30000)));
    EXPECT_EQ(run.pictures[59], run.pictures[0]);
  }
}

/// EXIF says how the camera was held.
TEST_F(SourceTest, AStillImageStandsUpright) {
  const std::string path = ffmpeg("-f lavfi -i testsrc2=size=64x48 -frames:v 1", file("plain.jpg"));
  const std::string jpeg = (std::stringstream() << std::ifstream(path, std::ios::binary).rdbuf()).str();
  constexpr std::string_view exif(
      "\xff\xe1\0\x22"
      "Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0",
      36);
  std::ofstream(file("turned.jpg"), std::ios::binary) << jpeg.substr(0, 2) << exif << jpeg.substr(2);
  const VideoRun run = read_pictures(file("turned.jpg"), "duration=200000000");
  ASSERT_EQ(run.pictures.size(), 5U);
  EXPECT_EQ(run.pictures[0].width(), 48);
  EXPECT_EQ(run.pictures[0].height(), 64);
}

// -- names

TEST_F(SourceTest, NamesMayHoldAnything) {
  const std::string plain = ffmpeg(std::string(pictures) + "-c:v libx264 -preset ultrafast", file("plain.mp4"));
  for (const char* const name : {"with space.mp4", "100%25#?&.mp4", "ünï.mp4", "-dash.mp4", "a:b.mp4"}) {
    SCOPED_TRACE(name);
    std::filesystem::copy_file(plain, file(name));
    EXPECT_EQ(read_pictures(file(name)).pictures.size(), 10U);
    gchar* const uri = gst_filename_to_uri(file(name).c_str(), nullptr);
    EXPECT_EQ(read_pictures(uri).pictures.size(), 10U) << uri;
    g_free(uri);
  }
}

// -- what cannot be read

class SourceFaultTest : public SourceTest {
 protected:
  static std::vector<std::string> read(const std::string& path, const std::string& more = "", Time patience = 10s) {
    return errors_of(source(path, more) + "s.video_src ! fakesink", patience);
  }
};

TEST_F(SourceFaultTest, AMissingFile) {
  EXPECT_THAT(read(file("missing.mp4")),
              ElementsAre("cannot read '" + file("missing.mp4") + "': there is no such file"));
}

TEST_F(SourceFaultTest, AnEmptyFile) {
  std::ofstream(file("empty.mp4")).close();
  EXPECT_THAT(read(file("empty.mp4")), ElementsAre(AllOf(HasSubstr("empty.mp4'"), HasSubstr("the file is empty"))));
}

TEST_F(SourceFaultTest, AFolder) {
  std::filesystem::create_directory(file("folder"));
  EXPECT_THAT(read(file("folder")), ElementsAre(AllOf(HasSubstr("folder'"), HasSubstr("it is a folder"))));
}

TEST_F(SourceFaultTest, AFileThatMayNotBeRead) {
  std::ofstream(file("secret.mp4")) << "secret";
  std::filesystem::permissions(file("secret.mp4"), std::filesystem::perms::none);
  const OrdinaryUser user(file("."));
  EXPECT_THAT(read(file("secret.mp4")), ElementsAre(HasSubstr("Permission denied")));
}

TEST_F(SourceFaultTest, AFileThatIsNoMedia) {
  std::ofstream(file("text.mp4")) << "This is a letter to a friend.\n";
  EXPECT_THAT(read(file("text.mp4")), ElementsAre(AllOf(HasSubstr("text.mp4'"), Not(HasSubstr("internal")))));
  std::ofstream binary(file("zeros.mp4"), std::ios::binary);
  binary << std::string(100'000, '\0');
  binary.close();
  EXPECT_THAT(read(file("zeros.mp4")), ElementsAre(AllOf(HasSubstr("zeros.mp4' is no media file"))));
}

/// decodebin itself loses the demuxer's error about once in a hundred times, and says nothing: then once more.
TEST_F(SourceFaultTest, AFileThatIsCutShort) {
  const std::string whole = ffmpeg(std::string(pictures) + "-c:v libx264 -preset ultrafast", file("whole.mp4"));
  std::filesystem::copy_file(whole, file("short.mp4"));
  std::filesystem::resize_file(file("short.mp4"), std::filesystem::file_size(whole) / 2);
  std::vector<std::string> errors{nothing_happened};
  for (int attempt = 0; attempt < 3 && errors.front() == nothing_happened; ++attempt)
    errors = read(file("short.mp4"), "", 2s);
  EXPECT_THAT(errors, ElementsAre(AllOf(HasSubstr("short.mp4'"), HasSubstr("cut short"))));
}

TEST_F(SourceFaultTest, NothingToReadInIt) {
  const std::string sound = ffmpeg("-f lavfi -i sine=d=0.2", file("sound.flac"));
  EXPECT_THAT(errors_of(source(sound, "audio=false") + "s.video_src ! fakesink"),
              ElementsAre(HasSubstr("holds no picture that can be decoded")));
  const std::string silent = ffmpeg(std::string(pictures) + "-c:v libx264 -preset ultrafast", file("silent.mp4"));
  EXPECT_THAT(errors_of(source(silent, "video=false") + "s.audio_src ! fakesink"),
              ElementsAre(HasSubstr("holds no sound that can be decoded")));
  EXPECT_THAT(errors_of(source(silent, "video=false audio=false") + "s.audio_src ! fakesink"),
              ElementsAre(HasSubstr("nothing to read")));
  EXPECT_THAT(errors_of("reel-source ! fakesink"), ElementsAre(HasSubstr("'uri' is not given")));
  EXPECT_THAT(read("file://%zz"), ElementsAre(HasSubstr("%zz")));
}

}  // namespace
}  // namespace reel::local
