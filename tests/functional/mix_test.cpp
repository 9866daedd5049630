/// Sound of a second file with that of a clip: pictures stay as they are, and every sample is where it belongs.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "installation.hpp"
#include "packets.hpp"

namespace reel::tests {
namespace {

class MixTest : public ::testing::Test {
 protected:
  MixTest() {
    // 6 s with a tone, and 2.5 s of another at another rate.
    ffmpeg(
        "-f lavfi -i testsrc2=size=160x96:rate=25:d=6 -f lavfi -i "
        "\"aevalsrc='0.3*sin(2*PI*400*t)':d=6:s=48000\" -g 25 -c:v libx264 -c:a pcm_s16le " +
        quoted(file("clip.mov")));
    ffmpeg("-i " + quoted(file("clip.mov")) + " -c:v copy -an " + quoted(file("silent.mp4")));
    ffmpeg("-i " + quoted(file("clip.mov")) + " -c:v copy -c:a aac " + quoted(file("clip.mp4")));
    ffmpeg("-f lavfi -i \"aevalsrc='0.25*sin(2*PI*1000*t)':d=2.5:s=44100\" -c:a pcm_s16le " +
           quoted(file("music.wav")));
  }
  std::filesystem::path file(const std::string& name) const { return installation.folder().path() / name; }

  /// `mix` is the stage's line behind `from`.
  nlohmann::json run(const std::string& clip, const std::string& mix, const std::string& sink) const {
    write(file("p.yaml"), "reel: 1\nstages:\n  - { id: clip, uses: source, with: { uri: " + clip +
                              " } }\n  - { id: music, uses: source, with: { uri: music.wav, video: false } }\n"
                              "  - { uses: mix, from: [ clip, music ]" +
                              mix + " }\n  - { uses: sink, with: { uri: " + sink + " } }\n");
    const Result done = installation.run(reel() + " run p.yaml --progress none --report r.json --verify --render auto");
    EXPECT_EQ(done.exit, 0) << done.output;
    EXPECT_EQ(done.output, "");
    return nlohmann::json::parse(read(file("r.json")));
  }
  void expect_same_pictures(const std::string& clip, const std::string& out) const {
    const auto before = packets_of(file(clip), "v:0"), after = packets_of(file(out), "v:0");
    ASSERT_EQ(after.size(), before.size());
    for (std::size_t i = 0; i < before.size(); ++i) EXPECT_EQ(after[i].hash, before[i].hash) << i;
    EXPECT_EQ(picture_times(file(out)), picture_times(file(clip)));
  }

