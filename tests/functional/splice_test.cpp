/// An edit costs what it changes: packets outside stay bit for bit, pictures outside stay the same in two decoders, the effect is
/// where it was asked for and nowhere else.
///
/// Random edits with a seed; `REEL_SPLICE_ROUNDS=500 ./test -R Splice` tries that many a file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

#include "media.hpp"

namespace reel::tests {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t width = 160, height = 96, picture_bytes = width * height;
constexpr double invisible_db = 42;

struct Packet {
  std::int64_t dts = 0, pts = 0;
  std::string hash;
};

/// Compressed packets of a stream in order of decoding; times in `time_base` of the file.
std::vector<Packet> packets_of(const fs::path& file, const std::string& stream) {
  const Result result = shell("ffmpeg -nostdin -v error -i " + quoted(file) + " -map 0:" + stream +
                              " -c copy -copyts -f framehash -hash md5 -");
  EXPECT_EQ(result.exit, 0) << result.output;
  std::vector<Packet> packets;
  std::istringstream lines(result.output);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::ranges::replace(line, ',', ' ');
    std::istringstream words(line);
    int stream_number = 0;
    std::int64_t duration = 0, size = 0;
    Packet p;
    words >> stream_number >> p.dts >> p.pts >> duration >> size >> p.hash;
    packets.push_back(p);
  }
  return packets;
}

using Pictures = std::vector<std::string>;

Pictures parted(const std::string& bytes, std::size_t size) {
  Pictures pictures;
  for (std::size_t at = 0; at + size <= bytes.size(); at += size) pictures.push_back(bytes.substr(at, size));
  EXPECT_EQ(bytes.size() % size, 0U);
  return pictures;
}

/// Brightness of each picture, decoded by ffmpeg, which must have nothing to say.
Pictures decoded_by_ffmpeg(const fs::path& file, const fs::path& scratch) {
  const Result result = shell("ffmpeg -nostdin -y -v warning -noautorotate -copyts -i " + quoted(file) +
                              " -map 0:v:0 -fps_mode passthrough -f rawvideo -pix_fmt gray " + quoted(scratch));
  EXPECT_EQ(result.output, "");
  return parted(read(scratch), picture_bytes);
}

/// The same by GStreamer.
Pictures decoded_by_gstreamer(const fs::path& file, const fs::path& scratch) {
  const std::string demuxer = file.extension() == ".mkv" ? "matroskademux" : "qtdemux";
  const Result result = shell(
      "gst-launch-1.0 -q filesrc location=" + quoted(file) + " ! " + demuxer +
      " ! h264parse ! avdec_h264 ! videoconvert ! video/x-raw,format=GRAY8 ! filesink location=" + quoted(scratch));
  EXPECT_EQ(result.output, "");
  return parted(read(scratch), picture_bytes);
}

double psnr(const std::string& a, const std::string& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double d = double(static_cast<unsigned char>(a[i])) - double(static_cast<unsigned char>(b[i]));
    sum += d * d;
  }
  return sum == 0 ? 99 : 10 * std::log10(255.0 * 255.0 * double(a.size()) / sum);
}

/// All sample descriptions of an MP4 have one entry: players stumble over a second one.
void expect_one_sample_entry(const fs::path& file) {
  const std::string bytes = read(file);
  for (std::size_t at = 0; (at = bytes.find("stsd", at)) != std::string::npos; at += 4)
    EXPECT_EQ(bytes.substr(at + 8, 4), std::string("\0\0\0\1", 4));
}

struct Range {
  std::size_t begin, end;  ///< pictures
};

struct Edit {
  std::vector<Range> brighter, removed;
};

/// A source with what is known of it.
struct Source {
  fs::path file;
  std::vector<Packet> packets, sound;
  std::vector<std::int64_t> shown;  ///< sorted
  double tick = 0;                  ///< seconds
  double start = 0;                 ///< of the first picture or sound, seconds
  Pictures ffmpeg, gstreamer;
  std::vector<std::size_t> entries;  ///< pictures of which many edits begin or end
};

