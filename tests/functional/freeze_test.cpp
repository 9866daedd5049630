/// A picture stands for a while: only its group of pictures is rendered, all else is copied and comes later by that.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "installation.hpp"
#include "packets.hpp"

namespace reel::tests {
namespace {

struct FreezeKind {
  const char* name;
  const char* file;
  const char* options;  ///< of ffmpeg
};
void PrintTo(const FreezeKind& kind, std::ostream* out) { *out << kind.name; }

class FreezeTest : public ::testing::Test {
 protected:
  /// Five seconds that count their pictures, with sound.
  void make(const std::string& name, const std::string& options) const {
    ffmpeg("-f lavfi -i testsrc2=size=160x96:rate=25:d=5 -f lavfi -i \"aevalsrc='0.3*sin(2*PI*400*t)':d=5:s=48000\" " +
           options + " " + quoted(file(name)));
  }
  std::filesystem::path file(const std::string& name) const { return installation.folder().path() / name; }
  Pictures pictures(const std::string& name) const { return decoded_by_ffmpeg(file(name), file("scratch")); }
  std::string ending(const std::string& name) const { return std::filesystem::path(name).extension().string(); }

  Result try_to(const std::string& in, const std::string& with, const std::string& more = "",
                const std::string& sink = "") const {
    write(file("p.yaml"), "reel: 1\nstages:\n  - { uses: source, with: { uri: " + in +
                              " } }\n  - { uses: freeze, with: { " + with + " } }\n" + more +
                              "  - { uses: sink, with: { uri: out" + ending(in) + sink + " } }\n");
    return installation.run(reel() + " run p.yaml --progress none --report r.json --verify --render auto");
  }
  nlohmann::json run(const std::string& in, const std::string& with, const std::string& more = "") const {
    const Result done = try_to(in, with, more);
    EXPECT_EQ(done.exit, 0) << done.output;
    EXPECT_THAT(done.output, testing::Not(testing::HasSubstr("warning"))) << done.output;
    return nlohmann::json::parse(read(file("r.json")));
  }

  /// `held` comes `more` times more, `later` seconds lie behind it.
  void expect_held(const std::string& in, std::size_t held, std::size_t more, double later) const {
    const Pictures before = pictures(in), after = pictures("out" + ending(in));
    const auto was = picture_times(file(in)), is = picture_times(file("out" + ending(in)));
    ASSERT_EQ(after.size(), before.size() + more);
    for (std::size_t i = 0; i < after.size(); ++i) {
      const std::size_t from = i <= held ? i : i <= held + more ? held : i - more;
      ASSERT_GT(psnr(after[i], before[from]), 30) << i;
      const bool extra = i > held && i <= held + more;
      const double step = held + 1 < was.size() ? was[held + 1] - was[held] : 0.04;
      const double due = extra ? was[held] + static_cast<double>(i - held) * step : was[from] + (i > held ? later : 0);
      ASSERT_NEAR(is[i], due, 0.0021) << i;
    }
  }