  const Installation installation;
};

double wave(double amplitude, double hertz, double t) { return amplitude * std::sin(2 * 3.14159265358979 * hertz * t); }

TEST_F(MixTest, every_sample_is_where_it_belongs) {
  run("clip.mov", ", with: { volume: 2, original: 0.5, start: 2s }", "out.mov, audio-codec: pcm");
  expect_same_pictures("clip.mov", "out.mov");
  const auto out = samples(file("out.mov"), 48000);
  ASSERT_EQ(out.size(), 288000U);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double t = static_cast<double>(i) / 48000;
    // What is converted from another rate has soft ends.
    if (std::abs(t - 2) < 0.002 || std::abs(t - 4.5) < 0.002) continue;
    const double music = t > 2 && t < 4.5 ? wave(0.5, 1000, t - 2) : 0;
    ASSERT_NEAR(out[i], wave(0.15, 400, t) + music, t > 2 && t < 4.5 ? 0.05 : 1e-4) << t;
  }
}

TEST_F(MixTest, music_begins_again_until_the_clip_ends) {
  run("clip.mov", ", with: { original: 0, at-end: repeat }", "out.mov, audio-codec: pcm");
  const auto out = samples(file("out.mov"), 48000);
  ASSERT_EQ(out.size(), 288000U);
  for (std::size_t i = 120100; i + 200 < out.size(); ++i) {
    if (i % 120000 < 200 || i % 120000 > 119800) continue;
    ASSERT_NEAR(out[i], out[i % 120000], 1e-3) << i;
  }
}

/// Where the clip has none, the music is all that is heard, for as long as the clip lasts.
TEST_F(MixTest, a_clip_without_sound_gets_some) {
  for (const std::string how : {"silence", "repeat"}) {
    SCOPED_TRACE(how);
    const auto report = run("silent.mp4", ", with: { start: 1s, at-end: " + how + " }", "out.mp4");
    EXPECT_EQ(report["plan"]["sound"]["reason"], "'mix' brings it");
    expect_same_pictures("silent.mp4", "out.mp4");
    const auto out = samples(file("out.mp4"), 44100);
    EXPECT_NEAR(static_cast<double>(out.size()) / 44100, 6, 0.05);
    const auto loudest = [&](double from, double to) {
      float most = 0;
      for (auto i = static_cast<std::size_t>(from * 44100); i < static_cast<std::size_t>(to * 44100); ++i)
        most = std::max(most, std::abs(out.at(i)));
      return most;
    };
    EXPECT_LT(loudest(0, 0.9), 0.01);
    EXPECT_NEAR(loudest(1.2, 3.2), 0.25, 0.05);
    EXPECT_NEAR(loudest(3.7, 5.9), how == "repeat" ? 0.25 : 0, how == "repeat" ? 0.05 : 0.01);
  }
}

TEST_F(MixTest, a_part_of_the_time_costs_that_part) {
  const auto report = run("clip.mp4", ", during: 2s..4s, with: { start: 2s }", "out.mp4");
  EXPECT_EQ(report["plan"]["pictures"]["treatment"], "copy");
  EXPECT_EQ(report["plan"]["sound"]["treatment"], "splice");
  expect_same_pictures("clip.mp4", "out.mp4");
  const auto before = packets_of(file("clip.mp4"), "a:0"), after = packets_of(file("out.mp4"), "a:0");
  ASSERT_EQ(after.size(), before.size());
  std::size_t same = 0;
  for (std::size_t i = 0; i < before.size(); ++i) same += before[i].hash == after[i].hash ? 1 : 0;
  EXPECT_GT(same, before.size() * 6 / 10);
  const auto was = samples(file("clip.mp4"), 48000), out = samples(file("out.mp4"), 48000);
  ASSERT_EQ(out.size(), was.size());
  for (std::size_t i = 0; i < 48000 * 19 / 10; ++i) ASSERT_NEAR(out[i], was[i], 1e-5) << i;
  for (std::size_t i = 48000 * 41 / 10; i + 1024 < out.size(); ++i) ASSERT_NEAR(out[i], was[i], 1e-5) << i;
  for (std::size_t i = 48000 * 21 / 10; i < 48000 * 39 / 10; ++i)
    ASSERT_NEAR(out[i], was[i] + wave(0.25, 1000, static_cast<double>(i) / 48000 - 2), 0.06) << i;
}

TEST_F(MixTest, takes_no_sound_that_the_author_leaves_out) {
  write(file("p.yaml"),
        "reel: 1\nstages:\n  - { id: clip, uses: source, with: { uri: clip.mov, audio: false } }\n"
        "  - { id: music, uses: source, with: { uri: music.wav, video: false } }\n"
        "  - { uses: mix, from: [ clip, music ], with: { at-end: repeat } }\n"
        "  - { uses: sink, with: { uri: out.mov, audio-codec: pcm } }\n");
  const Result done = installation.run(reel() + " run p.yaml --progress none");
  ASSERT_EQ(done.exit, 0) << done.output;
  const auto out = samples(file("out.mov"), 44100);
  ASSERT_NEAR(static_cast<double>(out.size()) / 44100, 6, 0.001);
  for (std::size_t i = 0; i < 44100; ++i)
    ASSERT_NEAR(out[i], wave(0.25, 1000, static_cast<double>(i) / 44100), 1e-3) << i;
}

/// Pictures that could not be rendered in parts can be copied all the same.
TEST_F(MixTest, leaves_pictures_alone_that_nobody_could_render_like_that) {
  std::filesystem::copy(clip("cockatoo.mp4"), file("real.mp4"));
  const auto report = run("real.mp4", ", during: 9s..11s, with: { start: 2s }", "out.mp4");
  EXPECT_EQ(report["plan"]["pictures"]["treatment"], "copy");
  expect_same_pictures("real.mp4", "out.mp4");
}

TEST_F(MixTest, says_what_is_wrong) {
  write(file("p.yaml"),
        "reel: 1\nstages:\n  - { id: clip, uses: source, with: { uri: clip.mp4 } }\n"
        "  - { id: other, uses: source, with: { uri: silent.mp4 } }\n"
        "  - { uses: mix, from: [ clip, other ] }\n  - { uses: sink, with: { uri: out.mp4 } }\n");
  const Result done = installation.run(reel() + " run p.yaml --progress none");
  EXPECT_NE(done.exit, 0);
  EXPECT_THAT(done.output, testing::HasSubstr("p.yaml:5:"));
  EXPECT_THAT(done.output, testing::HasSubstr("no second input with sound"));
}

}  // namespace
}  // namespace reel::tests
