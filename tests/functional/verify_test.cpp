/// `reel verify` on what `reel run` made: it passes what is as planned, and says what is not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "media.hpp"

namespace reel::tests {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr const char* brighter = "  - uses: color\n    during: 2.1s..2.5s\n    with: { brightness: 0.3 }\n";
constexpr const char* also_later = "  - uses: color\n    during: 5.1s..5.5s\n    with: { brightness: 0.3 }\n";
constexpr const char* cut = "  - uses: cut\n    with: { remove: [ 1.3s..3.1s, 5.5s..6.02s ] }\n";

struct FileKind {
  const char* name;
  const char* file;
  const char* options;  ///< of ffmpeg's encoder
};
void PrintTo(const FileKind& kind, std::ostream* out) { *out << kind.name; }

class Verify : public ::testing::Test {
 protected:
  /// 8 s of moving pictures with a tone.
  fs::path make(const std::string& name, const std::string& options) const {
    const Result made =
        shell("ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=160x96:rate=25:duration=8 -f lavfi -i sine=d=8 " +
              options + " " + quoted(folder_ / name));
    EXPECT_EQ(made.output, "");
    return folder_ / name;
  }

  /// Runs source, stages, sink; the report stands beside the output.
  fs::path edited(const fs::path& source, const std::string& stages, const std::string& name,
                  const std::string& options = "") const {
    const fs::path output = folder_ / name;
    write(folder_ / "p.yaml", "reel: 1\nstages:\n  - uses: source\n    with: { uri: " + source.string() + " }\n" +
                                  stages + "  - uses: sink\n    with: { uri: " + output.string() + " }\n");
    const Result run = shell(reel() + " run --progress none " + options + " --report " + quoted(plan_of(output)) + " " +
                             quoted(folder_ / "p.yaml"));
    EXPECT_EQ(run.exit, 0) << run.output;
    return output;
  }
  static fs::path plan_of(const fs::path& output) { return output.string() + ".json"; }

  static Result verify(const fs::path& source, const fs::path& output, const std::string& options) {
    return shell(reel() + " verify " + quoted(source) + " " + quoted(output) + " " + options);
  }
  static Result verify_by_plan(const fs::path& source, const fs::path& output, const fs::path& plan) {
    return verify(source, output, "--plan " + quoted(plan));
  }

