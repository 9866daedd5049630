/// Edits of a source of which everything is known, and what must come of them.
#pragma once

#include <nlohmann/json.hpp>
#include <random>

#include "packets.hpp"

namespace reel::tests {

/// A source with what is known of it.
struct Source {
  std::filesystem::path file;
  std::vector<Packet> packets, sound;
  std::vector<std::int64_t> shown;  ///< sorted
  double tick = 0;                  ///< seconds
  double start = 0;                 ///< of the first picture or sound, seconds
  Pictures ffmpeg, gstreamer;
  std::vector<std::size_t> entries;  ///< pictures at which many edits begin or end
};

inline Source source_of(const std::filesystem::path& file, const std::filesystem::path& scratch) {
  Source s{.file = file, .packets = packets_of(file, "v:0"), .sound = packets_of(file, "a:0")};
  for (const Packet& p : s.packets) s.shown.push_back(p.pts);
  std::ranges::sort(s.shown);
  const std::string tick = ffprobe(file, "stream=time_base", "v:0");
  s.tick = 1.0 / std::stod(tick.substr(tick.find('/') + 1));
  s.start = std::max(0.0, std::stod(ffprobe(file, "format=start_time")));
  s.ffmpeg = decoded_by_ffmpeg(file, scratch);
  s.gstreamer = decoded_by_gstreamer(file, scratch);
  EXPECT_EQ(s.ffmpeg.size(), s.packets.size());
  EXPECT_EQ(s.gstreamer.size(), s.packets.size());
  for (std::size_t i = 0; i < s.packets.size(); ++i)
    if (s.packets[i].key) s.entries.push_back(i);
  return s;
}

/// Pictures in order of display, the end not among them.
struct Range {
  std::size_t begin, end;
};

struct Edit {
  std::vector<Range> brighter, removed;
};

inline bool within(const std::vector<Range>& ranges, std::size_t picture) {
  return std::ranges::any_of(ranges, [&](const Range& r) { return r.begin <= picture && picture < r.end; });
}

/// Where edits go wrong: at either end, at a keyframe, beside one, one picture long.
inline Range random_range(const Source& s, std::mt19937& random) {
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
  const std::size_t length = below(3) == 0 ? 1 : 1 + below(30);
  return {begin, std::min(count, begin + length)};
}

/// Effects, cuts or both, one to three of each; two that lie beside each other now and then. Ranges of one cut may not overlap.
inline Edit random_edit(const Source& s, std::mt19937& random) {
  Edit edit;
  const int kind = std::uniform_int_distribution(0, 2)(random);
  const auto cut = [&](const Range& range) {
    const bool apart =
        std::ranges::none_of(edit.removed, [&](const Range& r) { return range.begin < r.end && r.begin < range.end; });
    if (apart) edit.removed.push_back(range);
  };
  for (int n = std::uniform_int_distribution(1, 3)(random); n > 0; --n) {
    if (kind != 1) edit.brighter.push_back(random_range(s, random));
    if (kind != 0) cut(random_range(s, random));
  }
  if (std::uniform_int_distribution(0, 3)(random) != 0) return edit;
  const std::size_t beside = edit.brighter.empty() ? edit.removed.back().end : edit.brighter.back().end;
  const Range next{beside, std::min(beside + 3, s.packets.size())};
  if (next.begin < next.end && kind != 1) edit.brighter.push_back(next);
  if (next.begin < next.end && kind != 0) cut(next);
  return edit;
}

/// Between the picture before and this one, so that rounding cannot matter.
inline std::string time_before(const Source& s, std::size_t picture) {
  const double at = picture == 0                ? 0
                    : picture >= s.shown.size() ? double(s.shown.back()) * s.tick + 0.02
                                                : 0.5 * double(s.shown[picture - 1] + s.shown[picture]) * s.tick;
  std::ostringstream text;
  text.precision(6);
  text << std::fixed << std::max(0.0, at - s.start) << "s";
  return text.str();
}

inline std::string range_text(const Source& s, const Range& r) {
  return time_before(s, r.begin) + ".." + (r.end >= s.shown.size() ? "" : time_before(s, r.end));
}

inline std::string yaml(const Source& s, const Edit& edit, const std::filesystem::path& output) {
  std::string text = "reel: 1\nstages:\n  - uses: source\n    with: { uri: " + s.file.string() + " }\n";
  for (const Range& r : edit.brighter)
    text += "  - uses: color\n    during: " + range_text(s, r) + "\n    with: { brightness: 0.3 }\n";
  std::string removed;
  for (const Range& r : edit.removed) removed += (removed.empty() ? "" : ", ") + range_text(s, r);
  if (!removed.empty()) text += "  - uses: cut\n    with: { remove: [ " + removed + " ] }\n";
  return text + "  - uses: sink\n    with: { uri: " + output.string() + " }\n";
}

/// What became of a picture that is left.
struct Fate {
  std::size_t source = 0;
  bool copied = false;
  bool marked = false;  ///< its packet is not the source's, but its picture is
};

/// Runs edits in a folder of its own and holds what comes out against the source.
class Editor {
 public:
  explicit Editor(const TemporaryFolder& folder) : folder_(folder) {}

