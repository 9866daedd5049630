/// Sound costs what an edit changes: its other packets stay bit for bit, nothing clicks where they meet rendered ones, and it stays in step
/// with the pictures.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

#include "media.hpp"

namespace reel::tests {
namespace {

namespace fs = std::filesystem;

struct SoundPacket {
  std::int64_t pts = 0, duration = 0;
  std::string hash;
};

std::vector<SoundPacket> sound_packets_of(const fs::path& file) {
  const Result result =
      shell("ffmpeg -nostdin -v error -i " + quoted(file) + " -map 0:a:0 -c copy -copyts -f framehash -hash md5 -");
  EXPECT_EQ(result.exit, 0) << result.output;
  std::vector<SoundPacket> packets;
  std::istringstream lines(result.output);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::ranges::replace(line, ',', ' ');
    std::istringstream words(line);
    std::int64_t number = 0, dts = 0, size = 0;
    SoundPacket p;
    words >> number >> dts >> p.pts >> p.duration >> size >> p.hash;
    packets.push_back(p);
  }
  return packets;
}

/// All channels, interleaved, as they are stored.
std::vector<float> decoded(const fs::path& file) {
  const std::string bytes = ffmpeg("-i " + quoted(file) + " -map 0:a:0 -f f32le -");
  std::vector<float> out(bytes.size() / sizeof(float));
  std::memcpy(out.data(), bytes.data(), out.size() * sizeof(float));
  return out;
}

/// One channel, from time 0 on. Matroska's sound may begin before that, and ffmpeg would move everything.
std::vector<float> heard_in(const fs::path& file, int at_rate) {
  const std::string bytes = ffmpeg("-copyts -i " + quoted(file) + " -map 0:a:0 -ac 1 -ar " + std::to_string(at_rate) +
                                   " -af aresample=async=1:first_pts=0 -f f32le -");
  std::vector<float> out(bytes.size() / sizeof(float));
  std::memcpy(out.data(), bytes.data(), out.size() * sizeof(float));
  return out;
}

struct Quality {
  bool same = true;
  double loudness = 0;  ///< dB, of the first
  double snr = 200;     ///< dB
};

Quality compare(const std::vector<float>& a, const std::vector<float>& b, std::size_t begin, std::size_t end) {
  double signal = 1e-20, noise = 1e-40;
  Quality q;
  for (std::size_t i = begin; i < end; ++i) {
    const double d = double(a[i]) - double(b[i]);
    signal += double(a[i]) * double(a[i]);
    noise += d * d;
    q.same = q.same && a[i] == b[i];
  }
  q.loudness = 10 * std::log10(signal / double(end - begin));
  q.snr = 10 * std::log10(signal / noise);
  return q;
}

struct Made {
  nlohmann::json report;
  nlohmann::json sound() const { return report.at("plan").at("sound"); }
};

Made run(const fs::path& folder, const fs::path& source, const std::string& stages, const fs::path& output,
         const std::string& more = "") {
  write(folder / "p.yaml", "reel: 1\nstages:\n  - uses: source\n    with: { uri: " + source.string() + " }\n" + stages +
                               "  - uses: sink\n    with: { uri: " + output.string() + more + " }\n");
  const Result result =
      shell(reel() + " run --progress none --report " + quoted(folder / "r.json") + " " + quoted(folder / "p.yaml"));
  EXPECT_EQ(result.exit, 0) << result.output;
  EXPECT_EQ(result.output, "") << read(folder / "p.yaml");
  return {nlohmann::json::parse(read(folder / "r.json"))};
}

std::string during(const std::string& stage, double begin, double end, const std::string& with = "") {
  std::ostringstream text;
  text << "  - uses: " << stage << "\n    during: " << begin << "s.." << end << "s\n";
  if (!with.empty()) text << "    with: " << with << "\n";
  return text.str();
}

// -- effects

struct SoundSpliceKind {
  const char* name;
  const char* file;
  const char* options;  ///< of ffmpeg
  bool lossless = false;
};
void PrintTo(const SoundSpliceKind& kind, std::ostream* out) { *out << kind.name; }

constexpr double length = 6;
/// Chords that come and go, other ones left and right.
constexpr const char* tones =
    "-f lavfi -i testsrc2=size=96x64:rate=25:d=6 -f lavfi -i "
    "\"aevalsrc='0.3*sin(2*PI*440*t)+0.2*sin(2*PI*1234*t)*(0.6+0.4*sin(2*PI*3*t))"
    "|0.3*sin(2*PI*550*t)+0.1*sin(2*PI*3210*t)':d=6:s=";

class SoundSplice : public ::testing::TestWithParam<SoundSpliceKind> {
 protected:
  fs::path make(const SoundSpliceKind& kind) const {
    const fs::path file = folder_ / kind.file;
    const std::string input = std::string(kind.options).starts_with("real")
                                  ? "-t 6 -i " + quoted(clip("wannaworktogether.mp4")) + " -c copy "
                                  : tones + std::string(kind.options) + " ";
    EXPECT_EQ(shell("ffmpeg -nostdin -v error " + input + quoted(file)).output, "");
    return file;
  }

