/// An edit costs what it changes: packets outside stay bit for bit, pictures outside stay the same in two decoders, the effect is
/// where it was asked for and nowhere else.
///
/// Random edits with a seed; `REEL_SPLICE_ROUNDS=500 ./test -R Splice` tries that many a file.
#include <gmock/gmock.h>

#include <cstdlib>

#include "edits.hpp"

namespace reel::tests {
namespace {

namespace fs = std::filesystem;

struct Kind {
  const char* name;
  const char* file;
  const char* options;  ///< of ffmpeg's encoder
};
void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }

/// Some seconds of moving pictures with a tone.
void make(const fs::path& file, double seconds, const std::string& options) {
  const std::string length = std::to_string(seconds);
  const Result result =
      shell("ffmpeg -nostdin -y -v error -f lavfi -i testsrc2=size=160x96:rate=25:duration=" + length +
            " -f lavfi -i sine=d=" + length + " " + options + " " + quoted(file));
  ASSERT_EQ(result.output, "");
}

class Splice : public ::testing::TestWithParam<Kind> {
 protected:
  static int rounds() {
    const char* const asked = std::getenv("REEL_SPLICE_ROUNDS");
    return asked != nullptr ? std::atoi(asked) : 1;
  }
  const TemporaryFolder folder_;
};

TEST_P(Splice, keeps_what_an_edit_does_not_change) {
  const fs::path file = folder_ / GetParam().file;
  make(file, 4, GetParam().options);
  const Source source = source_of(file, folder_ / "raw");
  ASSERT_FALSE(HasFailure());
  std::mt19937 random(20261121);
  const fs::path output = folder_ / ("out" + file.extension().string());
  Editor editor(folder_);
  const std::size_t late = source.packets.size() * 55 / 100;  // amid a group of pictures
  editor.check(source, {.brighter = {{late, late + 2}}}, output);
  EXPECT_EQ(editor.spliced(), 1) << "everything was rendered";
  for (int round = 0; round < rounds() && !HasFailure(); ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    editor.check(source, random_edit(source, random), output);
  }
}

constexpr Kind kinds[]{
    {"b_frames", "a.mp4", "-c:v libx264 -g 25 -preset fast -c:a aac"},
    {"no_b_frames", "a.mp4", "-c:v libx264 -g 25 -bf 0 -profile:v baseline -c:a aac"},
    {"many_b_frames", "a.mp4", "-c:v libx264 -g 30 -x264-params bframes=8:b-adapt=0:b-pyramid=normal:ref=8 -c:a aac"},
    {"strict_pyramid", "a.mp4", "-c:v libx264 -g 30 -x264-params bframes=5:b-adapt=0:b-pyramid=strict -c:a aac"},
    {"one_b_frame", "a.mp4", "-c:v libx264 -g 25 -x264-params bframes=1:b-adapt=0:b-pyramid=none -c:a aac"},
    {"open_groups", "a.mp4",
     "-c:v libx264 -x264-params open-gop=1:keyint=25:min-keyint=5 -force_key_frames 2 -c:a aac"},
    {"long_groups", "a.mp4", "-c:v libx264 -g 60 -c:a aac"},
    {"intra_refresh", "a.mp4", "-c:v libx264 -g 25 -x264-params intra-refresh=1 -c:a aac"},
    {"several_slices", "a.mp4", "-c:v libx264 -g 25 -x264-params slices=4 -c:a aac"},
    {"ten_bits", "a.mp4", "-c:v libx264 -g 25 -pix_fmt yuv420p10le -c:a aac"},
    {"half_chroma", "a.mov", "-c:v libx264 -g 25 -pix_fmt yuv422p -c:a aac"},
    {"half_chroma_ten_bits", "a.mp4", "-c:v libx264 -g 25 -pix_fmt yuv422p10le -c:a aac"},
    {"full_chroma", "a.mp4", "-c:v libx264 -g 25 -pix_fmt yuv444p -c:a aac"},
    {"no_sound", "a.mp4", "-an -c:v libx264 -g 25"},
    {"matroska", "a.mkv", "-c:v libx264 -g 25 -c:a aac"},
    {"matroska_many_b_frames", "a.mkv",
     "-c:v libx264 -g 30 -x264-params bframes=8:b-adapt=0:b-pyramid=normal:ref=8 -c:a flac"},
    {"quicktime", "a.mov", "-c:v libx264 -g 25 -c:a pcm_s16le"},
    {"variable_rate", "a.mp4",
     "-vf setpts='PTS+0.3*random(0)/25/TB' -fps_mode vfr -video_track_timescale 90000 -c:v libx264 -g 25 -c:a aac"},
    {"variable_rate_matroska", "a.mkv",
     "-vf setpts='PTS+0.3*random(0)/25/TB' -fps_mode vfr -c:v libx264 -g 25 -c:a aac"},
    {"starts_late", "a.mkv", "-c:v libx264 -g 25 -c:a aac -output_ts_offset 10"},
    {"starts_late_mp4", "a.mp4", "-c:v libx264 -g 25 -c:a aac -output_ts_offset 10"},
    {"negative_offsets", "a.mp4", "-c:v libx264 -g 25 -c:a aac -movflags negative_cts_offsets"},
    {"fragments", "a.mp4", "-c:v libx264 -g 25 -c:a aac -movflags frag_keyframe+empty_moov"},
    {"rotated", "a.mp4", "-c:v libx264 -g 25 -c:a aac -metadata:s:v rotate=90"},
    {"all_keyframes", "a.mp4", "-c:v libx264 -g 1 -c:a aac"},
    {"full_range", "a.mp4",
     "-vf scale=out_range=full:out_color_matrix=bt709 -color_range pc -colorspace bt709 -color_primaries bt709 "
     "-color_trc bt709 -aspect 2 -c:v libx264 -g 25 -c:a aac"},
    {"full_range_without_matrix", "a.mp4", "-color_range pc -c:v libx264 -g 25 -c:a aac"},
    {"matroska_with_opus", "a.mkv", "-c:v libx264 -g 25 -c:a libopus"},
    {"interlaced", "a.mp4", "-c:v libx264 -g 25 -flags +ildct+ilme -x264-params tff=1 -c:a aac"},
    {"bottom_field_first", "a.mp4", "-c:v libx264 -g 25 -flags +ildct+ilme -x264-params bff=1 -c:a aac"},
    {"other_parameter_sets", "a.mp4", "-c:v libx264 -g 25 -x264-params sps-id=1 -c:a aac"},
};
constexpr Kind codecs[]{
    {"h265", "a.mp4", "-c:v libx265 -x265-params log-level=none:keyint=25:open-gop=0 -tag:v hvc1 -c:a aac"},
    {"h265_open_groups", "a.mp4", "-c:v libx265 -x265-params log-level=none:keyint=25:open-gop=1 -c:a aac"},
    {"h265_open_groups_matroska", "a.mkv",
     "-c:v libx265 -x265-params log-level=none:keyint=25:bframes=6:b-pyramid=1 -c:a aac"},
    {"h265_ten_bits", "a.mkv",
     "-c:v libx265 -pix_fmt yuv420p10le -x265-params log-level=none:keyint=25:open-gop=0 -c:a aac"},
    {"vp8", "a.webm", "-c:v libvpx -b:v 1M -auto-alt-ref 0 -g 25 -c:a libopus"},
    {"vp9", "a.webm", "-c:v libvpx-vp9 -b:v 1M -g 25 -deadline realtime -cpu-used 8 -c:a libopus"},
    {"vp9_mp4", "a.mp4", "-c:v libvpx-vp9 -b:v 1M -g 25 -deadline realtime -cpu-used 8 -c:a aac"},
    {"av1", "a.mp4", "-c:v libaom-av1 -usage realtime -cpu-used 8 -g 25 -c:a aac"},
    {"av1_matroska", "a.mkv", "-c:v libaom-av1 -usage realtime -cpu-used 8 -g 25 -c:a libopus"},
    {"mpeg2_open_groups", "a.mkv", "-c:v mpeg2video -q:v 4 -g 12 -bf 2 -c:a ac3"},
    {"mpeg2", "a.mp4", "-c:v mpeg2video -q:v 4 -g 12 -c:a aac"},
    {"mpeg2_interlaced", "a.mkv", "-c:v mpeg2video -q:v 4 -g 12 -bf 2 -flags +ildct+ilme -top 1 -c:a ac3"},
    {"mpeg4", "a.mp4", "-c:v mpeg4 -q:v 4 -g 12 -bf 2 -c:a aac"},
    {"prores", "a.mov", "-c:v prores_ks -c:a pcm_s16le"},
    {"prores_4444", "a.mov", "-c:v prores_ks -profile:v 4444 -pix_fmt yuv444p10le -c:a pcm_s16le"},
    {"motion_jpeg", "a.mov", "-c:v mjpeg -q:v 3 -pix_fmt yuvj420p -c:a aac"},
    {"ffv1", "a.mkv", "-c:v ffv1 -level 3 -c:a flac"},
    {"ffv1_with_groups", "a.mkv", "-c:v ffv1 -level 3 -g 5 -c:a flac"},
};
INSTANTIATE_TEST_SUITE_P(Codecs, Splice, ::testing::ValuesIn(codecs),
                         [](const auto& info) { return std::string(info.param.name); });
INSTANTIATE_TEST_SUITE_P(Files, Splice, ::testing::ValuesIn(kinds),
                         [](const auto& info) { return std::string(info.param.name); });

class SpliceRealClip : public Splice {};

TEST_P(SpliceRealClip, keeps_what_an_edit_does_not_change) {
  const fs::path file = folder_ / GetParam().file;
  const Result cut = shell("ffmpeg -nostdin -y -v error " + std::string(GetParam().options) + " -i " +
                           quoted(clip(GetParam().name)) + " -c copy " + quoted(file));
  ASSERT_EQ(cut.output, "");
  const Source source = source_of(file, folder_ / "raw");
  ASSERT_FALSE(HasFailure());
  std::mt19937 random(20261121);
  Editor editor(folder_);
  for (int round = 0; round < 2 * rounds() && !HasFailure(); ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    editor.check(source, random_edit(source, random), folder_ / ("out" + file.extension().string()));
  }
}
constexpr Kind real_clips[]{{"wannaworktogether.mp4", "a.mp4", "-t 5"},
                            {"wannaworktogether.mp4", "a.mkv", "-t 5"},
                            {"cockatoo.mp4", "a.mp4", "-t 4"}};
INSTANTIATE_TEST_SUITE_P(Clips, SpliceRealClip, ::testing::ValuesIn(real_clips));

class SpliceOnce : public ::testing::Test {
 protected:
  Source source(double seconds, const std::string& codec = "libx264 -g 25") const {
    make(folder_ / "0.mp4", seconds, "-c:v " + codec + " -c:a aac");
    return source_of(folder_ / "0.mp4", folder_ / "raw");
  }
  const TemporaryFolder folder_;
};

TEST_F(SpliceOnce, at_each_place_that_is_special) {
  const Source s = source(4);
  const std::size_t count = s.packets.size();
  const Edit edits[]{
      {.brighter = {{0, 1}}},
      {.brighter = {{count - 1, count}}},
      {.brighter = {{25, 26}}},
      {.brighter = {{24, 25}}},
      {.brighter = {{26, 27}}},
      {.brighter = {{24, 26}}},
      {.brighter = {{30, 33}, {33, 36}}},
      {.brighter = {{30, 35}, {33, 38}}},
      {.brighter = {{28, 30}, {40, 41}}},
      {.removed = {{0, 1}}},
      {.removed = {{count - 1, count}}},
      {.removed = {{25, 50}}},
      {.removed = {{25, 26}, {26, 27}}},
      {.removed = {{30, 31}, {33, 34}}},
      {.brighter = {{29, 32}}, .removed = {{30, 31}}},
  };
  Editor editor(folder_);
  for (const Edit& edit : edits) editor.check(s, edit, folder_ / "out.mp4");
  EXPECT_EQ(editor.spliced(), static_cast<int>(std::size(edits)));
}

constexpr const char* h265_open_groups =
    "libx265 -x265-params log-level=none:keyint=25:min-keyint=25:open-gop=1:scenecut=0";

TEST_F(SpliceOnce, goes_on_copying_open_groups_of_h265) {
  const Source s = source(4, h265_open_groups);
  Editor editor(folder_);
  for (const Edit& edit : {Edit{.brighter = {{30, 32}}}, Edit{.removed = {{10, 50}}}}) {
    editor.check(s, edit, folder_ / "out.mp4");
    const auto spans = nlohmann::json::parse(read(folder_ / "report.json"))["plan"]["spans"];
    ASSERT_GE(spans.size(), 3U);
    EXPECT_EQ(spans.back()["kind"], "copy");
    EXPECT_EQ(spans.back()["first"], 51);
    EXPECT_EQ(spans.back()["end"], s.packets.size());
  }
}

class SpliceAgain : public SpliceOnce, public ::testing::WithParamInterface<const char*> {};

TEST_P(SpliceAgain, ten_times_in_a_row) {
  Source s = source(6, GetParam());
  Editor editor(folder_);
  for (std::size_t i = 1; i <= 10 && !HasFailure(); ++i) {
    SCOPED_TRACE("edit " + std::to_string(i));
    const std::size_t middle = s.packets.size() / 2, place = 9 * i;
    const Edit edit = i % 2 == 0   ? Edit{.removed = {{middle + i, middle + i + 4}}}
                      : i % 3 == 0 ? Edit{.brighter = {{place, place + 3}}, .removed = {{middle - i, middle - i + 1}}}
                                   : Edit{.brighter = {{place, place + 3}}};
    const fs::path next = folder_ / (std::to_string(i) + ".mp4");
    editor.check(s, edit, next);
    s = source_of(next, folder_ / "raw");
  }
  EXPECT_EQ(editor.spliced(), 10);
}
INSTANTIATE_TEST_SUITE_P(Codecs, SpliceAgain, ::testing::Values("libx264 -g 25", h265_open_groups));

}  // namespace
}  // namespace reel::tests
