#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <reel/testing/ffmpeg.hpp>
#include <reel/testing/run.hpp>

namespace {

using namespace reel::testing;
using namespace std::chrono_literals;
using reel::Time;

struct Measured {
  double loudness = 0, peak = 0;
};

/// What ffmpeg's ebur128 filter says of the sound.
Measured ffmpeg_measure(const Sound& s) {
  const TemporaryFolder folder;
  std::ofstream(folder.file("in"), std::ios::binary)
      .write(reinterpret_cast<const char*>(s.samples.data()), static_cast<std::streamsize>(s.samples.size() * 4));
  const std::string command = "ffmpeg -nostats -hide_banner -f f32le -ar " + std::to_string(s.rate) + " -ac " +
                              std::to_string(s.channels) + " -i '" + folder.file("in") +
                              "' -af ebur128=peak=true:framelog=verbose -f null - 2>'" + folder.file("log") + "'";
  if (std::system(command.c_str()) != 0) throw std::runtime_error("ffmpeg failed: " + command);
  std::ifstream log(folder.file("log"));
  Measured found;
  std::string word, before;
  // The summary has "I: -16.0 LUFS" and "Peak: -1.0 dBFS".
  while (log >> word) {
    if (before == "I:") found.loudness = std::stod(word);
    if (before == "Peak:") found.peak = std::stod(word);
    before = word;
  }
  return found;
}

/// Something like speech: noise in syllables and pauses, its loudness changing over some seconds.
Sound speech(double seconds, double amplitude, int rate = 48000, int channels = 2) {
  std::minstd_rand random(3);
  std::uniform_real_distribution<double> noise(-1, 1);
  double low = 0;
  return Sound::make(
      seconds,
      [&](double t, int) {
        low += 0.2 * (noise(random) - low);
        const double syllable = std::max(0.0, std::sin(2 * G_PI * 3.1 * t));
        const double phrase = 0.4 + 0.6 * std::pow(std::sin(2 * G_PI * t / 17), 2);
        return amplitude * low * syllable * phrase;
      },
      rate, channels);
}

struct Result {
  Sound sound;
  Measured reported;
  bool has_report = false;
};

Result normalized(const Sound& in, const std::string& with) {
  Graph graph("appsrc name=in caps=\"audio/x-raw,format=F32LE,layout=interleaved,rate=" + std::to_string(in.rate) +
              ",channels=" + std::to_string(in.channels) + (in.channels == 6 ? ",channel-mask=(bitmask)0x3f" : "") +
              "\" ! reel-normalize name=n " + with + " ! appsink name=out");
  const auto channels = static_cast<std::size_t>(in.channels);
  for (std::size_t n = 0; n < in.frames(); n += 1500) {
    const std::size_t end = std::min(n + 1500, in.frames());
    const Time at = reel::time_of_sample(static_cast<std::int64_t>(n), in.rate);
    graph.push("in", make_buffer(&in.samples[n * channels], (end - n) * channels * 4, at,
                                 reel::time_of_sample(static_cast<std::int64_t>(end), in.rate) - at));
  }
  graph.run();
  const Output& out = graph.output("out");
  Time next{0};
  for (const auto& b : out.buffers) {
    EXPECT_EQ(pts(b), next);
    next = pts(b) + duration(b);
  }
  Result r{{in.rate, in.channels, out.samples<float>()}, {}};
  if (const auto found = graph.messages.find("reel-measured"); found != graph.messages.end()) {
    GstStructure* const s = gst_structure_from_string(found->second.c_str(), nullptr);
    r.has_report = gst_structure_get_double(s, "measured-loudness", &r.reported.loudness) != FALSE &&
                   gst_structure_get_double(s, "measured-peak", &r.reported.peak) != FALSE;
    gst_structure_free(s);
  }
  return r;
}

std::string second_pass(const Measured& m, const std::string& with) {
  return with + " measured-loudness=" + std::to_string(m.loudness) + " measured-peak=" + std::to_string(m.peak);
}

class NormalizeTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { load_plugin("sound"); }
};

TEST_F(NormalizeTest, MeasuresWhatFfmpegMeasures) {
  for (const int channels : {1, 2, 6}) {
    const auto in = speech(12, 0.3, 48000, channels);
    const auto ours = normalized(in, "");
    ASSERT_TRUE(ours.has_report);
    const auto theirs = ffmpeg_measure(in);
    EXPECT_NEAR(ours.reported.loudness, theirs.loudness, 0.11) << channels;
    EXPECT_NEAR(ours.reported.peak, theirs.peak, 0.3) << channels;
  }
}

TEST_F(NormalizeTest, TwoPassesReachTheTargetExactlyAndChangeNothingElse) {
  for (const double target : {-30.0, -23.0, -20.0}) {
    const auto in = speech(15, 0.1);
    const std::string with = "target=" + std::to_string(target);
    const auto first = normalized(in, with);
    const auto second = normalized(in, second_pass(first.reported, with));
    EXPECT_FALSE(second.has_report);
    ASSERT_EQ(second.sound.samples.size(), in.samples.size());
    EXPECT_NEAR(ffmpeg_measure(second.sound).loudness, target, 0.2);
    EXPECT_LE(ffmpeg_measure(second.sound).peak, -1.0);
    const double gain = std::pow(10, (target - first.reported.loudness) / 20);
    if (first.reported.peak + target - first.reported.loudness > -1) continue;
    for (std::size_t i = 0; i < in.samples.size(); ++i)
      ASSERT_NEAR(second.sound.samples[i], in.samples[i] * gain, 1e-6);
  }
}

