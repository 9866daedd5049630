/// Sources that are wrong in themselves: an edit of them is right, or refused with a reason. Never a wrong file, a crash, a hang, or
/// something left behind.
#include <gmock/gmock.h>

#include "boxes.hpp"
#include "packets.hpp"

namespace reel::tests {
namespace {

namespace fs = std::filesystem;

/// 4 s with a tone and bidirectional prediction, a keyframe a second; a picture lasts 512 ticks.
constexpr const char* sound_file =
    "ffmpeg -nostdin -y -v error -f lavfi -i testsrc2=size=160x96:rate=25:duration=4 -f lavfi -i sine=d=4 -c:v libx264 "
    "-g 25 -c:a aac -movflags +faststart ";

struct Damage {
  const char* name;
  const char* make;  ///< a line of shell that makes $bad out of $good
  void (*spoil)(std::string& bytes) = [](std::string&) {};
  const char* reason = "";      ///< what `reel explain` says of it; empty: its packets can stay
  std::size_t unsure = 0;       ///< so many pictures may look different, or be missing
  bool may_be_refused = false;  ///< with a message
  const char* file = "bad.mp4";
};
void PrintTo(const Damage& damage, std::ostream* out) { *out << damage.name; }

struct Shown {
  std::vector<double> times;  ///< from the start of the file on
  Pictures pictures;
};

Shown shown_by_ffmpeg(const fs::path& file, const fs::path& scratch) {
  Shown shown{.times = picture_times(file)};
  shell("ffmpeg -nostdin -y -v quiet -noautorotate -copyts -i " + quoted(file) +
        " -map 0:v:0 -fps_mode passthrough -f rawvideo -pix_fmt gray -s 160x96 " + quoted(scratch));
  shown.pictures = parted(read(scratch), std::size_t{160} * 96);
  const std::string start = ffprobe(file, "format=start_time");
  if (start.find_first_of("0123456789") != start.npos)
    for (double& t : shown.times) t -= std::max(0.0, std::stod(start));
  return shown;
}

class Damaged : public ::testing::TestWithParam<Damage> {
 protected:
  fs::path make() const {
    const Damage& damage = GetParam();
    const fs::path bad = folder_ / damage.file;
    EXPECT_EQ(shell(sound_file + quoted(folder_ / "good.mp4")).output, "");
    shell("cd " + quoted(folder_.path()) + "; good=good.mp4 bad=" + damage.file + "; " + damage.make);
    std::string bytes = read(bad);
    EXPECT_GT(bytes.size(), 1000U);
    damage.spoil(bytes);
    write(bad, bytes);
    return bad;
  }

  Result edit(const fs::path& file, const std::string& stage, const std::string& command) const {
    write(folder_ / "p.yaml", "reel: 1\nstages:\n  - uses: source\n    with: { uri: " + file.string() + " }\n" + stage +
                                  "  - uses: sink\n    with: { uri: " + output().string() + " }\n");
    return shell("timeout 60 " + reel() + command + " " + quoted(folder_ / "p.yaml"));
  }
  fs::path output() const { return folder_ / "out.mp4"; }

  void expect_nothing_left() const {
    for (const auto& entry : fs::directory_iterator(folder_.path()))
      EXPECT_FALSE(entry.path().filename().string().starts_with(".")) << entry.path() << " was left behind";
  }

  /// What an edit does to time, in seconds.
  struct Meaning {
    double removed_from = 0, removed_to = 0, brighter_from = 0, brighter_to = 0;
    bool leaves(double source) const { return source < removed_from || source >= removed_to; }
    bool brightens(double source) const { return source >= brighter_from && source < brighter_to; }
    double source_of(double output) const {
      return output < removed_from ? output : output + removed_to - removed_from;
    }
  };