  /// `quiet`: where it is to be silent, in seconds.
  void check(const fs::path& source, const fs::path& output, const nlohmann::json& sound,
             const std::vector<std::pair<double, double>>& quiet) {
    const auto before = sound_packets_of(source), after = sound_packets_of(output);
    const std::int64_t frame = sound["packet_samples"];
    if (frame > 1) {
      ASSERT_EQ(after.size(), before.size());
      for (const auto& span : sound["spans"])
        for (std::size_t i = span["first"]; i < span["end"]; ++i) {
          EXPECT_EQ(after[i].pts, before[i].pts) << i;
          EXPECT_EQ(after[i].duration, before[i].duration) << i;
          EXPECT_TRUE(span["kind"] != "copy" || after[i].hash == before[i].hash) << i;
        }
    }
    const auto was = decoded(source), is = decoded(output);
    ASSERT_EQ(is.size(), was.size());
    check_samples(was, is, sound, quiet);
  }

  void check_samples(const std::vector<float>& was, const std::vector<float>& is, const nlohmann::json& sound,
                     const std::vector<std::pair<double, double>>& quiet) {
    const bool lossless = GetParam().lossless;
    const std::int64_t rate = sound["rate"], unit = sound["packet_samples"], frame = unit > 1 ? unit : 512;
    // Where what is decoded begins: of Matroska, ffmpeg gives also what only lets a decoder settle.
    const std::int64_t first = sound["first_sample"];
    const std::int64_t start = fs::path(GetParam().file).extension() == ".mkv" ? first : 0;
    const auto samples = static_cast<std::int64_t>(is.size()) / channels_;
    for (std::int64_t at = first - start; at < samples; at += frame) {
      const std::int64_t end = std::min(samples, at + frame);
      if (at < 0) continue;
      const double from = double(at + start) / double(rate), to = double(end + start) / double(rate);
      const Quality q =
          compare(was, is, static_cast<std::size_t>(at * channels_), static_cast<std::size_t>(end * channels_));
      const double loudness =
          compare(is, is, static_cast<std::size_t>(at * channels_), static_cast<std::size_t>(end * channels_)).loudness;
      SCOPED_TRACE("from " + std::to_string(from) + " s to " + std::to_string(to));
      const auto touched = [&](const auto& range, double margin) {
        return range.first - margin < to && from < range.second + margin;
      };
      if (std::ranges::any_of(quiet, [&](const auto& r) { return touched(r, 1e-6); })) {
        // Silence, but for the 5 ms at either end.
        const auto inside = [&](const auto& r) { return r.first + 0.03 < from && to < r.second - 0.03; };
        if (std::ranges::any_of(quiet, inside)) {
          EXPECT_LT(loudness, -60);
        }
        continue;
      }
      const std::int64_t packet = (at + start - first) / unit;
      if (lossless || copied(sound, packet)) {
        EXPECT_TRUE(q.same) << q.snr;
      } else if (q.loudness > -70) {
        EXPECT_GT(q.snr, beside_seam(sound, packet) ? 30 : 24);
      }
    }
  }

  /// Whether all that these samples hang on is the source's: this packet and the one before.
  static bool copied(const nlohmann::json& sound, std::int64_t packet) {
    return std::ranges::any_of(sound["spans"], [&](const auto& s) {
      return s["kind"] == "copy" && (s["first"] < packet || packet == 0) && s["first"] <= packet && packet < s["end"];
    });
  }
  static bool beside_seam(const nlohmann::json& sound, std::int64_t packet) {
    return std::ranges::any_of(sound["spans"], [&](const auto& s) {
      return s["kind"] == "render" && (s["first"] == packet || s["end"] == packet);
    });
  }

