#include "reel/engine/run.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <thread>

#include "fake_stages.hpp"
#include "reel/engine/probe.hpp"

namespace reel::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

class RunTest : public PipelineTest {
 protected:
  Report run(const std::string& text, RunOptions options = {}) {
    return engine::Run(prepare(text), std::move(options)).execute();
  }

  StageError failure(const std::string& text, RunOptions options = {}) {
    try {
      run(text, std::move(options));
    } catch (const StageError& e) {
      return e;
    }
    ADD_FAILURE() << "did not fail";
    return StageError("", "", "", {}, "");
  }
  std::size_t files_in_folder() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder()), {}));
  }
  /// Mean brightness of each picture, by ffmpeg.
  std::vector<double> brightness(const std::string& file) const {
    std::vector<double> found;
    std::istringstream lines(output_of("ffmpeg -v error -i " + file +
                                       " -vf signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=- -f null -"));
    for (std::string line; std::getline(lines, line);)
      if (const auto at = line.find("YAVG="); at != std::string::npos) found.push_back(std::stod(line.substr(at + 5)));
    return found;
  }
};

TEST_F(RunTest, PlaysPicturesAndSoundToTheEnd) {
  Progress last;
  RunOptions options;
  options.on_progress = [&last](const Progress& p) { last = p; };
  const auto report = run(yaml(clip(), ""), options);
  EXPECT_EQ(report.frames, 50U);
  EXPECT_GE(report.media_duration, seconds(2));
  ASSERT_EQ(report.artifacts.size(), 1U);
  EXPECT_EQ(report.artifacts[0].uri, path("out.mkv"));
  EXPECT_GT(report.artifacts[0].bytes, 1000U);
  EXPECT_EQ(last.fraction, 1);
  ASSERT_EQ(last.stages.size(), 2U);
  EXPECT_EQ(last.stages[0].frames, 50U);
  const auto made = probe(path("out.mkv"));
  ASSERT_NE(made.video(), nullptr);
  ASSERT_NE(made.audio(), nullptr);
  EXPECT_FALSE(std::filesystem::exists(path("out.mkv.part")));
  EXPECT_EQ(index_frames(path("out.mkv")).times.size(), 50U);
}

TEST_F(RunTest, PlaysSoundAloneAndPicturesAlone) {
  EXPECT_GT(run(yaml(tone(), "")).media_duration, milliseconds(1900));
  EXPECT_EQ(probe(path("out.mkv")).video(), nullptr);
  EXPECT_EQ(run(yaml(silent_clip(), "")).frames, 50U);
}

TEST_F(RunTest, AForeignElementActsOnlyDuringItsRange) {
  const auto source = make("grey.mkv", "-f lavfi -i color=gray:size=64x64:rate=25:duration=2 -c:v ffv1");
  run(yaml(source, "  - uses: gst/videobalance\n    during: 0.5s..1s\n    with: { brightness: -0.5 }\n"));
  const auto y = brightness(path("out.mkv"));
  ASSERT_EQ(y.size(), 50U);
  for (std::size_t i = 0; i < y.size(); ++i) {
    const bool inside = i * 40 >= 500 && i * 40 < 1000;
    EXPECT_EQ(y[i] < y[0] - 50, inside) << "picture " << i;
  }
}

TEST_F(RunTest, AnElementThatChangesTheFormatWorksDuringARange) {
  const auto source = clip();
  run(yaml(source, "  - uses: gst/videoflip\n    during: 0.5s..1s\n    with: { method: clockwise }\n"));
  EXPECT_EQ(index_frames(path("out.mkv")).times.size(), 50U);
  EXPECT_EQ(probe(path("out.mkv")).video()->video->width, 160);
}

TEST_F(RunTest, SoundIsChangedToTheSampleDuringARange) {
  const auto source = tone();
  run(yaml(source, "  - uses: gst/volume\n    during: 0.5s..1s\n    with: { volume: 0 }\n"));
  const std::string raw = output_of("ffmpeg -v error -i " + path("out.mkv") + " -f s16le -ac 1 -");
  const auto* const samples = reinterpret_cast<const std::int16_t*>(raw.data());
  ASSERT_EQ(raw.size() / 2, 96000U);
  // A zero crossing of the tone is silent too, so look at neighbours.
  EXPECT_TRUE(samples[23998] != 0 || samples[23999] != 0);
  for (std::size_t i = 24000; i < 48000; ++i) ASSERT_EQ(samples[i], 0) << i;
  EXPECT_TRUE(samples[48001] != 0 || samples[48002] != 0);
}

TEST_F(RunTest, KeyframesMoveAForeignProperty) {
  const auto source = make("grey.mkv", "-f lavfi -i color=gray:size=64x64:rate=25:duration=2 -c:v ffv1");
  run(yaml(source,
           "  - uses: gst/videobalance\n    with: { brightness: [ { at: 0.4s, value: 0 }, { at: 1.4s, value: "
           "-0.5 } ] }\n"));
  const auto y = brightness(path("out.mkv"));
  ASSERT_EQ(y.size(), 50U);
  EXPECT_NEAR(y[0], y[10], 0.5);
  EXPECT_NEAR(y[22], (y[10] + y[35]) / 2, 3);
  EXPECT_NEAR(y[35], y[49], 0.5);
  EXPECT_LT(y[35], y[10] - 80);
}