double tick_of(const fs::path& file) {
  const Result result =
      shell("ffprobe -v error -select_streams v:0 -show_entries stream=time_base -of csv=p=0 " + quoted(file));
  return 1.0 / std::stod(result.output.substr(result.output.find('/') + 1));
}

Source source_of(const fs::path& file, const fs::path& scratch) {
  Source s{.file = file, .packets = packets_of(file, "v:0"), .sound = packets_of(file, "a:0")};
  for (const Packet& p : s.packets) s.shown.push_back(p.pts);
  std::ranges::sort(s.shown);
  s.tick = tick_of(file);
  s.start = std::max(0.0, std::stod(ffprobe(file, "format=start_time")));
  s.ffmpeg = decoded_by_ffmpeg(file, scratch);
  s.gstreamer = decoded_by_gstreamer(file, scratch);
  EXPECT_EQ(s.ffmpeg.size(), s.packets.size());
  for (std::size_t i = 0; i < s.packets.size(); i += 25) s.entries.push_back(i);
  return s;
}

/// Where edits go wrong: at either end, at a keyframe, beside one, one picture long.
Range random_range(const Source& s, std::mt19937& random) {
  const std::size_t count = s.packets.size();
  const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
  const auto place = [&]() -> std::size_t {
    const std::size_t entry = s.entries[below(s.entries.size())];
    switch (below(6)) {
      case 0:
        return 0;
      case 1:
        return count - 1;
      case 2:
        return entry;
      case 3:
        return std::min(count - 1, entry + 1);
      case 4:
        return entry > 0 ? entry - 1 : 0;
      default:
        return below(count);
    }
  };
  const std::size_t begin = place();
  const std::size_t length = below(3) == 0 ? 1 : 1 + below(40);
  return {begin, std::min(count, begin + length)};
}

Edit random_edit(const Source& s, std::mt19937& random) {
  Edit edit;
  const int kind = std::uniform_int_distribution(0, 2)(random);
  for (int n = std::uniform_int_distribution(1, 3)(random); n > 0; --n) {
    if (kind != 1) edit.brighter.push_back(random_range(s, random));
    const Range cut = random_range(s, random);
    const bool apart = std::ranges::none_of(edit.removed, [&](const Range& r) {
      return cut.begin < r.end && r.begin < cut.end;
    });  // else a fault of the pipeline
    if (kind != 0 && apart) edit.removed.push_back(cut);
  }
  return edit;
}

/// Between the picture before and this one, so that rounding cannot matter.
std::string time_before(const Source& s, std::size_t picture) {
  const double at = picture == 0                ? 0
                    : picture >= s.shown.size() ? double(s.shown.back()) * s.tick + 0.02
                                                : 0.5 * double(s.shown[picture - 1] + s.shown[picture]) * s.tick;
  std::ostringstream text;
  text.precision(6);
  text << std::fixed << std::max(0.0, at - s.start) << "s";
  return text.str();
}

std::string range_text(const Source& s, const Range& r) {
  return time_before(s, r.begin) + ".." + (r.end >= s.shown.size() ? "" : time_before(s, r.end));
}

std::string yaml(const Source& s, const Edit& edit, const fs::path& output) {
  std::string text = "reel: 1\nstages:\n  - uses: source\n    with: { uri: " + s.file.string() + " }\n";
  for (const Range& r : edit.brighter)
    text += "  - uses: color\n    during: " + range_text(s, r) + "\n    with: { brightness: 0.3 }\n";
  std::string removed;
  for (const Range& r : edit.removed) removed += (removed.empty() ? "" : ", ") + range_text(s, r);
  if (!removed.empty()) text += "  - uses: cut\n    with: { remove: [ " + removed + " ] }\n";
  return text + "  - uses: sink\n    with: { uri: " + output.string() + " }\n";
}

bool within(const std::vector<Range>& ranges, std::size_t picture) {
  return std::ranges::any_of(ranges, [&](const Range& r) { return r.begin <= picture && picture < r.end; });
}

double mean(const std::string& picture) {
  double sum = 0;
  for (const char c : picture) sum += static_cast<unsigned char>(c);
  return sum / double(picture.size());
}

