#include <gst/tag/tag.h>

#include <filesystem>

#include "sink_fixture.hpp"

namespace reel::local {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::Values;

constexpr int rate_48k = 48000;

// -- each kind of file

struct Kind {
  const char *name, *options, *format, *video, *audio;
};
std::ostream& operator<<(std::ostream& out, const Kind& k) { return out << k.name << ' ' << k.options; }

class SinkKindTest : public SinkTest, public ::testing::WithParamInterface<Kind> {
 protected:
  static constexpr int frames = 30, samples = 48000;

  std::string write() const {
    const Kind& kind = GetParam();
    const Picture first = numbered(0);
    Graph graph(sink(file(kind.name), kind.options) +
                (*kind.video != 0 ? video(picture_caps(first, "30000/1001")) : "") +
                (*kind.audio != 0 ? audio(sound_caps("F32LE", rate_48k, 2)) : ""));
    if (*kind.video != 0) push_pictures(graph, numbered_pictures(frames), 30000, 1001);
    if (*kind.audio != 0) push_chirp(graph, samples, rate_48k, 2);
    graph.run(20s);
    return file(kind.name);
  }

  static void expect_pictures_as_ffmpeg_sees_them(const std::string& path) {
    const auto times = picture_times(path);
    ASSERT_EQ(times.size(), static_cast<std::size_t>(frames));
    const auto pictures = decoded_pictures(path, "I420", numbered_width, numbered_height);
    ASSERT_EQ(pictures.size(), static_cast<std::size_t>(frames));
    for (int i = 0; i < frames; ++i) {
      EXPECT_NEAR(times[static_cast<std::size_t>(i)], i * 1001 / 30000.0, 0.0006) << i;
      EXPECT_EQ(number_of(pictures[static_cast<std::size_t>(i)]), i);
      EXPECT_GT(psnr(pictures[static_cast<std::size_t>(i)], numbered(i)), 25) << i;
    }
  }
  /// Where times are whole milliseconds.
  static bool is_coarse() {
    return std::string_view(GetParam().format) == "matroska" || std::string_view(GetParam().format) == "webm";
  }
  void expect_it_read_back_by_the_source(const std::string& path) const;