TEST_F(RunTest, SideOutputsAndSeveralSinksGetTheSame) {
  const auto report = run(yaml(clip(), "  - uses: sink\n    with: { uri: " + path("side.mkv") +
                                           " }\n  - uses: gst/videoflip\n    with: { method: horizontal-flip }\n"));
  EXPECT_EQ(report.artifacts.size(), 2U);
  EXPECT_EQ(index_frames(path("side.mkv")).times.size(), 50U);
  EXPECT_EQ(index_frames(path("out.mkv")).times.size(), 50U);
}

TEST_F(RunTest, AJoinOfOneSourceWithItselfDoesNotBlock) {
  const auto report = run("reel: 1\nstages:\n  - uses: source\n    id: a\n    with: { uri: " + clip() +
                          " }\n  - uses: gst/videoflip\n    id: b\n    with: { method: horizontal-flip }\n  "
                          "- uses: gst/compositor\n    from: [ a, b ]\n  - uses: sink\n    with: { uri: " +
                          path("out.mkv") + " }\n");
  EXPECT_EQ(report.frames, 50U);
  EXPECT_NE(probe(path("out.mkv")).audio(), nullptr) << "the sound of the first input flows past";
}

TEST_F(RunTest, AStageThatThrowsIsNamedWithItsPlace) {
  const auto error = failure(yaml(clip(), "  - uses: trouble\n    with: { at: 7 }\n"));
  EXPECT_STREQ(error.what(), "picture 7 is not to its liking");
  EXPECT_EQ(error.stage(), "trouble");
  EXPECT_EQ(error.mark().line, 5U);
  EXPECT_EQ(files_in_folder(), 1U) << "only the clip is left";
}

TEST_F(RunTest, AStageThatHangsIsGivenUp) {
  RunOptions options;
  options.stall_timeout = milliseconds(4000);  // longer than a busy machine takes to begin
  const auto error = failure(yaml(clip(), "  - uses: trouble\n    with: { at: 7, hang-ms: 9000 }\n"), options);
  EXPECT_EQ(error.stage(), "trouble");
  EXPECT_THAT(error.what(), HasSubstr("nothing has moved for 4 s"));
}

TEST_F(RunTest, AFailureLeavesAnOldTargetAlone) {
  write("out.mkv", "old");
  failure(yaml(clip(), "  - uses: trouble\n"));
  EXPECT_EQ(read(path("out.mkv")), "old");
  run(yaml(clip(), ""));
  EXPECT_GT(std::filesystem::file_size(path("out.mkv")), 1000U);
  EXPECT_EQ(files_in_folder(), 2U);
}

TEST_F(RunTest, StopsAndLeavesNothing) {
  RunOptions options;
  options.render = RenderMode::full;
  engine::Run running(prepare(yaml(clip("long.mp4", "60"), "")), options);
  std::thread stopper([&running] {
    std::this_thread::sleep_for(milliseconds(300));
    running.stop();
  });
  EXPECT_THROW(running.execute(), base::Interrupted);
  stopper.join();
  EXPECT_EQ(files_in_folder(), 1U);
}

TEST_F(RunTest, PausesAndGoesOn) {
  RunOptions options;
  engine::Run* running = nullptr;
  // It may take a moment until all stands still; from then on it must for longer than a stall takes.
  constexpr int settled = 4, long_enough = 45;
  bool paused = false;
  int still = 0;
  std::uint64_t at_pause = 0;
  options.render = RenderMode::full;
  options.stall_timeout = milliseconds(3000);  // longer than a busy machine takes to begin
  options.on_progress = [&](const Progress& p) {
    if (!paused && p.frames >= 10) running->pause(), paused = true;
    if (!paused || still == long_enough) return;
    if (p.frames == at_pause) {
      if (++still == long_enough) running->resume();
      return;
    }
    EXPECT_LT(still, settled) << "it goes on although it is paused";
    at_pause = p.frames;
    still = 0;
  };
  engine::Run r(prepare(yaml(clip("long.mp4", "120"), "")), options);
  running = &r;
  EXPECT_EQ(r.execute().frames, 3000U);
  EXPECT_EQ(still, long_enough);
}

TEST_F(RunTest, TwoRunsAtOnce) {
  const auto source = clip();
  engine::Run first(prepare(yaml(source, "", "a.mkv")), {}), second(prepare(yaml(source, "", "b.mkv")), {});
  Report report;
  std::thread other([&] { report = first.execute(); });
  EXPECT_EQ(second.execute().frames, 50U);
  other.join();
  EXPECT_EQ(report.frames, 50U);
}

TEST_F(RunTest, DisagreementOnFormatsIsSaidInWords) {
  const auto error = failure(yaml(silent_clip(), "  - uses: gst/videocrop\n    with: { left: 200 }\n"));
  EXPECT_EQ(error.mark().line, 5U) << error.what() << error.detail();
  EXPECT_THAT(std::string(error.what()) + error.detail(), ::testing::Not(HasSubstr("not-negotiated (-4)) ()")));
}

TEST_F(RunTest, ACorruptMiddleDoesNotStopIt) {
  std::string bytes = read(clip("good.mp4", "4"));
  for (std::size_t i = bytes.size() / 4; i < bytes.size() / 4 + 2000; ++i) bytes[i] = static_cast<char>(i * 7);
  const auto report = run(yaml(write("bad.mp4", bytes), ""));
  EXPECT_GT(report.frames, 50U);
}

TEST_F(RunTest, ReportsAsJson) {
  Report report;
  report.artifacts.push_back({"a\"b.mp4", "sink", 7});
  report.media_duration = seconds(2);
  EXPECT_THAT(report.to_json(), HasSubstr("\"media_seconds\": 2.0"));
  EXPECT_THAT(report.to_json(), HasSubstr("a\\\"b.mp4"));
}

}  // namespace
}  // namespace reel::engine