  void check(const Result& run, const Shown& before, const Meaning& meaning) const {
    const Damage& damage = GetParam();
    expect_nothing_left();
    ASSERT_LT(run.exit, 124) << run.output;
    if (run.exit != 0) {
      EXPECT_TRUE(damage.may_be_refused) << run.output;
      EXPECT_THAT(run.output, ::testing::HasSubstr("error: "));
      EXPECT_FALSE(fs::exists(output()));
      return;
    }
    expect_sound_times(packets_of(output(), "v:0"));
    const Shown after = shown_by_ffmpeg(output(), folder_ / "raw");
    ASSERT_EQ(after.times.size(), after.pictures.size());
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < after.times.size(); ++i)
      wrong += right(after.pictures[i], before, meaning.source_of(after.times[i]), meaning) ? 0 : 1;
    const auto expected =
        static_cast<std::size_t>(std::ranges::count_if(before.times, [&](double t) { return meaning.leaves(t); }));
    EXPECT_LE(wrong, damage.unsure) << "of " << after.times.size() << " pictures; " << run.output;
    EXPECT_GE(after.times.size() + damage.unsure, expected) << run.output;
    EXPECT_LE(after.times.size(), expected + damage.unsure) << run.output;
  }

  static bool right(const std::string& picture, const Shown& before, double time, const Meaning& meaning) {
    constexpr double likeness_db = 25, rounding = 0.015;
    for (std::size_t i = 0; i < before.times.size(); ++i) {
      if (std::abs(before.times[i] - time) > rounding) continue;
      const std::string& was = before.pictures[i];
      if (meaning.brightens(before.times[i]) ? mean(picture) > mean(was) + 15 : psnr(picture, was) > likeness_db)
        return true;
    }
    return false;
  }