  const TemporaryFolder folder_;
  std::int64_t channels_ = 2;
};

TEST_P(SoundSplice, renders_what_an_effect_changes) {
  const fs::path source = make(GetParam());
  const fs::path output = folder_ / ("out" + source.extension().string());
  const std::vector<std::vector<std::pair<double, double>>> edits{
      {{0, 0.5}},                            // at 0
      {{length - 0.3, length}},              // at the end
      {{2, 2.0001}},                         // a few samples
      {{1, 1.5}, {1.5, 2}},                  // adjacent
      {{1, 2}, {1.7, 2.5}},                  // overlapping
      {{0.7, 0.75}, {0.8, 0.85}, {3, 3.5}},  // near to each other
  };
  for (const auto& edit : edits) {
    std::string stages;
    for (const auto& [begin, end] : edit) stages += during("mute", begin, end);
    SCOPED_TRACE(stages);
    const Made made = run(folder_.path(), source, stages, output);
    ASSERT_EQ(made.sound()["treatment"], "splice") << made.sound();
    check(source, output, made.sound(), edit);
    if (HasFailure()) return;
  }
}

TEST_P(SoundSplice, sounds_inside_as_a_full_render_does) {
  const fs::path source = make(GetParam());
  const fs::path output = folder_ / ("out" + source.extension().string()), full = folder_ / "full.mov";
  const std::string stages =
      during("volume", 2, 3, "{ volume: 0.5 }") + "  - uses: fade\n    with: { duration: 500ms, picture: false }\n";
  const Made made = run(folder_.path(), source, stages, output);
  ASSERT_EQ(made.sound()["treatment"], "splice") << made.sound();
  run(folder_.path(), source, stages, full, ", audio-codec: pcm");
  const auto spliced = decoded(output), rendered = decoded(full);
  const auto rate = static_cast<std::size_t>(made.sound()["rate"]);
  for (const double at : {0.1, 0.3, 2.2, 2.8, length - 0.2}) {
    const auto begin = static_cast<std::size_t>(at * double(rate)) * 2;
    const std::size_t lead =
        fs::path(GetParam().file).extension() == ".mkv" ? 2 * 1024 : 0;  // played, in this container
    const auto part = [&](const std::vector<float>& from, std::size_t first) {
      return std::vector<float>(from.begin() + static_cast<std::ptrdiff_t>(first),
                                from.begin() + static_cast<std::ptrdiff_t>(first + rate / 10));
    };
    const auto wanted = part(rendered, begin);
    // Where an edit list begins between two nanoseconds, a full render is a sample late.
    const double exact = compare(wanted, part(spliced, begin + lead), 0, wanted.size()).snr,
                 late = compare(wanted, part(spliced, begin + lead - 2), 0, wanted.size()).snr;
    EXPECT_GT(std::max(exact, late), 24) << at;
  }
}

constexpr SoundSpliceKind sound_splice_kinds[]{
    {"aac_48", "a.mp4", "48000\" -c:v libx264 -c:a aac -aac_pns 0 -b:a 192k"},
    {"aac_44", "b.mp4", "44100\" -c:v libx264 -c:a aac -aac_pns 0 -b:a 192k"},
    {"sine_windows", "c.mp4", "real"},
    {"alone", "d.m4a", "44100\" -vn -c:a aac -aac_pns 0"},
    {"matroska", "e.mkv", "48000\" -c:v libx264 -c:a aac -aac_pns 0 -b:a 192k -avoid_negative_ts disabled"},
    {"alac", "f.mov", "48000\" -c:v libx264 -c:a alac", true},
    {"uncompressed", "g.mov", "44100\" -c:v libx264 -c:a pcm_s24le", true},
};
INSTANTIATE_TEST_SUITE_P(Files, SoundSplice, ::testing::ValuesIn(sound_splice_kinds),
                         [](const auto& info) { return std::string(info.param.name); });

// -- in step with the pictures

constexpr double beat = 0.4;
constexpr int rate = 48'000;

/// A white picture and a click every 0.4 s.
fs::path flashing(const TemporaryFolder& folder, const std::string& name, int seconds, const std::string& options) {
  const std::string d = std::to_string(seconds);
  const fs::path file = folder / name;
  EXPECT_EQ(shell("ffmpeg -nostdin -v error -f lavfi -i color=black:size=64x48:rate=25:d=" + d +
                  ",drawbox=c=white:t=fill:enable='lt(mod(n\\,10)\\,1)' -f lavfi -i "
                  "\"aevalsrc='if(lt(mod(t,0.4),0.002),0.9*sin(2*PI*2000*t),0)':s=48000:d=" +
                  d + "\" -c:v libx264 -g 10 -bf 2 -c:a aac " + options + " " + quoted(file))
                .output,
            "");
  return file;
}

struct Cut {
  double begin, end;
};

/// What is removed: parts of 0.13 to 0.5 s.
std::vector<Cut> random_cuts(int count, int seconds, std::mt19937& random) {
  std::vector<Cut> cuts;
  const double room = double(seconds) / count;
  for (int i = 0; i < count; ++i) {
    const double begin = room * i + std::uniform_real_distribution(0.02, room * 0.4)(random);
    cuts.push_back({begin, begin + std::uniform_real_distribution(0.13, room * 0.55)(random)});
  }
  return cuts;
}

std::string cut_stage(const std::vector<Cut>& cuts) {
  std::ostringstream text;
  text.precision(6);
  text << std::fixed << "  - uses: cut\n    with: { remove: [ ";
  for (std::size_t i = 0; i < cuts.size(); ++i)
    text << (i > 0 ? ", " : "") << cuts[i].begin << "s.." << cuts[i].end << "s";
  text << " ] }\n";
  return text.str();
}

/// When the beats that are left are to be heard, without those so near to a join that it may swallow or double them.
std::vector<double> beats_left(const std::vector<Cut>& cuts, int seconds) {
  std::vector<double> left;
  for (int i = 0; i * beat < seconds; ++i) {
    const double t = i * beat;
    double removed = 0;
    bool clear = true;
    for (const Cut& c : cuts) {
      if (c.end <= t) removed += c.end - c.begin;
      clear = clear && (t < c.begin - 0.03 || t > c.end + 0.03);
    }
    if (clear) left.push_back(t - removed);
  }
  return left;
}

TEST(SoundInStep, stays_within_half_a_packet_after_a_hundred_cuts) {
  const TemporaryFolder folder;
  constexpr int seconds = 100, count = 100;
  const double half_packet = 512.0 / rate;
  std::mt19937 random(3);
  for (const char* const name : {"in.mp4", "in.mkv"}) {
    const fs::path source = flashing(folder, name, seconds, "-avoid_negative_ts disabled");
    const auto cuts = random_cuts(count, seconds, random);
    const fs::path output = folder / ("out" + source.extension().string());
    const Made made = run(folder.path(), source, cut_stage(cuts), output);
    ASSERT_EQ(made.sound()["treatment"], "splice");
    EXPECT_GT(made.sound()["copied"], 4 * std::int64_t(made.sound()["rendered"]));
    double length = seconds;
    for (const Cut& c : cuts) length -= c.end - c.begin;
    const auto packets = sound_packets_of(output);
    // From the packet that lets a decoder settle to where the pictures end.
    EXPECT_NEAR(double(packets.size()), length * rate / 1024 + 1, 1.5);
    const double tick = source.extension() == ".mkv" ? 48 : 1;
    for (std::size_t i = 0; i < packets.size(); ++i)
      EXPECT_NEAR(double(packets[i].pts) * tick, double(packets[0].pts) * tick + double(i) * 1024, tick) << i;
    const auto heard = clicks(heard_in(output, rate), rate);
    for (const double t : beats_left(cuts, seconds))
      EXPECT_TRUE(std::ranges::any_of(
          heard, [&](std::size_t c) { return std::abs(double(c) / rate - t) < half_packet + 0.001; }))
          << name << ": no click at " << t;
  }
}

/// Flashes and clicks of a file, by ffmpeg.
void expect_in_step(const fs::path& file, std::size_t beats) {
  const auto pictures = gray_pictures(file, 8, 8);
  const auto times = picture_times(file);
  ASSERT_EQ(pictures.size(), times.size());
  const auto heard = clicks(heard_in(file, rate), rate);
  std::size_t seen = 0;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    if (pictures[i][0] < 128) continue;
    ++seen;
    EXPECT_TRUE(
        std::ranges::any_of(heard, [&](std::size_t c) { return std::abs(double(c) / rate - times[i]) < 0.0015; }))
        << "no click at " << times[i];
  }
  EXPECT_EQ(seen, beats);
}