  /// What codecs need to settle is before 0.
  static void expect_sound_as_ffmpeg_hears_it(const std::string& path) {
    const auto sound = first_channel(decoded_sound<float>(path), 2);
    const double start = std::min(0.0, start_of(path, "a:0")) * rate_48k;
    EXPECT_GE(double(sound.size()) + start, samples - 48);
    EXPECT_LE(double(sound.size()) + start, samples + 1152);
    EXPECT_NEAR(double(delay_of(sound, rate_48k, samples / 2)) + start, 0, is_coarse() ? 48 : 0);
  }
};

TEST_P(SinkKindTest, HoldsEveryPictureAndEverySampleInItsPlace) {
  const Kind& kind = GetParam();
  const std::string path = write();
  EXPECT_THAT(files(), ElementsAre(kind.name));
  std::vector<std::string> codecs{kind.video, kind.audio};
  std::erase(codecs, "");
  EXPECT_THAT(probe(path, "stream=codec_name"), ElementsAreArray(codecs));
  EXPECT_THAT(probe_one(path, "format=format_name"), HasSubstr(kind.format));
  if (*kind.video != 0) expect_pictures_as_ffmpeg_sees_them(path);
  if (*kind.audio != 0) expect_sound_as_ffmpeg_hears_it(path);
  expect_it_read_back_by_the_source(path);
}

void SinkKindTest::expect_it_read_back_by_the_source(const std::string& path) const {
  const Kind& kind = GetParam();
  std::string launch = "reel-source name=s uri=\"" + path + "\" ";
  if (*kind.video != 0) launch += "s.video_src ! appsink name=v ";
  if (*kind.audio != 0)
    launch += "s.audio_src ! audioconvert ! audio/x-raw,format=F32LE,layout=interleaved ! appsink name=a";
  Graph graph(launch);
  graph.run(20s);
  if (*kind.video != 0) {
    const Output& out = graph.output("v");
    ASSERT_EQ(out.buffers.size(), static_cast<std::size_t>(frames));
    GstVideoInfo info;
    const CapsPtr caps(gst_caps_from_string(out.caps.c_str()));
    ASSERT_TRUE(gst_video_info_from_caps(&info, caps.get()));
    EXPECT_EQ(info.fps_n * 1001, info.fps_d * 30000) << out.caps;
    for (int i = 0; i < frames; ++i) {
      const BufferPtr& b = out.buffers[static_cast<std::size_t>(i)];
      EXPECT_NEAR(double(pts(b).count()), double(frame_time(i, 30000, 1001).count()), 0.6e6) << i;
      EXPECT_EQ(number_of(Picture::from(b.get(), info)), i);
    }
  }
  if (*kind.audio != 0) {
    const Output& out = graph.output("a");
    const auto start = sample_at(pts(out.buffers.at(0)), rate_48k);
    const auto sound = first_channel(out.samples<float>(), 2);
    const bool is_mp3 = kind.audio == std::string_view("mp3");
    // GStreamer's demuxer leaves out the last packet of an MP4 file with an edit list, and knows nothing of MP3's delay.
    EXPECT_GE(start + static_cast<std::int64_t>(sound.size()), samples - 1152);
    EXPECT_LE(start + static_cast<std::int64_t>(sound.size()), samples + (is_mp3 ? 2304 : 1152));
    EXPECT_NEAR(double(start + delay_of(sound, rate_48k, samples / 2)), 0,
                kind.format == std::string_view("mp3") ? 1105
                : is_mp3 || is_coarse()                ? 48
                                                       : 0);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, SinkKindTest,
    Values(Kind{"a.mp4", "", "mp4", "h264", "aac"},
           Kind{"b.mp4", "video-codec=h265 audio-codec=opus", "mp4", "hevc", "opus"},
           Kind{"c.mp4", "video-codec=av1 audio-codec=flac", "mp4", "av1", "flac"},
           Kind{"d.m4v", "video-codec=vp9 audio-codec=mp3", "mp4", "vp9", "mp3"},
           Kind{"e.mov", "", "mov", "h264", "aac"}, Kind{"f.mov", "video-codec=prores", "mov", "prores", "pcm_s24le"},
           Kind{"g.qt", "video-codec=h265 audio-codec=mp3", "mov", "hevc", "mp3"},
           Kind{"h.mkv", "", "matroska", "h264", "aac"}, Kind{"i.mkv", "video-codec=ffv1", "matroska", "ffv1", "flac"},
           Kind{"j.mkv", "video-codec=prores audio-codec=opus", "matroska", "prores", "opus"},
           Kind{"k.mkv", "video-codec=vp9 audio-codec=mp3", "matroska", "vp9", "mp3"},
           Kind{"l.mkv", "video-codec=av1 audio-codec=pcm", "matroska", "av1", "pcm_s24le"},
           Kind{"m.mkv", "video-codec=h265", "matroska", "hevc", "aac"}, Kind{"n.webm", "", "webm", "vp9", "opus"},
           Kind{"o.webm", "video-codec=av1", "webm", "av1", "opus"}, Kind{"p.wav", "", "wav", "", "pcm_s24le"},
           Kind{"q.flac", "", "flac", "", "flac"}, Kind{"r.mp3", "", "mp3", "", "mp3"},
           Kind{"s.ogg", "", "ogg", "", "opus"}, Kind{"t.oga", "audio-codec=flac", "ogg", "", "flac"},
           Kind{"u.m4a", "", "m4a", "", "aac"}, Kind{"v.mka", "", "matroska", "", "aac"},
           Kind{"w.mp4", "", "mp4", "h264", ""}, Kind{"x.mkv", "video-codec=ffv1", "matroska", "ffv1", ""},
           Kind{"y.bin", "container=mkv", "matroska", "h264", "aac"}),
    [](const auto& info) {
      std::string name = info.param.name;
      std::ranges::replace(name, '.', '_');
      return name;
    });

TEST_F(SinkTest, AnImageFileIsTheFirstPicture) {
  for (const char* const name : {"a.png", "a.jpg"}) {
    SCOPED_TRACE(name);
    const std::string path = written(name, "", numbered_pictures(5, "RGB", 63, 47));
    EXPECT_EQ(probe_one(path, "stream=width,height"), "63");
    const auto pictures = decoded_pictures(path, "RGB", 63, 47);
    ASSERT_EQ(pictures.size(), 1U);
    EXPECT_EQ(number_of(pictures[0]), 0);
    if (std::string_view(name) == "a.png") {
      EXPECT_EQ(pictures[0], numbered(0, "RGB", 63, 47));
    }
  }
}

// -- bit for bit

TEST_F(SinkTest, Ffv1KeepsPicturesBitForBit) {
  for (const char* const format : {"I420", "Y42B", "Y444", "I420_10LE", "I422_10LE", "Y444_10LE", "A420", "GRAY8"}) {
    for (const auto& [width, height] : {std::pair{64, 48}, {63, 47}}) {
      SCOPED_TRACE(std::string(format) + " " + std::to_string(width));
      std::vector<Picture> pictures;
      for (unsigned i = 0; i < 3; ++i) pictures.push_back(Picture::noise(format, width, height, i));
      const std::string path = written("exact.mkv", "video-codec=ffv1", pictures);
      EXPECT_EQ(decoded_pictures(path, format, width, height), pictures);
    }
  }
}

TEST_F(SinkTest, PngKeepsPicturesBitForBit) {
  for (const char* const format : {"RGB", "RGBA", "GRAY8"}) {
    const Picture picture = Picture::noise(format, 33, 21);
    EXPECT_EQ(decoded_pictures(written("exact.png", "", {picture}), format, 33, 21), std::vector{picture}) << format;
  }
}

TEST_F(SinkTest, LosslessSoundIsKeptBitForBit) {
  const auto noise = [](std::int64_t n, int c) {
    return static_cast<std::int16_t>(std::minstd_rand(static_cast<unsigned>(n * 8 + c + 1))() >> 8U);
  };
  for (const char* const name : {"a.wav", "a.flac", "a.mkv", "a.mov", "a.oga", "a.mp4"}) {
    for (const int channels : {1, 6}) {
      SCOPED_TRACE(std::string(name) + " " + std::to_string(channels));
      const std::string codec = std::string_view(name) == "a.mov" ? "audio-codec=pcm" : "audio-codec=flac";
      const bool only_pcm = std::string_view(name) == "a.wav";
      Graph graph(sink(file(name), only_pcm ? "" : codec) + audio(sound_caps("S16LE", 44100, channels)));
      push_sound<std::int16_t>(graph, 12345, 44100, channels, noise);
      graph.run(20s);
      const auto sound = decoded_sound<std::int16_t>(file(name));
      ASSERT_EQ(sound.size(), std::size_t{12345} * static_cast<std::size_t>(channels));
      std::vector<std::int16_t> expected;
      for (std::int64_t n = 0; n < 12345; ++n)
        for (int c = 0; c < channels; ++c) expected.push_back(noise(n, c));
      EXPECT_TRUE(sound == expected);
      EXPECT_EQ(probe_one(file(name), "stream=channels"), std::to_string(channels));
    }
  }
}

TEST_F(SinkTest, TwentyFourBitsAreKept) {
  const auto noise = [](std::int64_t n, int) {
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(n) * 2654435761U & 0xFFFFFF00U);
  };
  for (const char* const name : {"a.wav", "a.flac"}) {
    Graph graph(sink(file(name)) + audio(sound_caps("S32LE", rate_48k, 1)));
    push_sound<std::int32_t>(graph, 5000, rate_48k, 1, noise);
    graph.run(20s);
    const auto sound = decoded_sound<std::int32_t>(file(name));
    ASSERT_EQ(sound.size(), 5000U) << name;
    std::size_t wrong = 0;
    for (std::int64_t n = 0; n < 5000; ++n) wrong += sound[static_cast<std::size_t>(n)] != noise(n, 0);
    EXPECT_EQ(wrong, 0U) << name;
    EXPECT_THAT(probe(file(name), "stream=bits_per_raw_sample,bits_per_sample", "a:0"), ::testing::Contains("24"))
        << name;
  }
}

// -- time

TEST_F(SinkTest, VariableFrameRateKeepsEveryTime) {
  const std::vector<Time> times{0ms, 17ms, 100ms, 101ms, 350ms, 1234ms, 1250ms, 2999ms};
  for (const auto& [name, more] : {std::pair{"v.mp4", ""},
                                   {"v.mov", "video-codec=prores"},
                                   {"v.mkv", ""},
                                   {"v.webm", ""},
                                   {"v5.mp4", "video-codec=h265"},
                                   {"av1.mp4", "video-codec=av1"}}) {
    SCOPED_TRACE(name);
    Graph graph(sink(file(name), more) + video(picture_caps(numbered(0), "0/1")));
    for (std::size_t i = 0; i < times.size(); ++i)
      graph.push(
          "v",
          numbered(static_cast<int>(i)).buffer(times[i], (i + 1 < times.size() ? times[i + 1] : 3010ms) - times[i]));
    graph.run(20s);
    std::vector<int> found;
    for (const double t : picture_times(file(name))) found.push_back(static_cast<int>(std::lround(t * 1000)));
    EXPECT_THAT(found, ElementsAre(0, 17, 100, 101, 350, 1234, 1250, 2999));
  }
}

TEST_F(SinkTest, FrameRatesAreExact) {
  for (const auto& [n, d] : {std::pair{24000, 1001}, {60000, 1001}, {240, 1}, {25, 2}}) {
    const std::string rate = std::to_string(n) + "/" + std::to_string(d);
    Graph graph(sink(file("r.mp4")) + video(picture_caps(numbered(0), rate)));
    push_pictures(graph, numbered_pictures(10), n, d);
    graph.run(20s);
    const auto found = probe(file("r.mp4"), "stream=r_frame_rate,avg_frame_rate:format=duration");
    ASSERT_THAT(found, ElementsAre(rate, rate, ::testing::_));
    EXPECT_NEAR(std::stod(found[2]), 10.0 * d / n, 0.0011) << rate;
  }
}

TEST_F(SinkTest, SoundThatStartsLaterStaysLater) {
  for (const char* const name : {"late.mp4", "late.mkv", "late.mov"}) {
    SCOPED_TRACE(name);
    Graph graph(sink(file(name)) + video(picture_caps(numbered(0), "25/1")) + audio(sound_caps("F32LE", rate_48k, 1)));
    push_pictures(graph, numbered_pictures(25), 25);
    push_chirp(graph, 24000, rate_48k, 1, 300ms);
    graph.run(20s);
    Graph back("reel-source name=s uri=\"" + file(name) +
               "\" s.video_src ! appsink name=v s.audio_src ! audioconvert ! "
               "audio/x-raw,format=F32LE,layout=interleaved ! appsink name=a");
    back.run(20s);
    EXPECT_EQ(pts(back.output("v").buffers.at(0)), 0ns);
    const auto start = sample_at(pts(back.output("a").buffers.at(0)), rate_48k);
    const auto delay = delay_of(back.output("a").samples<float>(), rate_48k, 12000);
    EXPECT_NEAR(double(start + delay), 14400, 48);  // Matroska counts milliseconds
  }
}

/// A hole in the sound must not put what follows out of step with the picture.
TEST_F(SinkTest, AHoleInTheSoundIsSilence) {
  Graph graph(sink(file("hole.flac")) + audio(sound_caps("S16LE", rate_48k, 1)));
  const std::vector<std::int16_t> block(4800, 1000);
  graph.push("a", make_buffer(block.data(), 9600, 0ms, 100ms));
  graph.push("a", make_buffer(block.data(), 9600, 300ms, 100ms));
  graph.run(20s);
  const auto sound = decoded_sound<std::int16_t>(file("hole.flac"));
  ASSERT_EQ(sound.size(), 19200U);
  EXPECT_EQ(sound[4799], 1000);
  EXPECT_EQ(sound[4900], 0);
  EXPECT_EQ(sound[14300], 0);
  EXPECT_EQ(sound[14400], 1000);
}

TEST_F(SinkTest, KeyframesAreAsNearAsAsked) {
  for (const auto& [name, more] :
       {std::pair{"k.mp4", ""}, {"k5.mp4", "video-codec=h265"}, {"k.webm", ""}, {"k1.mp4", "video-codec=av1"}}) {
    const std::string path = written(name, std::string("keyframe-interval=200000000 ") + more, numbered_pictures(25));
    const auto keys = probe(path, "packet=flags", "v:0");
    EXPECT_GE(std::ranges::count_if(keys, [](const std::string& f) { return f.starts_with('K'); }), 5) << name;
  }
}

// -- what the pictures are

TEST_F(SinkTest, ColourAndPixelAspectAreKept) {
  for (const auto& [name, more] : {std::pair{"c.mp4", ""},
                                   {"c5.mp4", "video-codec=h265"},
                                   {"c.mkv", ""},
                                   {"c.webm", ""},
                                   {"c.mov", "video-codec=prores"},
                                   {"c1.mp4", "video-codec=av1"}}) {
    SCOPED_TRACE(name);
    const std::string path = written(name, more, numbered_pictures(3), "colorimetry=bt709,pixel-aspect-ratio=3/2");
    EXPECT_THAT(probe(path, "stream=sample_aspect_ratio,color_range,color_space,color_transfer,color_primaries", "v:0"),
                ElementsAre("3:2", "tv", "bt709", "bt709", "bt709"));
  }
  EXPECT_THAT(probe(written("full.mp4", "", numbered_pictures(3), "colorimetry=1:3:5:1"), "stream=color_range"),
              ElementsAre("pc"));
}

TEST_F(SinkTest, HdrIsKept) {
  const std::string caps =
      "colorimetry=bt2100-pq,content-light-level=(string)1000:400,"
      "mastering-display-info=(string)34000:16000:13250:34500:7500:3000:15635:16450:10000000:1";
  for (const auto& [name, more] :
       {std::pair{"h.mp4", "video-codec=h265"}, {"h.mkv", "video-codec=h265"}, {"h.webm", ""}}) {
    SCOPED_TRACE(name);
    const std::string path = written(name, more, numbered_pictures(3, "I420_10LE"), caps);
    EXPECT_THAT(probe(path, "stream=pix_fmt,color_space,color_transfer,color_primaries", "v:0"),
                ElementsAre("yuv420p10le", "bt2020nc", "smpte2084", "bt2020"));
    const std::string sides = shell("ffprobe -v error -show_streams '" + path + "'");
    EXPECT_THAT(sides, AllOf(HasSubstr("max_content=1000"), HasSubstr("max_average=400"),
                             AnyOf(HasSubstr("red_x=34000/50000"), HasSubstr("red_x=17/25")),
                             AnyOf(HasSubstr("max_luminance=10000000/10000"), HasSubstr("max_luminance=1000/1"))));
  }
}

TEST_F(SinkTest, TenBitsStayAndPixelFormatsCanBeAskedFor) {
  const auto format_of = [&](const std::string& name, const std::string& more, const std::string& in) {
    return probe_one(written(name, more, numbered_pictures(3, in)), "stream=pix_fmt", "v:0");
  };
  EXPECT_EQ(format_of("t.mp4", "", "I420_10LE"), "yuv420p");  // few players show 10 bit H.264
  EXPECT_EQ(format_of("t.mp4", "pixel-format=yuv420p10", "I420_10LE"), "yuv420p10le");
  EXPECT_EQ(format_of("t.mp4", "pixel-format=yuv444p", "I420"), "yuv444p");
  EXPECT_EQ(format_of("t.mp4", "video-codec=h265", "I420_10LE"), "yuv420p10le");
  EXPECT_EQ(format_of("t.webm", "", "I420_10LE"), "yuv420p10le");
  EXPECT_EQ(format_of("t.webm", "pixel-format=yuv444p", "I420"), "yuv444p");
  EXPECT_EQ(format_of("t.mov", "video-codec=prores", "I420_10LE"), "yuv422p10le");
  EXPECT_EQ(format_of("t.mov", "video-codec=prores", "Y444_10LE"), "yuv444p12le");  // as ffmpeg decodes all of 4:4:4
  EXPECT_EQ(format_of("t.mkv", "video-codec=ffv1 pixel-format=yuv422p10", "I420"), "yuv422p10le");
  EXPECT_THAT(
      errors_of("videotestsrc num-buffers=3 ! " + sink(file("no.mp4"), "video-codec=av1 pixel-format=yuv420p10")),
      ElementsAre(HasSubstr("expected auto, yuv420p, yuv422p, yuv444p")));
}

TEST_F(SinkTest, OddSizesAreWritten) {
  const auto size_of = [&](const std::string& name, const std::string& more, const std::string& in) {
    const auto size = probe(written(name, more, numbered_pictures(3, in, 63, 47)), "stream=width,height", "v:0");
    return size.at(0) + "x" + size.at(1);
  };
  EXPECT_EQ(size_of("o.mp4", "", "I420"), "62x46");  // H.264 has no odd 4:2:0
  EXPECT_EQ(size_of("o.mp4", "pixel-format=yuv444p", "Y444"), "63x47");
  EXPECT_EQ(size_of("o.mp4", "video-codec=h265", "I420"), "62x46");
  EXPECT_EQ(size_of("o.webm", "", "I420"), "63x47");
  EXPECT_EQ(size_of("o.mp4", "video-codec=av1", "I420"), "63x47");
  EXPECT_EQ(size_of("o.mov", "video-codec=prores", "I422_10LE"), "62x47");
  EXPECT_EQ(size_of("o.mkv", "video-codec=ffv1", "I420"), "63x47");
  EXPECT_EQ(size_of("o.jpg", "", "I420"), "63x47");
}

TEST_F(SinkTest, QualityAndBitrateDecideTheSize) {
  std::vector<Picture> pictures;
  for (unsigned i = 0; i < 25; ++i) pictures.push_back(Picture::noise("I420", 160, 96, i));
  const auto size = [&](const std::string& name, const std::string& more) {
    return static_cast<double>(fs::file_size(written(name, more, pictures)));
  };
  for (const auto& [name, more] :
       {std::pair{"q.mp4", ""}, {"q5.mp4", "video-codec=h265"}, {"q.webm", ""}, {"q1.mp4", "video-codec=av1"}}) {
    SCOPED_TRACE(name);
    EXPECT_LT(size(name, std::string("quality=30 ") + more) * 1.3, size(name, std::string("quality=90 ") + more));
  }
  EXPECT_LT(size("q.mp4", "video-bitrate=1000") * 2, size("q.mp4", "video-bitrate=4000"));
}

// -- tags and chapters

TEST_F(SinkTest, TagsChaptersAndLanguageAreWritten) {
  for (const char* const name : {"t.mp4", "t.mkv", "t.mov"}) {
    SCOPED_TRACE(name);
    Graph graph(sink(file(name)) + video(picture_caps(numbered(0), "25/1")) + "appsrc name=a caps=\"" +
                sound_caps("F32LE", rate_48k, 1) + "\" ! taginject tags=\"language-code=fr\" ! k.audio_sink");
    const ElementPtr k = graph.element("k");
    gst_tag_setter_add_tags(GST_TAG_SETTER(k.get()), GST_TAG_MERGE_REPLACE, GST_TAG_TITLE, "A title: \"äöü\"",
                            GST_TAG_ARTIST, "Someone", GST_TAG_COMMENT, "Two\nlines", nullptr);
    GstToc* const toc = gst_toc_new(GST_TOC_SCOPE_GLOBAL);
    for (int i = 0; i < 2; ++i) {
      GstTocEntry* const entry = gst_toc_entry_new(GST_TOC_ENTRY_TYPE_CHAPTER, std::to_string(i).c_str());
      gst_toc_entry_set_start_stop_times(entry, i * 400 * gint64{GST_MSECOND}, (i + 1) * 400 * gint64{GST_MSECOND});
      gst_toc_entry_set_tags(entry, gst_tag_list_new(GST_TAG_TITLE, i == 0 ? "One" : "Two", nullptr));
      gst_toc_append_entry(toc, entry);
    }
    gst_toc_setter_set_toc(GST_TOC_SETTER(k.get()), toc);
    gst_toc_unref(toc);
    push_pictures(graph, numbered_pictures(20), 25);
    push_chirp(graph, 38400, rate_48k, 1);
    graph.run(20s);
    EXPECT_THAT(probe(file(name), "format_tags=title"), ElementsAre("A title: \"äöü\""));
    EXPECT_THAT(probe(file(name), "format_tags=artist"), ElementsAre("Someone"));
    EXPECT_THAT(probe(file(name), "format_tags=comment"), ElementsAre("Two", "lines"));
    EXPECT_EQ(probe_one(file(name), "stream_tags=language", "a:0"), std::string_view(name) == "t.mkv" ? "fre" : "fra");
    EXPECT_THAT(probe(file(name), "chapter=start_time,end_time:chapter_tags=title"),
                ElementsAre("0.000000", "0.400000", "One", "0.400000", "0.800000", "Two"));
  }
}

TEST_F(SinkTest, TagsOfTheSourceComeAlong) {
  const std::string from = ffmpeg(
      "-f lavfi -i testsrc2=size=128x96:rate=25:duration=0.4 -c:v libx264 -preset ultrafast -metadata title=Kept "
      "-metadata artist=Someone -metadata:s:v rotate=90",
      file("from.mp4"));
  const std::string turned = ffmpeg("-i '" + from + "' -c copy -metadata:s:v rotate=90", file("turned.mp4"));
  Graph graph("reel-source uri=\"" + turned + "\" ! queue ! k.video_sink " + sink(file("to.mp4")));
  graph.run(20s);
  EXPECT_EQ(probe_one(file("to.mp4"), "format_tags=title"), "Kept");
  EXPECT_EQ(probe_one(file("to.mp4"), "format_tags=artist"), "Someone");
  EXPECT_THAT(probe(file("to.mp4"), "stream=width,height", "v:0"), ElementsAre("96", "128"));
  EXPECT_EQ(shell("ffprobe -v error -show_streams '" + file("to.mp4") + "'").find("rotation"), std::string::npos);
}

TEST_F(SinkTest, AnMp4CanPlayBeforeItIsLoadedWhole) {
  const auto content = [&](const std::string& more) {
    return (std::stringstream()
            << std::ifstream(written("f.mp4", more, numbered_pictures(5)), std::ios::binary).rdbuf())
        .str();
  };
  const std::string fast = content(""), slow = content("faststart=false");
  EXPECT_LT(fast.find("moov"), fast.find("mdat"));
  EXPECT_GT(slow.find("moov"), slow.find("mdat"));
}

// -- which streams

TEST_F(SinkTest, WhatTheFileCannotHoldIsLeftOut) {
  Graph sound(sink(file("only.flac")) + video(picture_caps(numbered(0), "25/1")) +
              audio(sound_caps("S16LE", rate_48k, 1)));
  push_pictures(sound, numbered_pictures(5), 25);
  push_sound<std::int16_t>(sound, 4800, rate_48k, 1, [](std::int64_t n, int) { return n; });
  sound.run(20s);
  EXPECT_EQ(decoded_sound<std::int16_t>(file("only.flac")).size(), 4800U);
  Graph picture(sink(file("only.png")) + video(picture_caps(numbered(0), "25/1")) +
                audio(sound_caps("S16LE", rate_48k, 1)));
  push_pictures(picture, numbered_pictures(5), 25);
  push_sound<std::int16_t>(picture, 4800, rate_48k, 1, [](std::int64_t n, int) { return n; });
  picture.run(20s);
  EXPECT_EQ(decoded_pictures(file("only.png"), "RGB", numbered_width, numbered_height).size(), 1U);
}

TEST_F(SinkTest, AnInputWithoutDataIsLeftOut) {
  Graph graph(sink(file("silent.mp4")) + video(picture_caps(numbered(0), "25/1")) +
              audio(sound_caps("S16LE", rate_48k, 1)));
  push_pictures(graph, numbered_pictures(5), 25);
  graph.run(20s);
  EXPECT_THAT(probe(file("silent.mp4"), "stream=codec_type"), ElementsAre("video"));
}

TEST_F(SinkTest, OneStreamMayBeMuchLongerThanTheOther) {
  Graph graph(sink(file("long.mkv"), "video-codec=ffv1") + video(picture_caps(numbered(0), "25/1")) +
              audio(sound_caps("S16LE", rate_48k, 1)));
  push_pictures(graph, numbered_pictures(2), 25);
  push_sound<std::int16_t>(graph, 20 * rate_48k, rate_48k, 1, [](std::int64_t n, int) { return n; });
  graph.run(20s);
  EXPECT_EQ(picture_times(file("long.mkv")).size(), 2U);
  EXPECT_EQ(decoded_sound<std::int16_t>(file("long.mkv")).size(), std::size_t{20 * rate_48k});
}

}  // namespace
}  // namespace reel::local