  const TemporaryFolder folder_;
};

TEST_P(Damaged, is_edited_rightly_or_refused) {
  const fs::path bad = make();
  const Shown before = shown_by_ffmpeg(bad, folder_ / "raw");
  ASSERT_EQ(before.times.size(), before.pictures.size());
  const std::string effect = "  - uses: color\n    during: 2.45s..2.65s\n    with: { brightness: 0.3 }\n";
  const std::string cut = "  - uses: cut\n    with: { remove: [ 1.01s..1.41s ] }\n";
  const std::string run = " run --progress none";
  const Result plan = edit(bad, effect, " explain");
  if (plan.exit == 0) {
    EXPECT_THAT(plan.output, ::testing::HasSubstr(*GetParam().reason != '\0' ? GetParam().reason : " copied,"));
  }
  {
    SCOPED_TRACE("effect");
    check(edit(bad, effect, run), before, {.brighter_from = 2.45, .brighter_to = 2.65});
  }
  SCOPED_TRACE("cut");
  fs::remove(output());
  check(edit(bad, cut, run), before, {.removed_from = 1.01, .removed_to = 1.41});
}

/// Changes bytes that far into the media.
void scratch(std::string& bytes, double part) {
  const std::size_t media = box(bytes, "mdat") + 4;
  const std::size_t at = media + static_cast<std::size_t>(part * double(bytes.size() - media));
  for (std::size_t i = 0; i < 40; ++i) bytes.at(at + i) = static_cast<char>(0xA5 ^ i);
}

constexpr const char* copy = "cp $good $bad";
const Damage damages[]{
    {.name = "nothing", .make = copy},
    {.name = "same_time_twice",
     .make = "ffmpeg -v error -i $good -c copy -bsf:v setts=pts='PTS+512*eq(N\\,1)' $bad",
     .reason = "two of its pictures have the same time",
     .unsure = 3},
    {.name = "no_offsets",
     .make = "ffmpeg -v error -i $good -c copy -use_editlist 0 $bad",
     .spoil = [](std::string& b) { b.replace(box(b, "ctts"), 4, "free"); },
     .reason = "other order",
     .unsure = 100},
    {.name = "one_wrong_offset",
     .make = copy,
     .spoil = [](std::string& b) { set_big_endian(b, box(b, "ctts") + 12 + 8 * 20 + 4, 512 * 9); },
     .reason = "same time",
     .unsure = 8},
    {.name = "no_lengths",
     .make = "ffmpeg -v error -i $good -c copy -use_editlist 0 $bad",
     .spoil = [](std::string& b) { set_big_endian(b, box(b, "stts") + 16, 0); },
     .reason = "order of decoding",
     .unsure = 200,
     .may_be_refused = true},
    {.name = "clock_that_jumps_back",
     .make = "ffmpeg -v error -i $good -c copy -cluster_time_limit 500 $bad",
     .spoil =
         [](std::string& b) {
           // The fifth cluster's own time: an element E7 of one to three bytes right behind the cluster's head.
           std::size_t at = 0;
           for (int i = 0; i < 5; ++i) at = b.find("\x1F\x43\xB6\x75", at + 1);
           const std::size_t time = b.find('\xE7', at);
           b.at(time + 2) = 0;
         },
     .reason = "order of decoding",
     .unsure = 200,
     .may_be_refused = true,
     .file = "bad.mkv"},
    {.name = "cut_short",
     .make = "head -c $(($(stat -c %s $good) * 7 / 10)) $good >$bad",
     .reason = "damaged",
     .unsure = 3},
    {.name = "other_settings_midway",
     .make = "ffmpeg -v error -i $good -c:a copy -c:v libx264 -bf 0 -profile:v main -g 25 other.mp4;"
             "printf 'file %s\\n' $good other.mp4 >list; ffmpeg -v error -f concat -i list -c copy $bad",
     .reason = "parameter sets change"},
    {.name = "other_size_midway",
     .make = "ffmpeg -v error -i $good -c:a copy -c:v libx264 -s 320x192 -g 25 other.mp4;"
             "printf 'file %s\\n' $good other.mp4 >list; ffmpeg -v error -f concat -i list -c copy $bad",
     .reason = "parameter sets change",
     .may_be_refused = true},
    {.name = "two_sample_entries",
     .make =
         "ffmpeg -v error -i $good -an -c:v libx264 -bf 0 -profile:v main -g 25 other.mp4;"
         "gst-launch-1.0 -q mp4mux name=m ! filesink location=$bad concat name=c ! m.video_0 filesrc location=$good ! "
         "qtdemux name=d d.video_0 ! h264parse ! c. filesrc location=other.mp4 ! qtdemux name=e e.video_0 ! h264parse "
         "! c.",
     .reason = "parameter sets change",
     .unsure = 2},
    {.name = "hidden_pictures",
     .make = "ffmpeg -v error -ss 0.48 -i $good -c copy $bad",
     .reason = "an edit list hides some of its pictures"},
    {.name = "pictures_start_late",
     .make = "ffmpeg -v error -itsoffset 0.5 -i $good -i $good -map 0:v -map 1:a -c copy $bad"},
    {.name = "sound_starts_late",
     .make = "ffmpeg -v error -itsoffset 0.5 -i $good -i $good -map 1:v -map 0:a -c copy $bad"},
    {.name = "empty_packet",
     .make = copy,
     .spoil = [](std::string& b) { set_big_endian(b, box(b, "stsz") + 16 + 4 * 60, 0); },
     .unsure = 3},
    {.name = "scratched_where_it_is_rendered",
     .make = copy,
     .spoil = [](std::string& b) { scratch(b, 0.6); },
     .unsure = 30},
    {.name = "scratched_where_it_is_copied", .make = copy, .spoil = [](std::string& b) { scratch(b, 0.1); }},
    {.name = "no_keyframe_table", .make = copy, .spoil = [](std::string& b) { b.replace(box(b, "stss"), 4, "free"); }},
    {.name = "more_packets_promised_than_there_are",
     .make = copy,
     .spoil = [](std::string& b) { set_big_endian(b, box(b, "stsz") + 12, 0x7FFFFFFF); },
     .unsure = 100,
     .may_be_refused = true},
};
INSTANTIATE_TEST_SUITE_P(Files, Damaged, ::testing::ValuesIn(damages),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace reel::tests