  /// How many edits left packets as they were.
  int spliced() const { return spliced_; }

  void check(const Source& s, const Edit& edit, const std::filesystem::path& output) {
    write(folder_ / "p.yaml", yaml(s, edit, output));
    SCOPED_TRACE(read(folder_ / "p.yaml"));
    const std::filesystem::path report = folder_ / "report.json";
    std::filesystem::remove(output);
    const Result run =
        shell(reel() + " run --progress none --report " + quoted(report) + " " + quoted(folder_ / "p.yaml"));
    std::vector<Fate> left;
    for (std::size_t i = 0; i < s.shown.size(); ++i)
      if (!within(edit.removed, i)) left.push_back({i, false});
    if (left.empty()) {
      EXPECT_NE(run.exit, 0);
      return;
    }
    ASSERT_EQ(run.exit, 0) << run.output;
    EXPECT_EQ(run.output.find("everything is rendered instead"), std::string::npos) << run.output;
    const auto json = nlohmann::json::parse(read(report));
    EXPECT_EQ(json["frames"], left.size());
    const auto packets = packets_of(output, "v:0");
    expect_sound_times(packets);
    if (json.contains("plan") && !json["plan"]["spans"].empty()) {
      left.clear();
      check_packets(s, edit, json["plan"]["spans"], packets, left);
      if (::testing::Test::HasFatalFailure()) return;
      if (edit.removed.empty()) expect_same_sound(s, output);
      ++spliced_;
    }
    check_pictures(edit, left, s.ffmpeg, decoded_by_ffmpeg(output, folder_ / "raw"));
    check_pictures(edit, left, s.gstreamer, decoded_by_gstreamer(output, folder_ / "raw"));
    if (output.extension() == ".mp4" || output.extension() == ".mov") expect_one_sample_entry(output);
  }

 private:
  static void check_packets(const Source& s, const Edit& edit, const nlohmann::json& spans,
                            const std::vector<Packet>& made, std::vector<Fate>& fates) {
    std::vector<std::size_t> packets;
    for (const auto& span : spans)
      for (std::size_t i = span["first"]; i < span["end"]; ++i) {
        fates.push_back({i, span["kind"] == "copy", span.contains("marked_packet")});
        packets.push_back(i == span["first"] ? std::size_t{span["first_packet"]} : i);
      }
    ASSERT_EQ(made.size(), fates.size());
    for (std::size_t i = 0; i < made.size(); ++i)
      EXPECT_TRUE(!fates[i].copied || made[i].hash == s.packets[packets[i]].hash) << "packet " << i;
    if (!edit.removed.empty()) return;
    std::vector<std::int64_t> shown;
    for (std::size_t i = 0; i < made.size(); ++i) {
      shown.push_back(made[i].pts);
      // Matroska keeps no times of decoding.
      const bool none = s.file.extension() == ".mkv" || s.file.extension() == ".webm";
      EXPECT_TRUE(made[i].dts == s.packets[i].dts || none) << i;
    }
    std::ranges::sort(shown);
    EXPECT_EQ(shown, s.shown);
  }

  static void check_pictures(const Edit& edit, const std::vector<Fate>& fates, const Pictures& before,
                             const Pictures& after) {
    constexpr double invisible_db = 42, likeness_db = 28;
    ASSERT_EQ(after.size(), fates.size());
    const bool spliced = std::ranges::any_of(fates, &Fate::copied);
    for (std::size_t i = 0; i < fates.size(); ++i) {
      const std::string& was = before[fates[i].source];
      if (within(edit.brighter, fates[i].source))
        EXPECT_GT(mean(after[i]), mean(was) + 15) << "no effect at " << fates[i].source;
      else if (fates[i].copied || fates[i].marked)
        EXPECT_TRUE(after[i] == was) << "copied, but another picture: " << fates[i].source;
      else  // Where nothing is copied, the sink's own settings count.
        EXPECT_GT(psnr(after[i], was), spliced ? invisible_db : likeness_db) << "rendered: " << fates[i].source;
    }
  }

  static void expect_same_sound(const Source& s, const std::filesystem::path& output) {
    const auto sound = packets_of(output, "a:0");
    ASSERT_EQ(sound.size(), s.sound.size());
    for (std::size_t i = 0; i < sound.size(); ++i) {
      EXPECT_EQ(sound[i].hash, s.sound[i].hash) << i;
      EXPECT_EQ(sound[i].pts, s.sound[i].pts) << i;
    }
  }

  const TemporaryFolder& folder_;
  int spliced_ = 0;
};

}  // namespace reel::tests