/// What became of each picture that is left.
struct Fate {
  std::size_t source = 0;
  bool copied = false;
};

void check_packets(const Source& s, const Edit& edit, const nlohmann::json& spans, const std::vector<Packet>& made,
                   std::vector<Fate>& fates) {
  std::size_t at = 0;
  for (const auto& span : spans) {
    const bool copied = span["kind"] == "copy";
    for (std::size_t i = span["first"]; i < span["end"]; ++i, ++at) {
      fates.push_back({i, copied});
      ASSERT_LT(at, made.size());
      EXPECT_TRUE(!copied || made[at].hash == s.packets[i].hash) << "packet " << i;
    }
  }
  ASSERT_EQ(made.size(), at);
  for (std::size_t i = 0; i < made.size(); ++i) {
    EXPECT_LE(made[i].dts, made[i].pts) << i;
    EXPECT_TRUE(i == 0 || made[i - 1].dts < made[i].dts) << i;
  }
  if (!edit.removed.empty()) return;
  std::vector<std::int64_t> shown;
  for (std::size_t i = 0; i < made.size(); ++i) {
    shown.push_back(made[i].pts);
    EXPECT_EQ(made[i].dts, s.packets[i].dts) << i;
  }
  std::ranges::sort(shown);
  EXPECT_EQ(shown, s.shown);
}

void check_pictures(const Edit& edit, const std::vector<Fate>& fates, const Pictures& before, const Pictures& after) {
  ASSERT_EQ(after.size(), fates.size());
  for (std::size_t i = 0; i < fates.size(); ++i) {
    const std::string& was = before[fates[i].source];
    if (within(edit.brighter, fates[i].source))
      EXPECT_GT(mean(after[i]), mean(was) + 15) << "no effect at " << fates[i].source;
    else if (fates[i].copied)
      EXPECT_TRUE(after[i] == was) << "copied, but another picture: " << fates[i].source;
    else
      EXPECT_GT(psnr(after[i], was), invisible_db) << "rendered: " << fates[i].source;
  }
}

int rounds() {
  const char* const asked = std::getenv("REEL_SPLICE_ROUNDS");
  return asked != nullptr ? std::atoi(asked) : 6;
}

struct Kind {
  const char* name;
  const char* file;
  const char* options;  ///< of ffmpeg's encoder
};
void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }

class Splice : public ::testing::TestWithParam<Kind> {
 protected:
  /// 8 s of moving pictures with a tone.
  fs::path make(const Kind& kind) const {
    const fs::path file = folder_ / kind.file;
    const Result result =
        shell("ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=160x96:rate=25:duration=8 -f lavfi -i sine=d=8 " +
              std::string(kind.options) + " " + quoted(file));
    EXPECT_EQ(result.output, "");
    return file;
  }

  void check(const Source& s, const Edit& edit, const fs::path& output) {
    write(folder_ / "p.yaml", yaml(s, edit, output));
    SCOPED_TRACE(read(folder_ / "p.yaml"));
    const fs::path report = folder_ / "report.json";
    const Result run =
        shell(reel() + " run --progress none --report " + quoted(report) + " " + quoted(folder_ / "p.yaml"));
    std::size_t kept = 0;
    for (std::size_t i = 0; i < s.shown.size(); ++i) kept += within(edit.removed, i) ? 0 : 1;
    if (kept == 0) {
      EXPECT_NE(run.exit, 0);
      return;
    }
    ASSERT_EQ(run.exit, 0) << run.output;
    const auto json = nlohmann::json::parse(read(report));
    EXPECT_EQ(json["frames"], kept);
    if (!json.contains("plan")) return;
    std::vector<Fate> fates;
    check_packets(s, edit, json["plan"]["spans"], packets_of(output, "v:0"), fates);
    if (HasFatalFailure()) return;
    check_pictures(edit, fates, s.ffmpeg, decoded_by_ffmpeg(output, folder_ / "raw"));
    check_pictures(edit, fates, s.gstreamer, decoded_by_gstreamer(output, folder_ / "raw"));
    if (output.extension() == ".mp4") expect_one_sample_entry(output);
    if (edit.removed.empty()) expect_same_sound(s, output);
    ++spliced_;
  }