  const TemporaryFolder folder_;
};

class VerifyKinds : public Verify, public ::testing::WithParamInterface<FileKind> {};

TEST_P(VerifyKinds, passes_what_was_spliced) {
  const fs::path source = make(GetParam().file, GetParam().options);
  const std::string type = source.extension().string();
  for (const std::string& stages : {std::string(brighter), std::string(cut), std::string(brighter) + cut}) {
    SCOPED_TRACE(stages);
    const fs::path output = edited(source, stages, "out" + type);
    const auto report = nlohmann::json::parse(read(plan_of(output)));
    ASSERT_TRUE(report.contains("plan")) << "everything was rendered";
    const Result planned = verify(source, output, "--format json --plan " + quoted(plan_of(output)));
    EXPECT_EQ(planned.exit, 0) << planned.output;
    const auto json = nlohmann::json::parse(planned.output);
    EXPECT_EQ(json["spans"].size(), report["plan"]["spans"].size());
    for (const auto& span : json["spans"]) {
      const bool copied = span["kind"] == "copy";
      EXPECT_EQ(span["same_packets"], copied ? span["packets"] : nlohmann::json(0)) << span;
      EXPECT_TRUE(!copied || span["same_pictures"]["gstreamer"] == span["pictures"]) << span;
      EXPECT_TRUE(copied || span.contains("psnr_db")) << span;
    }
    const Result found = verify(source, output, "");
    EXPECT_EQ(found.exit, 0) << found.output;
  }
}

constexpr FileKind file_kinds[]{
    {"b_frames", "a.mp4", "-c:v libx264 -g 25 -preset fast -c:a aac"},
    {"open_groups", "c.mp4",
     "-c:v libx264 -x264-params open-gop=1:keyint=25:min-keyint=5 -force_key_frames 4 -c:a aac"},
    {"ten_bits", "d.mov", "-c:v libx264 -g 25 -pix_fmt yuv420p10le -c:a aac"},
    {"matroska", "f.mkv", "-c:v libx264 -g 25 -c:a aac"},
    {"fragments", "g.mp4", "-c:v libx264 -g 25 -c:a aac -movflags frag_keyframe+empty_moov"},
    {"all_keyframes", "i.mov", "-c:v mjpeg -pix_fmt yuvj420p -c:a pcm_s16le"},
    {"h265_open_groups", "j.mp4", "-c:v libx265 -x265-params log-level=none:keyint=25 -c:a aac"},
    {"without_sound", "h.mp4", "-an -c:v libx264 -g 25"},
};
INSTANTIATE_TEST_SUITE_P(Files, VerifyKinds, ::testing::ValuesIn(file_kinds),
                         [](const auto& info) { return std::string(info.param.name); });

TEST_F(Verify, passes_a_change_of_container) {
  // Matroska leaves the first packet of sound without a duration, which libavformat does not make good beside H.265.
  for (const std::string codec : {"libx264", "libx265 -x265-params log-level=none"}) {
    const fs::path source = make("a.mp4", "-y -c:v " + codec + " -g 25 -c:a aac"), output = edited(source, "", "b.mkv");
    const Result result = verify_by_plan(source, output, plan_of(output));
    EXPECT_EQ(result.exit, 0) << result.output;
  }
}

/// Offset and size in the file of the n-th packet of pictures.
std::pair<std::size_t, std::size_t> packet_in(const fs::path& file, std::size_t number) {
  std::istringstream lines(
      shell("ffprobe -v error -select_streams v:0 -show_entries packet=pos,size -of csv=p=0 " + quoted(file)).output);
  std::string line;
  for (std::size_t i = 0; i <= number; ++i) std::getline(lines, line);
  const auto comma = line.find(',');  // size,pos
  return {std::stoul(line.substr(comma + 1)), std::stoul(line.substr(0, comma))};
}

TEST_F(Verify, sees_one_changed_byte_of_a_copied_packet) {
  const fs::path source = make("a.mp4", "-c:v libx264 -g 25 -c:a aac"), output = edited(source, brighter, "out.mp4");
  std::string bytes = read(output);
  const auto [at, size] = packet_in(output, 130);
  bytes[at + size / 2] = static_cast<char>(bytes[at + size / 2] ^ 0x10);
  write(folder_ / "changed.mp4", bytes);
  const Result result = verify_by_plan(source, folder_ / "changed.mp4", plan_of(output));
  EXPECT_EQ(result.exit, 1);
  EXPECT_THAT(result.output, HasSubstr("packets: this packet is not the source's, though the plan copies it"));
  EXPECT_THAT(result.output, HasSubstr("pictures: GStreamer shows another picture here than in the source"));
  EXPECT_THAT(result.output, HasSubstr("not proven: "));
}

TEST_F(Verify, sees_pictures_rendered_that_the_plan_copies) {
  const fs::path source = make("a.mp4", "-c:v libx264 -g 25 -c:a aac"), output = edited(source, brighter, "out.mp4"),
                 more = edited(source, std::string(brighter) + also_later, "more.mp4");
  const Result result = verify_by_plan(source, more, plan_of(output));
  EXPECT_EQ(result.exit, 1);
  EXPECT_THAT(result.output, HasSubstr("0:05.04  packets: this packet is not the source's"));
  EXPECT_EQ(verify_by_plan(source, more, plan_of(more)).exit, 0);
}

TEST_F(Verify, sees_a_cut_that_was_not_planned) {
  const fs::path source = make("a.mp4", "-c:v libx264 -g 25 -c:a aac"), output = edited(source, brighter, "out.mp4"),
                 shorter = edited(source, std::string(brighter) + cut, "cut.mp4");
  const Result result = verify_by_plan(source, shorter, plan_of(output));
  EXPECT_EQ(result.exit, 1);
  EXPECT_THAT(result.output, HasSubstr("packets of the plan are missing"));
}

TEST_F(Verify, is_part_of_a_run_if_asked_for) {
  const fs::path source = make("a.mp4", "-c:v libx264 -g 25 -c:a aac"),
                 output = edited(source, brighter, "out.mp4", "--verify");
  const auto report = nlohmann::json::parse(read(plan_of(output)));
  EXPECT_EQ(report["verification"]["proven"], true);
  EXPECT_EQ(report["verification"]["output"], output.string());
  EXPECT_EQ(report["verification"]["spans"].size(), report["plan"]["spans"].size());
}

}  // namespace
}  // namespace reel::tests