TEST(SoundInStep, is_copied_where_all_pictures_are_rendered) {
  const TemporaryFolder folder;
  const struct {
    const char *in, *out, *options;
  } rows[]{{"a.mp4", "a-out.mp4", ""},
           {"b.mp4", "b-out.mkv", ""},
           {"c.mkv", "c-out.mp4", "-avoid_negative_ts disabled"},
           {"d.mov", "d-out.mov", ""},
           {"e.mp4", "e-out.mp4", "-output_ts_offset 1.5"}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.in);
    const fs::path source = flashing(folder, row.in, 4, row.options), output = folder / row.out;
    const Made made = run(folder.path(), source, "  - uses: blur\n    with: { radius: 1 }\n", output);
    ASSERT_EQ(made.report["plan"]["pictures"]["treatment"], "render");
    ASSERT_EQ(made.sound()["treatment"], "copy");
    const auto before = sound_packets_of(source), after = sound_packets_of(output);
    ASSERT_EQ(after.size(), before.size());
    for (std::size_t i = 0; i < after.size(); ++i) EXPECT_EQ(after[i].hash, before[i].hash) << i;
    expect_in_step(output, 10);
  }
}

/// Nothing is encoded beside the sound, and for these pictures nothing could be.
TEST(SoundInStep, is_rendered_where_all_pictures_are_copied) {
  const TemporaryFolder folder;
  const Made made = run(folder.path(), clip("cockatoo.mp4"), "  - uses: mute\n", folder / "out.mp4");
  EXPECT_EQ(made.report["plan"]["pictures"]["treatment"], "copy");
  EXPECT_EQ(made.sound()["treatment"], "render");
  EXPECT_EQ(ffmpeg("-i " + quoted(folder / "out.mp4") + " -map 0:v -c copy -f hash -"),
            ffmpeg("-i " + quoted(clip("cockatoo.mp4")) + " -map 0:v -c copy -f hash -"));
}