  static void expect_same_sound(const Source& s, const fs::path& output) {
    const auto sound = packets_of(output, "a:0");
    ASSERT_EQ(sound.size(), s.sound.size());
    for (std::size_t i = 0; i < sound.size(); ++i) {
      EXPECT_EQ(sound[i].hash, s.sound[i].hash) << i;
      EXPECT_EQ(sound[i].pts, s.sound[i].pts) << i;
    }
  }

  const TemporaryFolder folder_;
  int spliced_ = 0;
};

TEST_P(Splice, keeps_what_an_edit_does_not_change) {
  const Source source = source_of(make(GetParam()), folder_ / "raw");
  std::mt19937 random(20261121);
  const fs::path output = folder_ / ("out" + source.file.extension().string());
  for (int round = 0; round < rounds() && !HasFailure(); ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    check(source, random_edit(source, random), output);
  }
  EXPECT_GT(spliced_, 0) << "everything was rendered";
}

constexpr Kind kinds[]{
    {"b_frames", "a.mp4", "-c:v libx264 -g 25 -preset fast -c:a aac"},
    {"no_b_frames", "b.mp4", "-c:v libx264 -g 25 -bf 0 -profile:v baseline -c:a aac"},
    {"open_groups", "c.mp4",
     "-c:v libx264 -x264-params open-gop=1:keyint=25:min-keyint=5 -force_key_frames 4 -c:a aac"},
    {"ten_bits", "d.mp4", "-c:v libx264 -g 25 -pix_fmt yuv420p10le -c:a aac"},
    {"half_chroma", "e.mov", "-c:v libx264 -g 25 -pix_fmt yuv422p -c:a aac"},
    {"matroska", "f.mkv", "-c:v libx264 -g 25 -c:a aac"},
    {"variable_rate", "g.mp4",
     "-vf setpts='PTS+0.3*random(0)/25/TB' -fps_mode vfr -video_track_timescale 90000 -c:v libx264 -g 25 -c:a aac"},
    {"other_parameter_sets", "h.mp4", "-c:v libx264 -g 25 -x264-params sps-id=1 -c:a aac"},
};
INSTANTIATE_TEST_SUITE_P(Files, Splice, ::testing::ValuesIn(kinds),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(SpliceOfSplices, ten_edits_in_a_row_stay_sound) {
  const TemporaryFolder folder;
  ASSERT_EQ(
      shell("ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=160x96:rate=25:duration=12 -f lavfi -i sine=d=12 -c:v "
            "libx264 -g 25 -c:a aac " +
            quoted(folder / "0.mp4"))
          .output,
      "");
  for (int i = 0; i < 10; ++i) {
    const auto name = [&](int n) { return (folder / (std::to_string(n) + ".mp4")).string(); };
    write(folder / "p.yaml", "reel: 1\nstages:\n  - uses: source\n    with: { uri: " + name(i) +
                                 " }\n  - uses: color\n    during: " + std::to_string(i) + ".3s.." + std::to_string(i) +
                                 ".5s\n    with: { brightness: 0.3 }\n  - uses: sink\n    with: { uri: " + name(i + 1) +
                                 " }\n");
    const Result run =
        shell(reel() + " run --progress none --report " + quoted(folder / "r.json") + " " + quoted(folder / "p.yaml"));
    ASSERT_EQ(run.exit, 0) << run.output;
    const auto json = nlohmann::json::parse(read(folder / "r.json"));
    EXPECT_LE(json["plan"]["rendered"], 25) << "edit " << i;
  }
  const Pictures first = decoded_by_ffmpeg(folder / "0.mp4", folder / "raw"),
                 last = decoded_by_ffmpeg(folder / "10.mp4", folder / "raw");
  ASSERT_EQ(first.size(), last.size());
  for (std::size_t i = 250; i < first.size(); ++i) EXPECT_TRUE(first[i] == last[i]) << i;
  EXPECT_EQ(packets_of(folder / "0.mp4", "a:0").size(), packets_of(folder / "10.mp4", "a:0").size());
}

}  // namespace
}  // namespace reel::tests