  const Installation installation;
};

class FreezeKinds : public FreezeTest, public testing::WithParamInterface<FreezeKind> {};

TEST_P(FreezeKinds, one_group_is_rendered_and_the_rest_is_moved) {
  make(GetParam().file, GetParam().options);
  const auto report = run(GetParam().file, "at: 2.5s, duration: 2s");
  ASSERT_TRUE(report.contains("plan")) << report;
  EXPECT_EQ(report["plan"]["pictures"]["treatment"], "splice") << report["plan"]["pictures"];
  const Pictures before = pictures(GetParam().file);
  const auto times = picture_times(file(GetParam().file));
  const auto held = static_cast<std::size_t>(std::ranges::upper_bound(times, 2.5 + 1e-6) - times.begin() - 1);
  const auto more = static_cast<std::size_t>(std::lround(2 / (times[held + 1] - times[held])));
  EXPECT_LE(report["plan"]["rendered"], more + 25) << "more than its group";
  expect_held(GetParam().file, held, more, 2);
  EXPECT_EQ(report["verification"]["proven"], true) << report["verification"];
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, FreezeKinds,
    testing::Values(FreezeKind{"b_frames", "a.mp4", "-c:v libx264 -g 25 -c:a aac"},
                    FreezeKind{"matroska", "a.mkv", "-c:v libx264 -g 25 -bf 0 -c:a libopus"},
                    FreezeKind{"variable_rate", "v.mp4",
                               "-vf \"select='not(eq(mod(n,7),3))'\" -fps_mode vfr -c:v libx264 -g 25 -c:a aac"},
                    FreezeKind{"prores", "a.mov", "-c:v prores_ks -c:a pcm_s16le"}),
    [](const auto& info) { return info.param.name; });

TEST_F(FreezeTest, at_either_end_between_pictures_and_by_number) {
  make("a.mp4", "-c:v libx264 -g 25 -c:a aac");
  run("a.mp4", "at: 0s, duration: 1s");
  expect_held("a.mp4", 0, 25, 1);
  run("a.mp4", "at: 1.055s, duration: 1s");
  expect_held("a.mp4", 26, 25, 1);
  run("a.mp4", "at: 120f, duration: 0.5s");
  expect_held("a.mp4", 120, 13, 0.5);
  run("a.mp4", "at: 4.99s, duration: 1s");
  expect_held("a.mp4", 124, 25, 1);
  EXPECT_NEAR(std::stod(ffprobe(file("out.mp4"), "format=duration")), 6, 0.05);
}

TEST_F(FreezeTest, past_the_end_there_is_nothing_to_hold) {
  make("a.mp4", "-c:v libx264 -g 25 -c:a aac");
  for (const std::string at : {"5.1s", "1:00", "126f"}) {
    const Result done = try_to("a.mp4", "at: " + at + ", duration: 1s");
    EXPECT_NE(done.exit, 0) << at;
    EXPECT_THAT(done.output, testing::HasSubstr("p.yaml:4:")) << at;
    EXPECT_THAT(done.output,
                testing::AnyOf(testing::HasSubstr("lasts only"), testing::HasSubstr("there is no picture")))
        << at;
  }
}

/// All of it is rendered, yet no sample of it is another.
TEST_F(FreezeTest, sound_waits_and_nothing_of_it_is_lost) {
  make("a.mov", "-c:v libx264 -g 25 -c:a pcm_s16le");
  const Result done = try_to("a.mov", "at: 2.00125s, duration: 1s", "", ", audio-codec: pcm");
  ASSERT_EQ(done.exit, 0) << done.output;
  const auto was = samples(file("a.mov"), 48000), is = samples(file("out.mov"), 48000);
  ASSERT_EQ(is.size(), was.size() + 48000);
  constexpr std::size_t at = 96060, fade = 240;
  for (std::size_t i = 0; i < was.size(); ++i) ASSERT_EQ(is[i < at ? i : i + 48000], was[i]) << i;
  for (std::size_t i = at + fade; i < at + 48000 - fade; ++i) ASSERT_EQ(is[i], 0) << i;
  // The tone itself moves by 0.016 from sample to sample.
  for (std::size_t i = 1; i < is.size(); ++i) ASSERT_LT(std::abs(is[i] - is[i - 1]), 0.02) << i;
}

/// What a later stage does is on the new clock, on what is held, too.
TEST_F(FreezeTest, a_later_stage_sees_the_held_pictures) {
  make("a.mp4", "-c:v libx264 -g 25 -c:a aac");
  const auto report =
      run("a.mp4", "at: 2.5s, duration: 2s", "  - { uses: color, during: 3s..4s, with: { brightness: 0.4 } }\n");
  const Pictures before = pictures("a.mp4"), after = pictures("out.mp4");
  ASSERT_EQ(after.size(), before.size() + 50);
  for (std::size_t i = 62; i < 112; ++i) {
    const double brighter = mean(after[i]) - mean(before[62]);
    if (i >= 75 && i < 100)
      EXPECT_GT(brighter, 20) << i;
    else
      EXPECT_NEAR(brighter, 0, 3) << i;
  }
  EXPECT_GT(report["plan"]["copied"], 60);
}

TEST_F(FreezeTest, a_preview_shows_what_is_held) {
  make("a.mp4", "-c:v libx264 -g 25 -c:a aac");
  run("a.mp4", "at: 2.5s, duration: 2s");
  for (const char* const at : {"2.6s", "3.5s", "4.5s"}) {
    const Result done = installation.run(reel() + " preview p.yaml --at " + at + " -o seen.png");
    ASSERT_EQ(done.exit, 0) << done.output;
    EXPECT_GT(psnr(pictures("seen.png").at(0), pictures("a.mp4").at(62)), 28) << at;
  }
}

}  // namespace
}  // namespace reel::tests