TEST(SoundInStep, where_sound_begins_later) {
  const TemporaryFolder folder;
  const fs::path whole = flashing(folder, "whole.mp4", 6, ""), late = folder / "late.mp4";
  ASSERT_EQ(shell("ffmpeg -nostdin -v error -i " + quoted(whole) + " -ss 1.5 -copyts -i " + quoted(whole) +
                  " -map 0:v -map 1:a -c copy " + quoted(late))
                .output,
            "");
  const fs::path output = folder / "out.mp4";
  const Made muted = run(folder.path(), late, during("mute", 3, 3.1), output);
  ASSERT_EQ(muted.sound()["treatment"], "splice");
  const auto before = sound_packets_of(late), after = sound_packets_of(output);
  ASSERT_EQ(after.size(), before.size());
  for (std::size_t i = 0; i < after.size(); ++i) EXPECT_EQ(after[i].pts, before[i].pts) << i;
  const Made cut = run(folder.path(), late, cut_stage({{0.3, 2.1}, {3.1, 3.9}}), output);
  ASSERT_EQ(cut.sound()["treatment"], "splice");
  const auto heard = clicks(heard_in(output, rate), rate);
  for (const double t : {2.4 - 1.8, 2.8 - 1.8, 4.0 - 2.6, 4.8 - 2.6})
    EXPECT_TRUE(std::ranges::any_of(heard, [&](std::size_t c) { return std::abs(double(c) / rate - t) < 0.0117; }))
        << t;
}

TEST(SoundInStep, pictures_keep_their_times_in_matroska_where_sound_is_rendered) {
  const TemporaryFolder folder;
  const fs::path source = flashing(folder, "a.mp4", 4, ""), output = folder / "out.mkv";
  // Opus was asked for, so that all sound is rendered; before its start it has something to settle too.
  write(folder / "p.yaml", "reel: 1\nstages:\n  - uses: source\n    with: { uri: " + source.string() +
                               " }\n  - uses: sink\n    with: { uri: " + output.string() + ", audio-codec: opus }\n");
  const Result result = shell(reel() + " run --progress none " + quoted(folder / "p.yaml"));
  ASSERT_EQ(result.exit, 0) << result.output;
  EXPECT_EQ(picture_times(output).front(), 0);
  expect_in_step(output, 10);
}

}  // namespace
}  // namespace reel::tests