TEST_F(NormalizeTest, OnePassComesWithinOneUnit) {
  for (const double amplitude : {0.02, 0.2, 0.9}) {
    const auto in = speech(30, amplitude);
    const auto out = normalized(in, "target=-20");
    ASSERT_EQ(out.sound.samples.size(), in.samples.size());
    EXPECT_NEAR(ffmpeg_measure(out.sound).loudness, -20, 1) << amplitude;
    EXPECT_LE(ffmpeg_measure(out.sound).peak, -1.0) << amplitude;
  }
}

TEST_F(NormalizeTest, OnePassEvensOutALoudAndAQuietHalf) {
  auto in = speech(40, 0.5);
  for (std::size_t i = in.samples.size() / 2; i < in.samples.size(); ++i) in.samples[i] *= 0.1F;
  const auto out = normalized(in, "target=-20").sound;
  const auto half = [&](std::size_t h) {
    Sound part{out.rate, out.channels, {}};
    const auto size = static_cast<std::ptrdiff_t>(out.samples.size() / 2);
    const auto from = out.samples.begin() + static_cast<std::ptrdiff_t>(h) * size;
    part.samples.assign(from + out.rate * 4, from + size - out.rate * 4);
    return ffmpeg_measure(part).loudness;
  };
  EXPECT_NEAR(half(0), -20, 1.5);
  EXPECT_NEAR(half(1), -20, 1.5);
}

TEST_F(NormalizeTest, TruePeaksStayBelowTheLimit) {
  // A sine at a quarter of the sample rate, 45 degrees off: its samples are 3 dB below its true peak.
  const auto in = Sound::make(
      5, [](double t, int) { return 0.9 * std::sin(2 * G_PI * 12000 * t + G_PI / 4) * (t > 2 && t < 3 ? 1 : 0.05); },
      48000, 2);
  for (const double limit : {-6.0, -1.0}) {
    const std::string with = " true-peak=" + std::to_string(limit) + " target=-5";
    EXPECT_LE(ffmpeg_measure(normalized(in, with).sound).peak, limit + 0.05);
    EXPECT_LE(ffmpeg_measure(normalized(in, "measured-loudness=-20" + with).sound).peak, limit + 0.05);
  }
  const auto noise = Sound::noise(5, 1.0, 44100, 2);
  EXPECT_LE(ffmpeg_measure(normalized(noise, "measured-loudness=-30").sound).peak, -0.95);
}

TEST_F(NormalizeTest, SoundAwayFromPeaksPassesBitForBit) {
  auto in = speech(6, 0.5);
  const std::size_t peak = 3 * 48000 * 2;
  in.samples[peak] = 4;
  const auto out = normalized(in, "target=-16 measured-loudness=-16").sound;
  ASSERT_EQ(out.samples.size(), in.samples.size());
  EXPECT_LE(ffmpeg_measure(out).peak, -1.0);
  const std::size_t fall = 48 * 6 * 2, rise = 48000 * 2 * 2;
  for (std::size_t i = 0; i < in.samples.size(); ++i) {
    if (i + fall >= peak && i <= peak + rise) continue;
    ASSERT_EQ(out.samples[i], in.samples[i]) << i;
  }
  EXPECT_NE(out.samples[peak - 48 * 2 * 2], in.samples[peak - 48 * 2 * 2]);
}

TEST_F(NormalizeTest, PeaksAtTheEdgesAreHeldToo) {
  for (const int rate : {8000, 44100, 48000}) {
    auto in = Sound::sine(0.5, 440, 0.1, rate, 1);
    in.samples.front() = in.samples.back() = 3;
    const auto out = normalized(in, "target=-16 measured-loudness=-16").sound;
    ASSERT_EQ(out.samples.size(), in.samples.size());
    EXPECT_LE(std::ranges::max(out.samples), std::pow(10, -1 / 20.0)) << rate;
  }
}

TEST_F(NormalizeTest, SilenceStaysSilentAndIsReported) {
  const Sound in{48000, 2, std::vector<float>(48000 * 2 * 4)};
  const auto out = normalized(in, "");
  EXPECT_EQ(out.sound.samples, in.samples);
  EXPECT_EQ(out.reported.loudness, -200);
  const auto again = normalized(in, second_pass(out.reported, ""));
  EXPECT_EQ(again.sound.samples, in.samples);
}

TEST_F(NormalizeTest, VeryShortSoundComesOutWhole) {
  for (const std::size_t frames : {1U, 7U, 240U, 4799U, 4801U}) {
    const Sound in{48000, 1, std::vector<float>(frames, 0.01F)};
    EXPECT_EQ(normalized(in, "").sound.samples.size(), frames);
    EXPECT_EQ(normalized(in, "measured-loudness=-20").sound.samples.size(), frames);
  }
}

}  // namespace
