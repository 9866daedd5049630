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
    return asked != nullptr ? std::atoi(asked) : 2;
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
  const std::size_t late = source.packets.size() * 3 / 4;
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
    {"all_keyframes", "a.mp4", "-c:v libx264 -g 1 -c:a aac"},
    {"several_slices", "a.mp4", "-c:v libx264 -g 25 -x264-params slices=4 -c:a aac"},
    {"ten_bits", "a.mp4", "-c:v libx264 -g 25 -pix_fmt yuv420p10le -c:a aac"},
    {"half_chroma", "a.mov", "-c:v libx264 -g 25 -pix_fmt yuv422p -c:a aac"},
    {"half_chroma_ten_bits", "a.mp4", "-c:v libx264 -g 25 -pix_fmt yuv422p10le -c:a aac"},
    {"full_chroma", "a.mp4", "-c:v libx264 -g 25 -pix_fmt yuv444p -c:a aac"},
    {"full_range", "a.mp4",
     "-vf scale=out_range=full:out_color_matrix=bt709 -color_range pc -colorspace bt709 -color_primaries bt709 "
     "-color_trc bt709 -aspect 2 -c:v libx264 -g 25 -c:a aac"},
    {"no_sound", "a.mp4", "-an -c:v libx264 -g 25"},
    {"matroska", "a.mkv", "-c:v libx264 -g 25 -c:a aac"},
    {"matroska_many_b_frames", "a.mkv",
     "-c:v libx264 -g 30 -x264-params bframes=8:b-adapt=0:b-pyramid=normal:ref=8 -c:a libopus"},
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
    {"other_parameter_sets", "a.mp4", "-c:v libx264 -g 25 -x264-params sps-id=1 -c:a aac"},
};
INSTANTIATE_TEST_SUITE_P(Files, Splice, ::testing::ValuesIn(kinds),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace reel::tests
